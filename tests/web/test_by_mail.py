"""Taking part by e-mail only, from the page of an invitation."""

import re
from collections.abc import AsyncIterator

import pytest

from plein_bot.actions import mailbox_confirmations
from plein_bot.domain import invitations as rules
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import InvitationState
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.places import Place
from plein_bot.index import invitations, work
from plein_bot.index.database import Index
from plein_bot.locale import language
from plein_bot.web.invitations import SENT
from plein_bot.web.mailboxes import ASKED
from tests.commands.conftest import at_desk
from tests.commands.test_interruptions import attended
from tests.commands.test_invitations import JAN, invited, letters, poelenburg
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.mailboxes import FakeMailboxes
from tests.fakes.people import Person
from tests.fakes.square import Square, square_on
from tests.web.browsing import Browser, seal_in
from tests.web.test_invitations import _nobody_came_before, invitation_of, mailed, sends
from tests.web.visiting import Page, Visitor

__all__ = ["_nobody_came_before"]


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> None:
    ASKED._left.clear()
    SENT._left.clear()


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
    await square.fatima.joins(publiek.room)
    await square.homeserver.settled()
    for name in ("", "Plein", "jan@voorbeeld.example", "fatima", "Gemeente Zaanstad"):
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


async def a_link(square: Square, uses: int) -> str:
    told = await square.sanne.asks(f"uitnodigen link poelenburg --keer {uses}")
    found = re.search(r"/i/\S+", told)
    assert found
    return found[0]


async def gives(browser: Browser, path: str, address: str, page: str | None = None) -> Page:
    """Fill in an address on the page of a link for many."""
    form = (page or await browser.reads(path)).partition('action="' + path + "/mail")[2]
    hidden = dict(re.findall(r'name="(seal|once)" value="([^"]+)"', form)[:2])
    fields = {"name": "Vrolijke Merel", "mailed": "posts", "address": address}
    return await browser.sends(f"{path}/mail", {**hidden, **fields})


async def confirmations(square: Square) -> list[str]:
    """The paths of the links in the mails that ask whether it was them."""
    found = (re.search(r"/i/mail/\S+", mail.text) for mail in await letters(square))
    return [one[0] for one in found if one]


async def used(square: Square) -> int:
    found = await invitations.numbered(square.index, 1)
    assert found
    return found.used


async def test_by_a_link_for_many_an_address_is_proven_first(
    square: Square, visitor: Visitor, publiek: Place, bridge: FakeMailboxes
) -> None:
    path, browser = await a_link(square, 1), Browser(visitor)
    page = await browser.reads(path)
    for address in ("", "geen adres", "<script>@x", "Poelenburg@Plein.test", "s+abc@plein.test"):
        assert (await gives(browser, path, address, page)).status == 422
    await gives(browser, path, "jan@voorbeld.example", page)
    asked = await gives(browser, path, "Jan Bos <Jan@Voorbeeld.example>", page)
    again = await gives(browser, path, "Jan@Voorbeeld.example", page)
    assert (again.status, again.text) == (asked.status, asked.text) == (200, again.text)
    assert "Kijk in uw mail" in asked.text
    [_, mail] = sorted(await letters(square), key=lambda one: one.written_at)
    [link] = [one for one in await confirmations(square) if one in mail.text]
    assert (mail.address, "Merel" in mail.text + mail.subject) == ("jan@voorbeeld.example", False)

    for method in ("GET", "HEAD", "GET"):
        seen = await visitor.sees(link, method)
        assert (seen.status, seen.headers["Referrer-Policy"]) == (200, "no-referrer")
    english = await visitor.reads(link + "?taal=en")
    assert "Take part in Poelenburg/Publiek by e-mail?" in english
    assert "Your name and what you write are public." in english
    assert (bridge.chosen, await used(square)) == ({}, 0)
    assert (await Browser(visitor).sends(link, {"seal": "x"})).status == 403
    assert (await visitor.sees("/i/mail/gok")).status == 404

    theirs = Browser(visitor)
    seal = {"seal": seal_in(await theirs.reads(link))}
    bridge.away = True
    assert (await theirs.sends(link, seal)).status == 422
    assert await used(square) == 0
    bridge.away = False
    for _ in range(2):
        assert "U doet mee per e-mail" in (await theirs.sends(link, seal)).text
    [(user, chosen)] = bridge.chosen.items()
    assert chosen == ("nl", Mailed.POSTS)
    assert "U doet mee per e-mail" in await theirs.reads(link)
    assert membership(square, publiek, user) is Membership.INVITE
    assert await used(square) == 1
    assert (await visitor.sees(path)).status == 404


