import pytest

from plein_bot.actions import joining, places, requests
from plein_bot.domain.errors import Refusal
from plein_bot.domain.joining import Entrance
from plein_bot.domain.places import Joining
from plein_bot.domain.requests import RequestState
from plein_bot.index import requests as rows
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def asks(
    square: Square, person: Person, cause: str, place: str = "zaanstreek"
) -> joining.Asked:
    act = square.by(person, cause)
    return await joining.ask(act, await places.find(act, place), "Ik werk hier")


async def test_asking_twice_is_one_request_and_one_notice(square: Square) -> None:
    subsite = await square.subsite()

    first = await asks(square, square.joost, "$first")
    again = await asks(square, square.joost, "$again")

    assert first.request
    assert again.request
    assert first.request.number == again.request.number
    staff = square.homeserver.room(await square.staff_room(subsite))
    [notice] = staff.said_by(PLEIN.bot)
    assert "gemeente Zaanstad" in notice
    assert "Ik werk hier" in notice


async def test_a_request_is_decided_once(square: Square) -> None:
    subsite = await square.subsite()
    request = (await asks(square, square.joost, "$asked")).request
    assert request

    await requests.approve(square.by(square.sanne, "$yes"), request.number)
    await requests.approve(square.by(square.sanne, "$yes"), request.number)
    with pytest.raises(Refusal):
        await requests.deny(square.by(square.sanne, "$no"), request.number)

    decided = await rows.numbered(square.index, request.number)
    assert decided
    assert decided.state is RequestState.APPROVED
    assert (await square.standing(square.joost, subsite)).membership == "invite"
    assert (await square.standing(square.joost, await square.group(subsite))).membership == "invite"


async def test_the_reason_of_a_refusal_goes_to_the_person_only(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.knocks(subsite.room)
    await joining.knocked(square.by(square.joost, "$knock"), subsite, "")
    request = await rows.waiting_of(square.index, subsite.room, square.joost.user_id)
    assert request

    staff = square.homeserver.room(await square.staff_room(subsite))
    assert "Joost" in staff.said_by(PLEIN.bot)[0]

    await requests.deny(square.by(square.sanne, "$no"), request.number, "geheim")

    assert any("geheim" in said for said in square.chat_of(square.joost))
    assert "geheim" not in repr(square.homeserver.room(subsite.room).timeline)
    assert (await square.standing(square.joost, subsite)).membership == "leave"


async def test_who_is_no_staff_knows_of_no_request(square: Square) -> None:
    await square.subsite()
    request = (await asks(square, square.joost, "$asked")).request
    assert request

    with pytest.raises(Refusal):
        await requests.approve(square.by(square.peter, "$yes"), request.number)


async def test_open_is_open_for_officials_and_closed_for_citizens(square: Square) -> None:
    await square.subsite(joining=Joining.OPEN)

    assert (await asks(square, square.joost, "$a")).entrance is Entrance.WALK_IN
    assert (await asks(square, square.peter, "$b")).entrance is Entrance.WALK_IN
    with pytest.raises(Refusal):
        await asks(square, square.fatima, "$c")
