"""The page that an invitation's link leads to, and coming in from there."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from plein_bot.actions import acceptances, invitation_lapses
from plein_bot.domain.audiences import PUBLIC_TO_ALL
from plein_bot.domain.events import Membership
from plein_bot.domain.invitations import HELD, LASTS, InvitationState
from plein_bot.domain.places import GIVEN_TOPICS, Place
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations, timers
from plein_bot.locale import LANGUAGES, language
from plein_bot.web.invitations import SENT, WRONG
from tests.commands.test_invitations import JAN, SOON, invited, letters, poelenburg
from tests.fakes.people import Person
from tests.fakes.square import Square
from tests.web.browsing import Browser
from tests.web.visiting import Page, Visitor


@pytest.fixture(autouse=True)
def _nobody_came_before() -> None:
    WRONG._left.clear()
    SENT._left.clear()


async def mailed(square: Square) -> str:
    """The path of the link in the mail that went out last."""
    mail = max(await letters(square), key=lambda one: one.written_at)
    return "/i/" + mail.text.partition("/i/")[2].split()[0]


async def invitation_of(square: Square, number: int = 1) -> InvitationState:
    found = await invitations.numbered(square.index, number)
    assert found
    return found.state_at(datetime.now(UTC))


async def sends(browser: Browser, path: str, user: str, page: str | None = None) -> Page:
    """Fill in an account and press the button."""
    text = page or await browser.reads(path)
    once = re.search(r'name="once" value="([^"]+)"', text)
    assert once
    return await browser.sends(path, {"seal": seal_of(text), "once": once[1], "user": user})


def seal_of(text: str) -> str:
    """That of the form for who has an account."""
    found = re.search(r'name="seal" value="([^"]+)">\s*<input type="hidden" name="once"', text)
    assert found
    return found[1]


def membership(square: Square, place: Place, person: Person) -> Membership:
    return square.homeserver.room(place.room).membership(person.user_id)


@pytest.fixture
async def publiek(square: Square) -> Place:
    return await square.group(await poelenburg(square), "publiek")


async def test_looking_changes_nothing_however_often(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path = await mailed(square)
    for method in ("GET", "HEAD", "GET", "GET"):
        seen = await visitor.sees(path, method)
        assert seen.status == 200
        assert seen.headers["Referrer-Policy"] == "no-referrer"
        assert seen.headers["X-Robots-Tag"] == "noindex"
        assert seen.headers["Cache-Control"] == "no-store"

    text = await visitor.reads(path)
    assert "Sanne nodigt u uit voor Poelenburg/Publiek" in text
    assert "Sanne · ambtenaar, gemeente Zaanstad" in text
    assert "Iedereen, ook zonder account" in text
    assert text.count("Uw naam en wat u schrijft zijn openbaar.") == 1
    assert "Eén cookie" in text
    assert "Welkom" in text
    assert await invitation_of(square) is InvitationState.SENT


async def test_what_plein_says_of_a_place_is_said_in_the_reader_s_language_only(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    assert {language(code).plain(PUBLIC_TO_ALL) for code in LANGUAGES} <= GIVEN_TOPICS
    given = {"topic": language("nl").plain(PUBLIC_TO_ALL)}
    square.homeserver.room(publiek.room).puts(square.acts.plein.bot, "m.room.topic", given)
    await square.homeserver.settled()
    await square.sanne.asks(f"uitnodigen poelenburg {JAN} --taal en --tekst Welkom")

    (mail,) = await letters(square)
    page = await visitor.reads(await mailed(square) + "?taal=en")

    for said in (mail.text, page):
        assert "Your name and what you write are public." in said
        assert "Uw naam" not in said


async def test_whoever_has_an_account_is_invited_there(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)

    done = await sends(browser, path, "@fatima:plein.test", page)

    assert (done.status, "neem die daar aan" in done.text) == (200, True)
    assert membership(square, publiek, square.fatima) is Membership.INVITE
    assert await invitation_of(square) is InvitationState.OPENED
    again = await sends(browser, path, "@fatima:plein.test", page)
    assert (again.status, again.text) == (200, done.text)
    await square.fatima.joins(publiek.room)
    heard = await square.sanne.hears(
        square.sanne.chat, lambda raw: "aangenomen" in str(raw["content"].get("body"))
    )
    assert JAN in heard["content"]["body"]
    assert (await browser.opens(path)).status == 404


async def test_one_link_for_one_person_lets_no_second_one_in(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path, first, second = await mailed(square), Browser(visitor), Browser(visitor)
    pages = [await first.reads(path), await second.reads(path)]
    assert (await sends(first, path, "@fatima:plein.test", pages[0])).status == 200

    late = await sends(second, path, "@peter:plein.test", pages[1])

    assert (late.status, "werkt niet meer" in late.text) == (404, True)
    assert membership(square, publiek, square.peter) is Membership.LEAVE


async def test_a_link_for_several_counts_each_of_them_once(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    told = await square.sanne.asks("uitnodigen link poelenburg --keer 2")
    path = "/i/" + told.partition("/i/")[2].split()[0]
    for user, status in (
        ("@fatima:plein.test", 200),
        ("@fatima:plein.test", 200),
        ("@peter:plein.test", 200),
    ):
        assert (await sends(Browser(visitor), path, user)).status == status

    assert (await visitor.sees(path)).status == 404
    assert membership(square, publiek, square.fatima) is Membership.INVITE
    found = await invitations.numbered(square.index, 1)
    assert found
    assert found.used == 2


async def test_a_use_of_a_link_is_theirs_once_they_come_and_else_free_again(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    told = await square.sanne.asks("uitnodigen link poelenburg --keer 2")
    path = "/i/" + told.partition("/i/")[2].split()[0]
    fatima, peter = square.fatima.user_id, square.peter.user_id
    assert "binnen 3 dagen" in (await sends(Browser(visitor), path, fatima)).text
    await square.fatima.joins(publiek.room)
    await sends(Browser(visitor), path, peter)
    assert (await visitor.sees(path)).status == 404

    # A partner is invited to the subsite and its members.
    there = publiek.root
    await square.peter.leaves(there.room)

    async def is_free() -> bool:
        found = await invitations.numbered(square.index, 1)
        return found is not None and found.used == 1

    async with asyncio.timeout(60):
        await square.index.until(is_free)
    assert (await visitor.sees(path)).status == 200
    assert (await sends(Browser(visitor), path, peter)).status == 200
    assert membership(square, there, square.peter) is Membership.INVITE
    assert (await visitor.sees(path)).status == 404

    # Nobody keeps it by being named, and who came stays counted.
    now = datetime.now(UTC)
    await invitation_lapses.lapse(square.acts, now)
    assert membership(square, there, square.peter) is Membership.INVITE
    await invitation_lapses.lapse(square.acts, now + 2 * HELD)
    assert membership(square, there, square.peter) is Membership.LEAVE
    assert membership(square, publiek, square.fatima) is Membership.JOIN
    assert await is_free()
    # Whoever came and left has had it.
    await square.fatima.leaves(publiek.room)
    assert (await sends(Browser(visitor), path, fatima)).status == 404
    assert await is_free()


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("fatima", "is geen Matrix-ID"),
        ("<script>@x", "is geen Matrix-ID"),
        ("@niemand:plein.test", "Ik vind hier geen account"),
        ("@sanne:plein.test", "al mee"),
        ("@x:127.0.0.1", "noemt een machine"),
        ("@x:[::1]:8448", "noemt een machine"),
        ("@x:intern.example:22", "noemt een machine"),
    ],
)
async def test_a_mistake_is_told_and_costs_nothing(
    square: Square, visitor: Visitor, publiek: Place, user: str, why: str
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)

    wrong = await sends(browser, path, user)

    assert (wrong.status, why in wrong.text) == (422, True)
    assert "<script>@x" not in wrong.text
    assert await invitation_of(square) is InvitationState.SENT
    assert (await sends(browser, path, "@fatima:plein.test", wrong.text)).status == 200


async def test_whoever_invited_and_may_no_longer_lets_nobody_in(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    subsite = publiek.root
    content = {"users": {square.sanne.user_id: 0}}
    square.homeserver.room(subsite.room).puts(square.acts.plein.bot, "nl.plein.roles", content)
    await square.homeserver.settled()

    assert (await sends(browser, path, "@fatima:plein.test", page)).status == 404
    assert membership(square, publiek, square.fatima) is Membership.LEAVE


@pytest.mark.parametrize(
    "line",
    [
        "uitnodiging intrekken 1",
        "groep archiveren poelenburg/publiek",
        "verban poelenburg @fatima:plein.test",
    ],
)
async def test_what_happened_meanwhile_counts(
    square: Square, visitor: Visitor, publiek: Place, line: str
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    await square.sanne.asks(line)
    if not line.startswith("uitnodiging"):
        await square.sanne.asks("ja")

    late = await sends(browser, path, "@fatima:plein.test", page)

    assert (late.status, "werkt niet meer" in late.text) == (404, True)
    assert membership(square, publiek, square.fatima) is not Membership.INVITE


async def test_wrong_and_ended_links_get_the_same_page_and_guessing_is_slowed_down(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path = await mailed(square)
    await square.sanne.asks("uitnodiging intrekken 1")

    wrong, revoked = await visitor.sees("/i/gok"), await visitor.sees(path)

    assert (wrong.status, revoked.status) == (404, 404)
    assert revoked.text.replace(path, "/i/gok") == wrong.text
    for _ in range(20):
        await visitor.sees("/i/gok")
    assert (await visitor.sees("/i/gok")).status == 429


async def test_a_form_of_others_does_nothing(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    fields = {"seal": seal_of(page), "once": "x", "user": "@fatima:plein.test"}

    for browsing, headers in (
        (browser, {"Origin": "https://elders.example"}),
        (Browser(visitor), {}),
    ):
        assert (await browsing.sends(path, fields, **headers)).status == 403

    assert await invitation_of(square) is InvitationState.SENT


async def test_whoever_does_not_want_to_come_says_so_once(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    seal = re.findall(r'name="seal" value="([^"]+)"', page)[1]

    said = await browser.sends(f"{path}/nee", {"seal": seal})

    assert (said.status, "afgeslagen" in said.text) == (200, True)
    assert await invitation_of(square) is InvitationState.DECLINED
    assert (await browser.sends(f"{path}/nee", {"seal": seal})).status == 404
    told = [one for one in square.chat_of(square.sanne) if "afgeslagen" in one]
    assert told == [f"{JAN} heeft uw uitnodiging 1 voor Poelenburg/Publiek afgeslagen."]


async def test_an_official_without_a_proven_address_is_told_what_to_do(
    square: Square, visitor: Visitor
) -> None:
    await square.subsite()
    await square.sanne.asks("uitnodigen zaanstreek nieuw@zaanstad.example --tekst Kom")
    path, browser = await mailed(square), Browser(visitor)

    refused = await sends(browser, path, "@fatima:plein.test")

    assert (refused.status, "burger" in refused.text) == (422, True)
    assert (await sends(browser, path, "@joost:plein.test", refused.text)).status == 200


async def test_what_a_form_began_is_finished_without_it(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    number = await invited(square)
    now = datetime.now(UTC)
    use = await uses.claim(square.index, number, square.fatima.user_id, "form", now)
    assert use

    await acceptances.finish(square.acts, now + SOON - LASTS)

    assert membership(square, publiek, square.fatima) is Membership.INVITE
    assert (await uses.of_invitation(square.index, number)) == (replace(use, is_done=True),)


async def test_a_member_who_may_invite_brings_citizens_to_the_public_group(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    await square.sanne.asks("instellen poelenburg uitnodigen leden")
    await square.joost.joins(publiek.root.room)
    await square.joost.asks(f"uitnodigen poelenburg {JAN} --tekst Kom")
    path = await mailed(square)

    assert (await sends(Browser(visitor), path, "@fatima:plein.test")).status == 200

    assert membership(square, publiek, square.fatima) is Membership.INVITE


async def test_whoever_sent_out_a_list_hears_of_its_answers_the_next_morning(
    square: Square, visitor: Visitor, publiek: Place
) -> None:
    who = " ".join(f"n{number}@voorbeeld.example" for number in range(6))
    await square.sanne.asks(f"uitnodigen poelenburg {who} --tekst Kom")
    await square.sanne.asks("ja")
    path = await mailed(square)
    browser = Browser(visitor)
    page = await browser.reads(path)
    seal = re.findall(r'name="seal" value="([^"]+)"', page)[1]
    assert (await browser.sends(f"{path}/nee", {"seal": seal})).status == 200
    assert not [one for one in square.chat_of(square.sanne) if "afgeslagen" in one]

    assert await timers.ripen(square.index, datetime.now(UTC) + SOON) == 1
    heard = await square.sanne.hears(
        square.sanne.chat, lambda raw: "Hoe het staat" in str(raw["content"].get("body"))
    )

    assert "5 verstuurd, 1 afgeslagen" in heard["content"]["body"] or (
        "1 afgeslagen, 5 verstuurd" in heard["content"]["body"]
    )
