"""What people told Plein, and what Plein keeps for itself."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.requests import RequestState
from plein_bot.index import addresses, audits, lines, preferences, requests, secrets
from plein_bot.index.database import Index
from tests.index.homeserver import ALICE

ROOM, BOB = RoomId("!room"), UserId("@bob:plein.test")


async def test_an_address_moves_to_who_proved_it_last(index: Index) -> None:
    now = datetime.now(UTC)
    await addresses.prove(index, ALICE, "A.Jansen@Zaanstad.example", now)
    await addresses.prove(index, BOB, "a.jansen@zaanstad.example", now)

    assert await addresses.proven_by(index, [ALICE, BOB]) == {BOB: ("a.jansen@zaanstad.example",)}


async def test_a_key_is_made_once(index: Index) -> None:
    key = await secrets.key(index, "marks")

    assert len(key) == 32
    assert await secrets.key(index, "marks") == key
    assert await secrets.key(index, "other") != key


async def test_who_acts_for_the_first_time_in_many_places_at_once_gets_one_key(
    index: Index,
) -> None:
    def act(number: int) -> Awaitable[None]:
        place = RoomId(f"!room{number}")
        return audits.record(
            index, f"${number}", "join", ALICE, place=place, whom=None, outcome="done"
        )

    await asyncio.gather(*(act(number) for number in range(8)))

    assert await audits.count_today(index, ALICE, "join", but="") == 8


async def test_a_choice_of_language_leaves_the_last_place_alone(index: Index) -> None:
    await preferences.use_place(index, ALICE, ROOM)
    await preferences.speak(index, ALICE, "en")

    assert await preferences.last_place(index, ALICE) == ROOM
    assert await preferences.language(index, ALICE) == "en"
    assert await preferences.language(index, BOB) is None


async def test_what_a_line_itself_did_is_not_held_against_it(index: Index) -> None:
    event = EventId("$line")
    await lines.note(index, event, "$edit", understood=True)

    assert await lines.was_understood(index, event, "$edit") is False
    assert await lines.was_understood(index, event, "$another") is True
    assert await lines.was_understood(index, EventId("$unknown"), "$edit") is None

    await lines.forget(index, datetime.now(UTC) + timedelta(seconds=1))
    assert await lines.was_understood(index, event, "$another") is None


async def test_an_act_is_counted_once_however_often_it_is_recorded(index: Index) -> None:
    for cause in ("$one", "$one", "$two"):
        await audits.record(
            index, cause, "subsite.create", ALICE, place=ROOM, whom=BOB, outcome="done"
        )

    assert await audits.count_today(index, ALICE, "subsite.create", but="") == 2
    assert await audits.count_today(index, ALICE, "subsite.create", but="$two") == 1
    assert await audits.count_today(index, BOB, "subsite.create", but="") == 0


async def test_one_request_of_a_person_waits_for_a_place(index: Index) -> None:
    first = await requests.open_one(index, ROOM, ALICE, "Ik werk hier", "$first")
    again = await requests.open_one(index, ROOM, ALICE, "Nogmaals", "$again")
    assert again == first

    await requests.decide(index, first.number, RequestState.DENIED, BOB, "$no")
    await requests.decide(index, first.number, RequestState.APPROVED, BOB, "$yes")
    decided = await requests.numbered(index, first.number)
    assert decided
    assert (decided.state, decided.decided_cause) == (RequestState.DENIED, "$no")

    assert (await requests.open_one(index, ROOM, ALICE, "", "$first")).number == first.number
    assert (await requests.open_one(index, ROOM, ALICE, "", "$later")).number != first.number
