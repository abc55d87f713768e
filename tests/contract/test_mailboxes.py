"""What Plein relies on of the e-mail bridge; its fake and its real HTTP API keep to the same."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from bridges.email.addresses import Keys
from bridges.email.api import Api
from bridges.email.ghosts import Ghosts
from bridges.email.store.database import Store
from bridges.email.store.people import Person
from plein_bot.actions.ports import Mailboxes, MailboxesAway, NoMailbox
from plein_bot.config import Settings
from plein_bot.config.sections import EmailSettings
from plein_bot.domain.mailboxes import Mailed
from plein_bot.index.database import Index
from plein_bot.mail.bridge import reaching
from plein_bot.operations import bridges
from plein_bot.operations.findings import Grade
from tests.fakes.homeserver import FakeHomeserver
from tests.fakes.mailboxes import FakeMailboxes
from tests.fakes.square import PLEIN
from tests.synapse.harness import free_port

SECRET = "geheim-" * 6
MERLE = "merel@voorbeeld.example"


class NoHomeserver(Ghosts):
    """The accounts themselves are made in the tests of the bridge."""

    def __init__(self) -> None:
        pass

    async def exists(self, person: Person) -> None:
        pass

    async def confirmed(self, person: Person, at: float) -> None:
        pass


async def served(stack: AsyncExitStack, folder: Path) -> str:
    store = await Store.open(f"sqlite+aiosqlite:///{folder}/bridge.db")
    stack.push_async_callback(store.close)
    api = Api(SECRET, store, NoHomeserver(), Keys("k" * 40), PLEIN.server, "nl", "plein.example")
    application = web.Application()
    application.add_routes(api.routes())
    runner, port = web.AppRunner(application), free_port()
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return f"http://127.0.0.1:{port}"


@pytest.fixture(params=["fake", "bridge"])
async def mailboxes(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str
) -> AsyncIterator[Mailboxes]:
    async with AsyncExitStack() as stack:
        if request.param == "bridge":
            url = await served(stack, tmp_path)
            yield await stack.enter_async_context(reaching(url, SECRET))
        else:
            index = await Index.open(sqlite_url)
            stack.push_async_callback(index.close)
            yield FakeMailboxes(FakeHomeserver(PLEIN, index))


async def test_an_address_has_one_account_that_is_a_ghosts(mailboxes: Mailboxes) -> None:
    user = await mailboxes.meet(MERLE, "Vrolijke Merel", "nl", Mailed.DAILY)

    assert PLEIN.is_ghost(user)
    assert await mailboxes.meet(MERLE.upper(), "Ander", "en", Mailed.EACH) == user
    assert await mailboxes.meet(f"x{MERLE}", "Merel", "nl", Mailed.EACH) != user
    assert "merel" not in user


@pytest.mark.parametrize(("address", "name"), [("geen adres", "Merel"), (MERLE, "m@x.example")])
async def test_what_cannot_be_is_told_apart(mailboxes: Mailboxes, address: str, name: str) -> None:
    with pytest.raises(NoMailbox):
        await mailboxes.meet(address, name, "nl", Mailed.EACH)


async def test_a_bridge_that_is_away_or_knows_us_not_is_away(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        url = await served(stack, tmp_path)
        gone = f"http://127.0.0.1:{free_port()}"
        for where, secret in ((url, "een ander"), (gone, SECRET)):
            bridge = await stack.enter_async_context(reaching(where, secret))
            with pytest.raises(MailboxesAway):
                await bridge.meet(MERLE, "Merel", "nl", Mailed.EACH)


async def test_an_operator_reads_whether_it_answers_and_means_the_same_accounts(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        url = await served(stack, tmp_path)
        gone = f"http://127.0.0.1:{free_port()}"
        for change, server, grade, said in (
            ({}, PLEIN.server, Grade.GOOD, "answers."),
            ({"ghosts": "post_"}, PLEIN.server, Grade.WRONG, "Set it to “mail_”"),
            ({}, "elders.example", Grade.WRONG, "same homeserver"),
            ({"secret": "een-ander"}, PLEIN.server, Grade.WARNING, "email.secret"),
            ({"url": gone}, PLEIN.server, Grade.WARNING, "start plein-email"),
        ):
            settings = Settings.model_validate(
                {
                    "homeserver": {
                        "url": "http://127.0.0.1:1",
                        "user_id": f"@plein:{server}",
                        "reserve_account": f"@kluis:{server}",
                        "access_token": "syt_x",
                    },
                    "email": {"url": url, "secret": SECRET} | change,
                }
            )
            (found,) = [finding async for finding in bridges.examine(settings)]
            assert (found.grade, said in found.what) == (grade, True), found.what
        assert [one async for one in bridges.examine(settings.model_copy(update=_NONE))] == []


_NONE = {"email": EmailSettings()}
