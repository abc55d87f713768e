"""Inviting people, and what becomes of it (design 7)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from plein_bot.actions import invitation_endings
from plein_bot.domain.events import Membership
from plein_bot.domain.invitations import REMEMBERED, InvitationState
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index import audits, invitations, mails
from plein_bot.index.tables.ledger import MailRow
from tests.commands.test_interruptions import last, typed
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import Square

JAN, ELS = "jan@voorbeeld.example", "els@voorbeeld.example"
SOON = timedelta(days=15)


async def poelenburg(square: Square) -> Place:
    return await square.subsite("Poelenburg", Visibility.PUBLIC, Joining.OPEN)


async def letters(square: Square) -> list[MailRow]:
    async with square.index.reading() as session:
        rows = await session.scalars(select(MailRow).order_by(MailRow.address))
        return list(rows)


async def states(square: Square, place: Place) -> list[InvitationState]:
    found = await invitations.in_places(square.index, [place.room])
    return [one.state_at(datetime.now(UTC)) for one in found]


async def become(square: Square, place: Place, state: InvitationState) -> None:
    """What happens in a room is attended beside what is typed in a chat."""

    async def so() -> bool:
        return await states(square, place) == [state]

    async with asyncio.timeout(60):
        await square.index.until(so)


async def invited(square: Square, who: str = JAN) -> int:
    """Sanne invites somebody to Poelenburg by mail; the number of the invitation."""
    await square.sanne.asks(f"uitnodigen poelenburg {who} --tekst Welkom")
    found = await invitations.made_by(square.index, square.sanne.user_id)
    return found[-1].number


def membership(square: Square, place: Place, person: Person) -> Membership:
    return square.homeserver.room(place.room).membership(person.user_id)


async def test_a_citizen_is_invited_by_mail_to_the_public_group(square: Square) -> None:
    """The fifth conversation of the design."""
    subsite = await poelenburg(square)
    asked = await square.sanne.asks(f"uitnodigen Poelenburg {JAN}")
    assert asked == (
        "Naar Poelenburg/Publiek (openbaar: iedereen leest mee). Persoonlijke tekst? "
        "(of: overslaan)"
    )

    told = await square.sanne.asks("Fijn dat u *meedenkt*")

    assert told.startswith("Verstuurd, geldig tot ")
    assert told.endswith("Poster met QR: `uitnodigen link poelenburg`.")
    (mail,) = await letters(square)
    assert mail.address == JAN
    assert mail.subject == "Sanne nodigt u uit voor Poelenburg/Publiek"
    for said in (mail.text, mail.html):
        assert "Fijn dat u *meedenkt*" in said
        assert said.count("Uw naam en wat u schrijft zijn openbaar.") == 1
        assert "https://plein.test/i/" in said
    publiek = await square.group(subsite, "publiek")
    assert await states(square, publiek) == [InvitationState.SENT]


async def test_a_yes_or_no_is_no_personal_text(square: Square) -> None:
    await poelenburg(square)
    await square.sanne.asks(f"uitnodigen poelenburg {JAN}")
    assert await square.sanne.asks("Ja.") == "Typ dan de tekst zelf. (of: overslaan)"
    assert await letters(square) == []
    await square.sanne.asks("Ja, kom erbij")
    await square.sanne.asks(f"uitnodigen poelenburg {ELS}")
    assert (await square.sanne.asks("nee")).startswith("Verstuurd")

    els, jan = await letters(square)

    assert "Ja, kom erbij" in jan.text
    assert "nee" not in els.text.lower().split()


async def test_what_people_write_is_no_markup_in_a_mail(square: Square) -> None:
    await poelenburg(square)
    await square.sanne.asks(f"uitnodigen poelenburg {JAN} --tekst <script>alert(1)</script>")

    (mail,) = await letters(square)
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html


async def test_only_the_hash_of_a_token_is_kept_beside_the_mail(square: Square) -> None:
    await poelenburg(square)
    await invited(square)
    (mail,) = await letters(square)
    token = mail.text.partition("/i/")[2].split()[0]

    found = await invitations.of_token(square.index, token)

    assert found
    assert len(token) >= 22
    assert await invitations.unsaid(square.index, found.number) is None
    assert await invitations.of_token(square.index, token[:-1]) is None


async def test_somebody_of_an_organisation_is_invited_to_the_subsite_itself(
    square: Square,
) -> None:
    subsite = await poelenburg(square)
    asked = await square.sanne.asks("uitnodigen poelenburg nieuw@zaanstad.example")
    await square.sanne.asks("overslaan")

    assert asked.startswith("Naar Poelenburg (openbaar: iedereen leest mee).")
    assert await states(square, subsite) == [InvitationState.SENT]


async def test_a_citizen_is_not_invited_where_citizens_have_no_place(square: Square) -> None:
    await square.subsite()
    told = await square.sanne.asks(f"uitnodigen zaanstreek {JAN}")

    assert "`citizens`" in told or "`burgers`" in told
    assert await letters(square) == []


async def test_who_may_not_invite_is_refused_before_anything(square: Square) -> None:
    await poelenburg(square)
    told = await square.joost.asks(f"uitnodigen poelenburg {JAN}")

    assert "moderator" in told
    assert await letters(square) == []


async def test_several_are_invited_on_one_line_each_to_where_they_belong(square: Square) -> None:
    await poelenburg(square)
    told = await square.sanne.asks(
        f'uitnodigen poelenburg "Jan Bos" <{JAN}>; {ELS}, @joost:plein.test --tekst Kom erbij'
    )
    assert "joost (ambtenaar, gemeente Zaanstad) heeft een uitnodiging" in told
    assert "2 uitnodigingen verstuurd" in told
    assert [mail.address for mail in await letters(square)] == [ELS, JAN]
    assert any("Kom erbij" in said for said in square.chat_of(square.joost))


async def test_more_than_five_are_previewed_first(square: Square) -> None:
    await poelenburg(square)
    who = " ".join(f"n{number}@voorbeeld.example" for number in range(6))
    preview = await square.sanne.asks(f"uitnodigen poelenburg {who} --tekst Kom")
    assert "U nodigt 6 personen uit." in preview
    assert await letters(square) == []

    assert (await square.sanne.asks("ja")).startswith("6 uitnodigingen verstuurd")

    assert len(await letters(square)) == 6
    overview = await square.sanne.asks("uitnodigingen poelenburg")
    assert "Uitnodigingen 1 tot en met 6 voor Poelenburg/Publiek: 6 verstuurd" in overview


async def test_an_address_has_one_open_invitation_to_a_place(square: Square) -> None:
    await poelenburg(square)
    number = await invited(square)
    told = await square.sanne.asks(f"uitnodigen poelenburg {JAN} --tekst Nogmaals")

    assert f"heeft al uitnodiging {number}" in told
    assert len(await letters(square)) == 1


async def test_an_invitation_that_is_taken_back_is_not_mailed_any_more(square: Square) -> None:
    await poelenburg(square)
    number = await invited(square)

    told = await square.sanne.asks(f"uitnodiging intrekken {number}")

    assert told == f"Uitnodiging {number} is ingetrokken."
    assert await letters(square) == []
    again = await square.sanne.asks(f"uitnodiging intrekken {number}")
    assert again == f"Uitnodiging {number} staat niet meer open: ingetrokken."
    assert await invited(square) == number + 1


async def test_what_is_mailed_again_has_a_new_link(square: Square) -> None:
    await poelenburg(square)
    number = await invited(square)
    (first,) = await letters(square)
    old = first.text.partition("/i/")[2].split()[0]

    told = await square.sanne.asks(f"uitnodiging opnieuw {number}")

    assert told.startswith(f"Uitnodiging {number} is opnieuw verstuurd")
    assert await invitations.of_token(square.index, old) is None
    new = next(mail for mail in await letters(square) if mail.cause != first.cause)
    token = new.text.partition("/i/")[2].split()[0]
    assert (await invitations.of_token(square.index, token)) is not None


async def test_an_invitation_ends_by_itself_and_can_then_be_mailed_again(square: Square) -> None:
    subsite = await poelenburg(square)
    publiek = await square.group(subsite, "publiek")
    number = await invited(square)
    later = datetime.now(UTC) + SOON

    await invitation_endings.expire(square.acts, later)

    assert await states(square, publiek) == [InvitationState.EXPIRED]
    assert "verlopen" in await square.sanne.asks(f"uitnodiging toon {number}")
    await square.sanne.asks(f"uitnodiging opnieuw {number}")
    assert await states(square, publiek) == [InvitationState.SENT]


async def test_an_invitation_that_stands_in_a_client_is_taken_back_at_its_end(
    square: Square,
) -> None:
    subsite = await square.subsite()
    await square.sanne.asks("uitnodigen zaanstreek @joost:plein.test")
    assert membership(square, subsite, square.joost) is Membership.INVITE

    await invitation_endings.expire(square.acts, datetime.now(UTC) + SOON)

    assert membership(square, subsite, square.joost) is Membership.LEAVE
    leden = await square.group(subsite)
    assert membership(square, leden, square.joost) is Membership.LEAVE
    assert await states(square, subsite) == [InvitationState.EXPIRED]


async def test_coming_in_is_accepting(square: Square) -> None:
    subsite = await square.subsite()
    await square.sanne.asks("uitnodigen zaanstreek @joost:plein.test")
    await square.joost.joins(subsite.room)

    await become(square, subsite, InvitationState.ACCEPTED)
    await invitation_endings.expire(square.acts, datetime.now(UTC) + SOON)
    assert membership(square, subsite, square.joost) is Membership.JOIN


@pytest.mark.parametrize("by_command", [True, False])
async def test_whoever_invited_hears_once_of_a_refusal(square: Square, by_command: bool) -> None:
    subsite = await square.subsite()
    await square.sanne.asks("uitnodigen zaanstreek @joost:plein.test")
    if by_command:
        told = await square.joost.asks("uitnodiging afslaan zaanstreek")
        assert told == "U hebt de uitnodiging voor Zaanstreek afgeslagen."
    else:
        await square.joost.leaves(subsite.room)
    heard = await square.sanne.hears(
        square.sanne.chat, lambda raw: "afgeslagen" in str(raw["content"].get("body"))
    )

    said = str(heard["content"]["body"]).casefold()
    assert said == "joost heeft uw uitnodiging 1 voor zaanstreek afgeslagen."
    assert membership(square, subsite, square.joost) is Membership.LEAVE

    await become(square, subsite, InvitationState.DECLINED)


async def test_the_overview_shows_staff_all_and_others_nothing(square: Square) -> None:
    await poelenburg(square)
    number = await invited(square)

    mine = await square.sanne.asks("uitnodigingen poelenburg")
    assert f"Uitnodiging {number} voor Poelenburg/Publiek: {JAN} · verstuurd" in mine
    assert "de mail is onderweg" in mine
    assert "Er zijn nog geen uitnodigingen" in await square.joost.asks("uitnodigingen poelenburg")
    for line in (f"uitnodiging toon {number}", f"uitnodiging intrekken {number}"):
        assert await square.joost.asks(line) == f"Ik ken geen uitnodiging {number}."


async def test_a_mail_that_bounced_is_shown(square: Square) -> None:
    await poelenburg(square)
    number = await invited(square)
    (mail,) = await letters(square)
    await mails.failed(square.index, mail.cause, "550 No such user here")

    assert "de mail is niet aangekomen" in await square.sanne.asks("uitnodigingen poelenburg")
    assert "550 No such user here" in await square.sanne.asks(f"uitnodiging toon {number}")


@pytest.mark.parametrize(
    "line",
    [
        f"uitnodigen poelenburg {JAN} {ELS} @joost:plein.test --tekst Welkom",
        "uitnodiging intrekken 1",
        "uitnodiging opnieuw 1",
    ],
)
async def test_interrupted_everybody_is_invited_once(squares: Squares, line: str) -> None:
    async def scene(square: Square) -> Deed:
        await poelenburg(square)
        await typed(square, "uitnodigen poelenburg iemand@voorbeeld.example --tekst x", line)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_interrupted_a_refusal_is_told_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await square.subsite(visibility=Visibility.HIDDEN, joining=Joining.INVITE)
        await typed(square, "uitnodigen zaanstreek @joost:plein.test", "hulp")
        await square.joost.opens_chat()
        await typed(square, "hulp", "hulp")
        await square.joost.says(square.joost.chat, "uitnodiging afslaan zaanstreek")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_the_audit_tells_of_it(square: Square) -> None:
    await poelenburg(square)
    await invited(square)
    assert await audits.count_today(square.index, square.sanne.user_id, "invite.mail", but="") == 1


async def test_the_address_is_forgotten_some_time_after_the_end(square: Square) -> None:
    await poelenburg(square)
    await invited(square, ELS)
    await square.sanne.asks("uitnodiging intrekken 1")
    await invited(square)
    later = datetime.now(UTC) + REMEMBERED - timedelta(days=1)
    await invitation_endings.forget(square.acts, later)
    assert ELS in await square.sanne.asks("uitnodigingen poelenburg")

    await invitation_endings.forget(square.acts, later + timedelta(days=2))

    overview = await square.sanne.asks("uitnodigingen poelenburg")
    assert "een adres dat vergeten is · ingetrokken" in overview
    assert ELS not in overview
    assert JAN in overview
