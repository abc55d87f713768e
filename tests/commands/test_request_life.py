"""A request from its asking to its end, whoever ends it; the staff read each turn of it."""

from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.actions import request_endings
from plein_bot.domain.places import Place
from plein_bot.domain.requests import LASTS, RequestState
from plein_bot.index import requests as rows
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def asked(square: Square, person: Person, place: Place) -> int:
    """Somebody asks to come in; the number of their request."""
    await person.asks(f"deelnemen {place.path} --reden Voor mijn werk")
    request = await rows.waiting_of(square.index, place.room, person.user_id)
    assert request
    return request.number


async def state_of(square: Square, number: int) -> RequestState:
    request = await rows.numbered(square.index, number)
    assert request
    return request.state


async def read_by_staff(square: Square, subsite: Place) -> list[str]:
    room = square.homeserver.room(await square.staff_room(subsite))
    return room.said_by(PLEIN.bot)


def months_later() -> datetime:
    return datetime.now(UTC) + LASTS + timedelta(minutes=1)


@pytest.mark.parametrize("line", ["verzoek intrekken {}", "request withdraw {}", "intrekken #{}"])
async def test_one_withdraws_ones_own_request_and_staff_see_it(square: Square, line: str) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)

    told = await square.joost.asks(line.format(number))

    assert told == f"Uw verzoek {number} voor Zaanstreek is ingetrokken."
    assert await state_of(square, number) is RequestState.WITHDRAWN
    assert (await read_by_staff(square, subsite))[-1] == (
        f"Verzoek {number}: Joost heeft het ingetrokken."
    )
    again = await square.joost.asks(line.format(number))
    assert again == f"Verzoek {number} staat niet meer open: ingetrokken."


async def test_the_only_number_in_the_list_is_that_of_the_request(square: Square) -> None:
    elsewhere, subsite = await square.subsite("Waterland"), await square.subsite()
    await asked(square, square.peter, elsewhere)
    number = await asked(square, square.joost, subsite)

    waiting = await square.sanne.asks("verzoeken zaanstreek")

    assert f"\nVerzoek {number} voor Zaanstreek: Joost" in waiting
    assert f"`goedkeuren {number}`" in waiting
    assert await square.sanne.asks("1") != await square.sanne.asks(f"goedkeuren {number}")
    assert await state_of(square, number) is RequestState.APPROVED


async def test_leaving_while_one_waits_is_withdrawing(square: Square) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)

    told = await square.joost.asks("verlaten zaanstreek")

    assert told == f"Uw verzoek {number} voor Zaanstreek is ingetrokken."
    assert await state_of(square, number) is RequestState.WITHDRAWN


async def test_leaving_takes_a_knock_back(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.opens_chat()
    await square.joost.knocks(subsite.room)
    staff = await square.staff_room(subsite)
    await square.sanne.hears(staff, lambda raw: "Joost" in raw["content"].get("body", ""))

    assert "ingetrokken" in await square.joost.asks("verlaten zaanstreek")

    assert (await square.standing(square.joost, subsite)).membership == "leave"


async def test_the_request_of_another_and_none_sound_the_same(square: Square) -> None:
    number = await asked(square, square.joost, await square.subsite())

    theirs = await square.peter.asks(f"verzoek intrekken {number}")
    none = await square.peter.asks("verzoek intrekken 999")

    assert theirs == none.replace("999", str(number))
    assert await state_of(square, number) is RequestState.WAITING


async def test_asking_again_tells_the_number_and_adds_a_reason(square: Square) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)

    told = await square.joost.asks("deelnemen zaanstreek")
    assert f"heeft nummer {number}." in told
    assert f"verzoek intrekken {number}" in told
    await square.joost.asks("deelnemen zaanstreek --reden Ik begin maandag")

    assert (await read_by_staff(square, subsite))[-1] == (
        f"Verzoek {number}: Joost voegt toe: “Ik begin maandag”"
    )
    request = await rows.numbered(square.index, number)
    assert request
    assert request.reason == "Voor mijn werk · Ik begin maandag"


async def test_a_knock_and_a_command_are_one_request(square: Square) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)
    await square.joost.knocks(subsite.room, "Ik klop ook maar even")
    staff = await square.staff_room(subsite)
    await square.sanne.hears(staff, lambda raw: "klop" in raw["content"].get("body", ""))

    await square.sanne.asks(f"goedkeuren {number}")

    assert (await square.standing(square.joost, subsite)).membership == "invite"
    assert await rows.waiting_of(square.index, subsite.room, square.joost.user_id) is None


async def test_who_was_turned_down_may_ask_again(square: Square) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)
    await square.sanne.asks(f"afwijzen {number}")

    again = await asked(square, square.joost, subsite)

    assert again != number
    told = await read_by_staff(square, subsite)
    assert f"Verzoek {number}: Joost is afgewezen." in told
    assert told[-1].startswith(f"Verzoek {again}: Joost")


async def test_a_tap_of_somebody_who_is_no_staff_does_nothing(square: Square) -> None:
    subsite = await square.subsite()
    number = await asked(square, square.joost, subsite)
    staff = await square.staff_room(subsite)
    notice = (await rows.numbered(square.index, number)).notice  # type: ignore[union-attr]
    assert notice
    await square.sanne.invites(staff, square.peter.user_id)
    await square.peter.joins(staff)
    before = await read_by_staff(square, subsite)

    await square.peter.reacts(staff, notice, "✅")
    # What happens in a room is taken up in its order.
    await square.sanne.reacts(staff, notice, "❌")
    chat = square.joost.chat
    await square.joost.hears(chat, lambda raw: "afgewezen" in raw["content"].get("body", ""))

    assert await state_of(square, number) is RequestState.DENIED
    assert len(await read_by_staff(square, subsite)) == len(before) + 1


async def test_what_nobody_decides_expires_with_a_message(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.opens_chat()
    await square.joost.knocks(subsite.room)
    staff = await square.staff_room(subsite)
    await square.sanne.hears(staff, lambda raw: "Joost" in raw["content"].get("body", ""))
    request = await rows.waiting_of(square.index, subsite.room, square.joost.user_id)
    assert request

    await request_endings.expire(square.acts, datetime.now(UTC) + LASTS - timedelta(hours=1))
    assert await state_of(square, request.number) is RequestState.WAITING
    for _ in range(2):
        await request_endings.expire(square.acts, months_later())

    assert await state_of(square, request.number) is RequestState.EXPIRED
    assert (await square.standing(square.joost, subsite)).membership == "leave"
    told = [said for said in square.chat_of(square.joost) if "verlopen" in said]
    assert told == [
        f"Uw verzoek {request.number} voor Zaanstreek is verlopen: niemand heeft in 30 dagen "
        "beslist.\n\nU kunt het opnieuw vragen: `deelnemen zaanstreek`."
    ]
    over = [said for said in await read_by_staff(square, subsite) if "verlopen" in said]
    assert len(over) == 1
