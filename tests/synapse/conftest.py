"""Plein as deployed, on a real homeserver: its own account, its own database, its own tasks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from plein_bot import app
from plein_bot.app import Parts
from plein_bot.config import Settings
from plein_bot.demo import mailboxes
from plein_bot.demo.mailboxes import Mailbox
from plein_bot.domain.ids import UserId
from plein_bot.homeserver.settings import Profile
from tests.synapse.federation import Homeservers, NoLoopback, federation
from tests.synapse.harness import Synapse, free_port, running_synapse
from tests.synapse.people import Person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.synapse)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that meets a homeserver meets both kinds (design 4), unless one is as good."""
    if "synapse" in metafunc.fixturenames:
        once = metafunc.definition.get_closest_marker("any_profile")
        profiles = [Profile.DEFAULTS] if once else list(Profile)
        metafunc.parametrize("synapse", profiles, indirect=True, scope="session")
    if "homeservers" in metafunc.fixturenames:
        kinds: list[str] = [*Profile, "federated"]
        if metafunc.definition.get_closest_marker("several_homeservers"):
            kinds = ["federated"]
        elif metafunc.definition.get_closest_marker("one_homeserver"):
            kinds = [*Profile]
        metafunc.parametrize("homeservers", kinds, indirect=True, scope="session")


@dataclass
class Plein:
    """A running Plein, and what tests ask about it."""

    parts: Parts
    settings: Settings

    @property
    def bot(self) -> UserId:
        return self.parts.plein.bot


@pytest.fixture(scope="session")
async def defaults(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path_factory.mktemp("defaults")) as homeserver:
        yield homeserver


@pytest.fixture(scope="session")
async def reference(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    folder = tmp_path_factory.mktemp("reference")
    async with running_synapse(folder, Profile.REFERENCE) as homeserver:
        yield homeserver


@pytest.fixture(scope="session")
async def federated(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Homeservers]:
    try:
        async with federation(tmp_path_factory.mktemp("federated")) as homeservers:
            yield homeservers
    except NoLoopback as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def synapse(request: pytest.FixtureRequest) -> Synapse:
    """The homeserver of the session: one per profile, without limits."""
    homeserver: Synapse = request.getfixturevalue(getattr(request, "param", Profile.DEFAULTS))
    return homeserver


@pytest.fixture(scope="session")
def homeservers(request: pytest.FixtureRequest) -> Homeservers:
    """Those of the session: one of either profile, or several that federate."""
    found: Synapse | Homeservers = request.getfixturevalue(request.param)
    return Homeservers.only(found) if isinstance(found, Synapse) else found


async def settings_on(synapse: Synapse, folder: Path, **sections: dict[str, object]) -> Settings:
    """The settings of a Plein with fresh accounts; `sections` go over what is usual."""
    bot = await synapse.account("plein", "Plein")
    reserve = await synapse.account("plein-reserve")
    usual: dict[str, dict[str, object]] = {
        "homeserver": {
            "url": synapse.url,
            "user_id": bot.user_id,
            "access_token": bot.access_token,
            "device_id": bot.device_id,
            "reserve_account": reserve.user_id,
        },
        "plein": {},
        "database": {"url": f"sqlite+aiosqlite:///{folder}/plein.db"},
        "web": {"port": free_port()},
        "mail": {},
        "scanner": {},
        "data": {"folder": str(folder / "data")},
        "subsites": {"daily_maximum": 1000},
    }
    merged = {name: {**section, **sections.get(name, {})} for name, section in usual.items()}
    return Settings.model_validate(merged)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Plein]:
    async with app.assembled(settings) as parts:
        whole = asyncio.create_task(app.run(parts))
        ready = asyncio.create_task(parts.sync.ready.wait())
        await asyncio.wait([whole, ready], return_when=asyncio.FIRST_COMPLETED)
        if whole.done():
            whole.result()
        try:
            yield Plein(parts, settings)
        finally:
            whole.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await whole


@pytest.fixture
async def plein(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Plein]:
    async with running(await settings_on(synapse, tmp_path)) as plein:
        yield plein


async def says(person: Person, plein: Plein, line: str) -> str:
    """What Plein answers to a line in the direct chat, as plain text."""
    return str((await person.asks(plein.bot, line))["body"])


@pytest.fixture
async def port() -> int:
    return free_port()


@pytest.fixture
async def mailbox(port: int) -> AsyncIterator[Mailbox]:
    """The mail server at that port, which keeps what it gets."""
    async with mailboxes.running(port) as mailbox:
        yield mailbox
