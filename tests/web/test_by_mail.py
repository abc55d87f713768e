"""Taking part by e-mail only, from the page of an invitation."""

import re
from collections.abc import AsyncIterator

import pytest

from plein_bot.actions import mailboxes as actions
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import InvitationState
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.places import Place
from plein_bot.index.database import Index
from tests.commands.conftest import at_desk
from tests.commands.test_invitations import JAN, invited, poelenburg
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.mailboxes import FakeMailboxes
from tests.fakes.people import Person
from tests.fakes.square import Square, square_on
from tests.web.browsing import Browser
from tests.web.test_invitations import _nobody_came_before, invitation_of, mailed, sends
from tests.web.visiting import Page, Visitor

__all__ = ["_nobody_came_before"]


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    async with square_on(index) as square:
        square.mailboxes = FakeMailboxes(square.homeserver)
        async with at_desk(square):
            yield square


@pytest.fixture
def bridge(square: Square) -> FakeMailboxes:
    assert isinstance(square.mailboxes, FakeMailboxes)
    return square.mailboxes


@pytest.fixture
async def publiek(square: Square) -> Place:
    return await square.group(await poelenburg(square), "publiek")


async def chooses(browser: Browser, path: str, page: str, name: str = "Vrolijke Merel") -> Page:
    form = page.partition('action="' + path + "/mail")[2]
    hidden = dict(re.findall(r'name="(seal|once)" value="([^"]+)"', form)[:2])
    return await browser.sends(f"{path}/mail", {**hidden, "name": name, "mailed": "daily"})


def membership(square: Square, place: Place, user: UserId) -> Membership:
    return square.homeserver.room(place.room).membership(user)


async def test_who_was_invited_by_mail_takes_part_by_mail(
    square: Square, visitor: Visitor, publiek: Place, bridge: FakeMailboxes
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    assert JAN in page
    for name in ("", "Plein", "jan@voorbeeld.example"):
        assert (await chooses(browser, path, page, name)).status == 422
    assert bridge.chosen == {}

    done = await chooses(browser, path, page)
    again = await chooses(browser, path, page)

    assert (done.status, again.status) == (200, 200)
    [(user, chosen)] = bridge.chosen.items()
    assert chosen == ("nl", Mailed.DAILY)
    assert membership(square, publiek, user) is Membership.INVITE
    assert await invitation_of(square) is InvitationState.OPENED
    assert (await chooses(Browser(visitor), path, page)).status == 403
    await Person(square.homeserver, user).joins(publiek.room)
    heard = await square.sanne.hears(
        square.sanne.chat, lambda raw: "aangenomen" in str(raw["content"].get("body"))
    )
    assert "Vrolijke Merel (per e-mail)" in heard["content"]["body"]
    assert JAN not in str(square.homeserver.room(publiek.room).timeline)


async def test_a_bridge_that_is_away_changes_nothing(
    square: Square, visitor: Visitor, publiek: Place, bridge: FakeMailboxes
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    bridge.away = True
    failed = await chooses(browser, path, await browser.reads(path))
    assert (failed.status, "lukt nu niet" in failed.text) == (422, True)
    assert await invitation_of(square) is InvitationState.SENT

    bridge.away = False
    assert (await chooses(browser, path, failed.text)).status == 200


async def test_it_is_offered_where_an_address_is_proven_and_to_nobody_elses_account(
    square: Square, visitor: Visitor, publiek: Place, bridge: FakeMailboxes
) -> None:
    told = await square.sanne.asks("uitnodigen link poelenburg --keer 3")
    found = re.search(r"/i/\S+", told)
    assert found
    page = await Browser(visitor).reads(found[0])
    assert "Alleen per e-mail" not in page

    user = await bridge.meet(JAN, "Merel", "nl", Mailed.EACH)
    browser = Browser(visitor)
    wrong = await sends(browser, found[0], user)
    assert (wrong.status, "doet mee per e-mail" in wrong.text) == (422, True)
    assert membership(square, publiek, user) is Membership.LEAVE


async def test_what_is_interrupted_is_done_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        bridge = square.mailboxes = FakeMailboxes(square.homeserver)
        async with at_desk(square):
            await poelenburg(square)
            await invited(square)
        token = (await mailed(square)).removeprefix("/i/")

        async def deed() -> None:
            await actions.take_part(square.acts, token, "Merel", "nl", Mailed.EACH, "form", "Plein")
            assert len(bridge.chosen) == 1

        return deed

    assert await survives_every_interruption(squares, scene) >= 3
