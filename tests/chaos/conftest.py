"""A square on a homeserver of its own, both as processes that may be killed."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plein_bot.config import Settings
from tests.chaos.processes import Bot, Homeserver
from tests.chaos.residents import Resident
from tests.synapse.conftest import running, settings_on
from tests.synapse.harness import running_synapse
from tests.synapse.people import Person
from tests.synapse.square import organisations


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.synapse)


@pytest.fixture(scope="session")
def kills() -> int:
    """How often is killed in one run; `make chaos N=30` sets it."""
    return int(os.environ.get("PLEIN_CHAOS", "2"))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Shown when a test fails; PLEIN_SEED takes the same moments again, as far as clocks allow."""
    seed = int(os.environ.get("PLEIN_SEED") or random.randrange(2**32))
    print(f"PLEIN_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)


@pytest.fixture(scope="module")
async def homeserver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Homeserver]:
    async with running_synapse(tmp_path_factory.mktemp("synapse")) as synapse:
        yield Homeserver(synapse)


@pytest.fixture
async def settings(homeserver: Homeserver, tmp_path: Path) -> Settings:
    """Everybody here works for Zaanstad, once it is in the register."""
    sections: dict[str, dict[str, object]] = {
        "homeserver": {"belongs_to": "zaanstad"},
        "subsites": {"start": ["official", "citizen"], "daily_maximum": 1000},
    }
    return await settings_on(homeserver.synapse, tmp_path, **sections)


@asynccontextmanager
async def ready_bot(settings: Settings, folder: Path) -> AsyncIterator[Bot]:
    bot = Bot(settings, folder)
    try:
        await bot.start()
        yield bot
    finally:
        await bot.kill()
        print("\n".join(bot.log[-300:]))  # noqa: T201 - pytest shows it when the test fails


@pytest.fixture
async def bot(settings: Settings, tmp_path: Path) -> AsyncIterator[Bot]:
    async with ready_bot(settings, tmp_path) as bot:
        yield bot


@pytest.fixture
async def register(settings: Settings) -> None:
    """The organisations; ask for it before `bot`, which then finds them."""
    async with running(settings) as plein:
        await organisations(plein)


@pytest.fixture
async def account(homeserver: Homeserver, settings: Settings) -> Person:
    """The bot's own account, to look at what it sees."""
    token = settings.homeserver.access_token
    assert token
    synapse = homeserver.synapse
    return Person(synapse.http, synapse.url, settings.homeserver.user_id, token.get_secret_value())


async def resident(homeserver: Homeserver, bot: Bot, name: str, number: int) -> Resident:
    account = await homeserver.synapse.account(name)
    person = Resident(
        homeserver.synapse.http,
        homeserver.synapse.url,
        account.user_id,
        account.access_token,
        homeserver=homeserver,
        bot=bot.settings.homeserver.user_id,
        number=number,
    )
    await person.chat_with(person.bot)
    return person