async def test_it_tells_nobody_who_is_known_and_fills_nobodys_mailbox(
    square: Square, visitor: Visitor, publiek: Place, bridge: FakeMailboxes
) -> None:
    path = await a_link(square, 2)
    user = await bridge.meet(JAN, "Merel", "nl", Mailed.EACH)
    for _ in range(5):
        known = await gives(Browser(visitor), path, JAN)
    unknown = [await gives(Browser(visitor), path, f"{n}@voorbeeld.example") for n in range(3)]
    assert {known.text} == {one.text for one in unknown}
    links = await confirmations(square)
    assert len(links) == 6

    # Three more said yes than there are places.
    of = {mail.address: link for mail, link in zip(await letters(square), links, strict=True)}
    theirs = {link: Browser(visitor) for link in of.values()}
    seals = {link: {"seal": seal_in(await one.reads(link))} for link, one in theirs.items()}
    statuses = [(await one.sends(link, seals[link])).status for link, one in theirs.items()]
    assert sorted(statuses) == [200, 200, 404, 404]
    assert [(await visitor.sees(link)).status for link in theirs] == statuses
    late = statuses[list(theirs).index(of[JAN])]
    again = [(await visitor.sees(link)).status for link in links if link not in theirs]
    assert again == [late, late], "other mails to an address say the same as the one it used"

    wrong = await sends(Browser(visitor), await a_link(square, 1), user)
    assert (wrong.status, "doet mee per e-mail" in wrong.text) == (422, True)


async def test_in_a_hall_what_was_typed_is_kept_and_typing_errors_do_not_count(
    square: Square, visitor: Visitor, publiek: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, browser = await a_link(square, 50), Browser(visitor)
    page = await browser.reads(path)
    monkeypatch.setattr(ASKED, "burst", 1)
    for _ in range(3):
        assert (await gives(browser, path, "jan@x", page)).status == 422
    assert (await gives(browser, path, JAN, page)).status == 200

    for pace in (ASKED, SENT):
        monkeypatch.setattr(SENT, "burst", 1 if pace is SENT else 300)
        late = await gives(browser, path, "els@voorbeeld.example", page)
        assert (late.status, "Retry-After" in late.headers) == (429, True)
        for typed in ("els@voorbeeld.example", 'value="Vrolijke Merel"', '"posts" selected'):
            assert typed in late.text
    monkeypatch.setattr(SENT, "burst", 300)
    SENT._left.clear()
    ASKED._left.clear()
    assert (await gives(browser, path, "els@voorbeeld.example", late.text)).status == 200


async def test_what_is_interrupted_is_done_once(
    squares: Squares, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is done by a link is named after it.
    monkeypatch.setattr(rules, "new_token", lambda: "always-the-same")

    async def scene(square: Square) -> Deed:
        bridge = square.mailboxes = FakeMailboxes(square.homeserver)
        async with at_desk(square):
            await poelenburg(square)
            token = (await a_link(square, 3)).removeprefix("/i/")
        # What making the place still brings about is no part of what is interrupted.
        await square.homeserver.settled()
        while await work.outstanding(square.index):
            await attended(square)
        words, mailed = language("nl"), Mailed.EACH

        async def deed() -> None:
            # As who fills in the page, and presses the button behind the link in their mail.
            await mailbox_confirmations.ask(
                square.acts, token, JAN, "Merel", mailed, "form", "Plein", words
            )
            [link] = await confirmations(square)
            secret = link.removeprefix("/i/mail/")
            await mailbox_confirmations.confirm(square.acts, secret, "Plein")
            assert len(bridge.chosen) == 1

        return deed

    assert await survives_every_interruption(squares, scene) >= 4
