"""What the intake makes of a flood: by whose clock, after a start, and how much work it is."""

import time

from plein_bot.domain.events import Alarm, Batch
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import hits, work
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.lately import Lately
from tests.index.homeserver import ALICE, BOT, Room

BOB = UserId("@bob:elders.test")
HOUR = 3_600_000


def now() -> int:
    return int(time.time() * 1000)


async def public_room(index: Index) -> Room:
    """A public group, in which Alice and Bob are."""
    space = Room.managed("subsite")
    space.put("nl.plein.subsite", {"slug": "zaanstreek", "visibility": "public"})
    room = Room.managed("group", **{"nl.plein.subsite": space.id})
    room.put("nl.plein.group", {"slug": "plein", "visibility": "public", "joining": "open"})
    room.enters(ALICE)
    room.enters(BOB)
    await hear(index, space, room)
    return room


async def hear(index: Index, *rooms: Room) -> None:
    await take_in(index, Batch("next", tuple(room.sync() for room in rooms)), BOT)


def says(room: Room, *moments: int, sender: UserId = BOB) -> list[EventId]:
    return [
        room.send(
            "m.room.message",
            {"msgtype": "m.text", "body": f"regel {moment}"},
            sender=sender,
            ts=moment,
        )
        for moment in moments
    ]


async def alarms(index: Index) -> list[str]:
    found = [one.work for one in await work.outstanding(index)]
    return [one.key for one in found if isinstance(one.incoming, Alarm)]


async def hit(index: Index, room: RoomId) -> list[tuple[UserId, EventId]]:
    return [(one.person, one.since) for one in await hits.take_up(index, room, "cause")]


async def test_a_flood_is_one_piece_of_work_and_messages_are_none(index: Index) -> None:
    room = await public_room(index)
    says(room, now(), now(), sender=ALICE)
    await hear(index, room)
    assert await work.outstanding(index) == []

    flood = says(room, *[now()] * 30)
    await hear(index, room)

    assert len(await alarms(index)) == 1
    found = await hit(index, room.id)
    assert found[0] == (BOB, flood[0])
    assert {person for person, _ in found} == {BOB}


async def test_a_homeserver_that_lies_about_the_time_hides_no_flood(index: Index) -> None:
    room = await public_room(index)
    says(room, *(now() - n * HOUR for n in range(6)), *(now() + n * HOUR for n in range(6)))
    await hear(index, room)

    assert len(await alarms(index)) == 1


async def test_what_happened_while_plein_was_away_is_judged_by_what_was_told(index: Index) -> None:
    room = await public_room(index)
    index.lately = Lately()
    says(room, *(now() - n * 60_000 for n in range(9, -1, -1)), *(now() - HOUR for _ in range(30)))
    await hear(index, room)

    assert await alarms(index) == []


async def test_after_a_start_it_counts_on(index: Index) -> None:
    room = await public_room(index)
    first = says(room, *[now()] * 8)
    await hear(index, room)
    index.lately = Lately()
    says(room, *[now()] * 4)
    await hear(index, room)

    assert (await hit(index, room.id))[0] == (BOB, first[0])


async def test_a_batch_that_is_told_again_counts_once(index: Index) -> None:
    room = await public_room(index)
    says(room, *[now()] * 8)
    again = room.sync()
    for _ in range(2):
        await take_in(index, Batch("next", (again,)), BOT)

    assert await alarms(index) == []


async def test_a_new_name_is_no_coming_in_and_who_was_invited_may(index: Index) -> None:
    room = await public_room(index)
    for n in range(60):
        room.enters(UserId(f"@gast-{n}:plein.test"))
    await hear(index, room)
    for n in range(60):
        room.enters(UserId(f"@gast-{n}:plein.test"), f"Gast {n}")
    await hear(index, room)

    invited = [UserId(f"@genodigde-{n}:plein.test") for n in range(120)]
    for one in invited:
        room.put("m.room.member", {"membership": "invite"}, one)
    await hear(index, room)
    for one in invited:
        room.enters(one)
    await hear(index, room)
    assert await alarms(index) == []

    for n in range(101):
        room.enters(UserId(f"@vreemd-{n}:plein.test"))
    await hear(index, room)
    assert len(await alarms(index)) == 1


async def test_who_writes_with_new_names_floods_and_who_takes_one_does_not(index: Index) -> None:
    room = await public_room(index)
    room.enters(ALICE, "Alice de Vries")
    await hear(index, room)
    first, *_ = [room.enters(BOB, f"Koop nu {n}") for n in range(30)]
    await hear(index, room)

    found = await hit(index, room.id)
    assert found[0] == (BOB, first)
    assert {person for person, _ in found} == {BOB}
