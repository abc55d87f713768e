"""Ownership is offered, and agreed to; a subsite that loses its owner gets one again."""

from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.actions import offer_endings, vacancies
from plein_bot.domain.offers import LASTS
from plein_bot.domain.places import Place
from plein_bot.index import offers as rows
from tests.commands.test_roles import brought, given
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def offered(square: Square, to: Person) -> Place:
    """Sanne offers Zaanstreek to somebody who takes part in it and has a chat with the bot."""
    subsite = await square.subsite()
    await to.asks("help")
    await brought(square, subsite, to)
    await offers(square, to)
    return subsite


async def offers(square: Square, to: Person) -> str:
    name = square.homeserver.names[to.user_id]
    assert f"{name} wordt eerst gevraagd." in await square.sanne.asks(
        f"rol zaanstreek {name} eigenaar"
    )
    return await square.sanne.asks("ja")


def notice_to(square: Square, person: Person) -> str:
    """The message that asks somebody to be owner."""
    return next(
        str(raw["event_id"])
        for raw in reversed(square.homeserver.room(person.chat).timeline)
        if raw["sender"] == PLEIN.bot and "eigenaar van" in str(raw["content"].get("body"))
    )


async def test_a_successor_agrees_and_the_owner_may_go(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.asks("help")
    await brought(square, subsite, square.joost)
    told = await offers(square, square.joost)
    assert "Ik heb Joost (ambtenaar, gemeente Zaanstad) gevraagd om eigenaar van Zaanstreek" in told
    assert (
        "Sanne vraagt of u eigenaar van Zaanstreek wilt worden."
        in (square.chat_of(square.joost)[-1])
    )
    assert square.joost.user_id not in given(square, subsite)
    assert "laatste eigenaar" in await square.sanne.asks("rol zaanstreek Sanne lid")

    assert await square.joost.asks("ja") == "U bent nu eigenaar van Zaanstreek."
    assert given(square, subsite) == {square.sanne.user_id: 100, square.joost.user_id: 100}
    assert (
        "Joost is nu eigenaar van Zaanstreek, zoals u aanbood."
        in (square.chat_of(square.sanne)[-1])
    )
    await square.sanne.asks("rol zaanstreek Sanne lid")
    assert "Sanne is nu lid van Zaanstreek" in await square.sanne.asks("ja")
    assert given(square, subsite) == {square.joost.user_id: 100}


@pytest.mark.parametrize("line", ["nee", "rol afslaan zaanstreek", "role decline"])
async def test_a_successor_declines(square: Square, line: str) -> None:
    subsite = await offered(square, square.joost)

    assert await square.joost.asks(line) == "Goed, u wordt geen eigenaar van Zaanstreek."

    assert "Joost wil geen eigenaar van Zaanstreek worden." in square.chat_of(square.sanne)
    assert given(square, subsite) == {square.sanne.user_id: 100}
    assert "Niemand heeft u gevraagd" in await square.joost.asks("rol aannemen")


async def test_an_offer_is_answered_by_a_command_after_other_talk(square: Square) -> None:
    subsite = await offered(square, square.joost)
    await square.joost.asks("deelsites")

    hint = await square.joost.asks("ja")
    assert "Typ `rol aannemen zaanstreek` of `rol afslaan zaanstreek`." in hint
    assert given(square, subsite) == {square.sanne.user_id: 100}
    assert "U bent nu eigenaar" in await square.joost.asks("rol aannemen zaanstreek")


async def test_an_offer_is_answered_by_a_tap(square: Square) -> None:
    subsite = await offered(square, square.joost)
    await square.joost.asks("deelsites")
    notice = notice_to(square, square.joost)

    tap = await square.joost.reacts(square.joost.chat, notice, "✅")

    told = await square.joost.is_answered(square.joost.chat, notice)
    assert told["content"]["body"] == "U bent nu eigenaar van Zaanstreek."
    assert tap
    assert given(square, subsite)[square.joost.user_id] == 100


async def test_a_second_offer_replaces_the_first(square: Square) -> None:
    subsite = await offered(square, square.joost)
    await square.peter.asks("help")
    await brought(square, subsite, square.peter)

    await offers(square, square.peter)

    assert square.chat_of(square.joost)[-1] == (
        "Het aanbod om eigenaar van Zaanstreek te worden is ingetrokken."
    )
    assert "Niemand heeft u gevraagd" in await square.joost.asks("rol aannemen")
    assert "U bent nu eigenaar" in await square.peter.asks("ja")


async def test_an_offer_expires_and_the_offerer_hears_of_it(square: Square) -> None:
    subsite = await offered(square, square.joost)

    await offer_endings.expire(square.acts, datetime.now(UTC) + LASTS - timedelta(hours=1))
    assert await rows.waiting_in(square.index, [subsite.room])
    await offer_endings.expire(square.acts, datetime.now(UTC) + LASTS + timedelta(hours=1))

    assert "Joost heeft in 14 dagen niet gezegd" in square.chat_of(square.sanne)[-1]
    assert "Niemand heeft u gevraagd" in await square.joost.asks("rol aannemen")


async def test_an_offer_goes_with_the_right_to_make_it(square: Square) -> None:
    subsite = await offered(square, square.joost)
    await square.peter.asks("help")
    await brought(square, subsite, square.peter)
    # Another owner, who then ends the role of the one who offered.
    await offers(square, square.peter)
    await square.peter.asks("ja")
    await offers(square, square.joost)
    await square.peter.asks("rol zaanstreek Sanne lid")
    assert "Sanne is nu lid" in await square.peter.asks("ja")

    assert square.chat_of(square.joost)[-1] == (
        "Het aanbod om eigenaar van Zaanstreek te worden is ingetrokken."
    )
    assert "Niemand heeft u gevraagd" in await square.joost.asks("rol aannemen")
    assert given(square, subsite) == {square.peter.user_id: 100}


async def test_the_last_owner_who_goes_in_a_client_is_asked_back(square: Square) -> None:
    subsite = await square.subsite()
    await square.sanne.asks("help")
    await brought(square, subsite, square.joost)
    staff = square.homeserver.room(await square.staff_room(subsite))

    await square.sanne.leaves(subsite.room)
    await square.sanne.hears(
        square.sanne.chat, lambda raw: "opnieuw uitgenodigd" in str(raw["content"].get("body"))
    )

    assert square.homeserver.room(subsite.room).membership(square.sanne.user_id) == "invite"
    assert given(square, subsite) == {square.sanne.user_id: 100}
    assert (
        "Sanne, de laatste eigenaar van Zaanstreek, doet niet meer mee."
        in (staff.said_by(PLEIN.bot)[-1])
    )
    assert "Ik heb een nieuwe uitnodiging gestuurd." in staff.said_by(PLEIN.bot)[-1]
    await square.sanne.joins(subsite.room)
    act = square.acts.by(PLEIN.bot, "$look")
    assert await vacancies.since(act, [subsite]) == {}
