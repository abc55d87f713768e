from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plein_bot.domain.events import Batch, Event, Membership, WholeRoom
from plein_bot.domain.ids import EventId, UserId
from plein_bot.index.carrying import merged
from plein_bot.index.comparing import Differences, projection_tables
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import Overtaken, rebuild
from tests.index.homeserver import ALICE, BOT, Room, start_over
from tests.index.snapshots import Snapshot, empty, projection

SHORT_NAME = {"slug": "zaanstreek"}


async def hear(index: Index, *rooms: Room) -> Snapshot:
    await take_in(index, Batch("token", tuple(room.sync() for room in rooms)), BOT)
    return await projection(index)


async def reread(index: Index, *rooms: Room, dry_run: bool = False) -> Differences:
    async def whole() -> AsyncIterator[WholeRoom]:
        for room in rooms:
            yield room.whole()

    return await rebuild(index, whole(), BOT, dry_run=dry_run)


def found(differences: Differences, table: str) -> tuple[set[Any], set[Any], set[Any]]:
    [rows] = [rows for rows in differences.tables if rows.table == table]
    return set(rows.added), set(rows.gone), set(rows.changed)


def subsite() -> Room:
    room = Room.managed("subsite")
    room.put("nl.plein.subsite", SHORT_NAME)
    room.put("m.room.name", {"name": "Zaanstreek"})
    room.enters(ALICE)
    room.says("hello")
    return room


async def test_a_rebuild_finds_what_is_already_there(index: Index) -> None:
    room, chat = subsite(), Room.made_by(ALICE)
    before = await hear(index, room, chat)
    assert [row["slug"] for row in before["places"].values()] == ["zaanstreek"]

    differences = await reread(index, room, chat)

    assert not differences
    assert [(t.before, t.after) for t in differences.tables if t.table == "rooms"] == [(2, 2)]
    assert await projection(index) == before


async def test_a_rebuild_fills_an_empty_database(index: Index) -> None:
    room = subsite()
    before = await hear(index, room)
    await empty(index)

    differences = await reread(index, room)

    assert found(differences, "events") == (
        {(event.event_id,) for event in room.events},
        set(),
        set(),
    )
    assert await projection(index) == before


async def test_a_dry_run_only_tells(index: Index) -> None:
    room = subsite()
    before = await hear(index, room)
    room.put("m.room.topic", {"topic": "missed"})

    differences = await reread(index, room, dry_run=True)

    assert found(differences, "state") == ({(room.id, "m.room.topic", "")}, set(), set())
    assert found(differences, "places") == (set(), set(), {(room.id,)})
    assert await projection(index) == before


async def test_a_rebuild_puts_right_what_was_wrong(index: Index) -> None:
    room = subsite()
    name = room.state["m.room.name", ""]
    right = await hear(index, room)
    invented = Event(room.id, EventId("$x"), "m.room.name", BOT, 1, {"name": "Wrong"}, "")
    stranger = Event(
        room.id, EventId("$y"), "m.room.member", ALICE, 1, {"membership": "join"}, "@x:plein.test"
    )
    wrong = WholeRoom(room.id, Membership.JOIN, (), (*room.whole().state, invented, stranger))

    async def whole() -> AsyncIterator[WholeRoom]:
        yield wrong

    await rebuild(index, whole(), BOT)
    assert await projection(index) != right

    differences = await reread(index, room)

    assert found(differences, "members") == (set(), {(room.id, "@x:plein.test")}, set())
    now = await projection(index)
    assert now == right
    assert now["state"][room.id, "m.room.name", ""]["event_id"] == name


async def test_what_the_homeserver_purged_is_held_here(index: Index) -> None:
    room = subsite()
    first = [room.says(f"message {number}") for number in range(3)]
    before = await hear(index, room)
    room.purges(len(room.events) - 1)

    differences = await reread(index, room)

    after = await projection(index)
    held = {key for key, row in after["events"].items() if row["held_here_only"]}
    assert held == {(event.event_id,) for event in room.events[:-1]}
    assert found(differences, "events") == (set(), set(), held)
    for row in after["events"].values():
        row["held_here_only"] = False
    assert after == before
    assert (first[0],) in held
    assert not await reread(index, room)


async def test_what_was_redacted_before_it_was_purged_stays_pruned(index: Index) -> None:
    room = subsite()
    message = room.says("secret")
    await hear(index, room)
    room.redacts(message)
    await hear(index, room)
    room.purges(len(room.events))

    await reread(index, room)

    rows = await projection(index)
    assert rows["events"][message,]["content"] == {}
    assert rows["events"][message,]["redacted"]
    assert "secret" not in str(rows)


async def test_a_redaction_that_was_missed_reaches_what_is_held_here(index: Index) -> None:
    room = subsite()
    message = room.says("secret")
    await hear(index, room)
    room.purges(len(room.events))
    room.redacts(message)

    await reread(index, room)

    assert "secret" not in str(await projection(index))


async def test_a_room_that_is_no_longer_shown_is_kept(index: Index) -> None:
    room, chat = subsite(), Room.made_by(ALICE)
    before = await hear(index, room, chat)

    await reread(index, chat)

    after = await projection(index)
    row = after["rooms"][room.id,]
    assert (row["membership"], row["gone"]) == (Membership.LEAVE, True)
    assert all(row["held_here_only"] for row in after["events"].values())
    assert after["places"] == before["places"]
    assert after["state"] == before["state"]
    assert after["members"] == before["members"]
    assert not await reread(index, chat)


async def test_a_room_that_is_shown_again_is_no_longer_gone(index: Index) -> None:
    room = subsite()
    before = await hear(index, room)
    await reread(index)

    await reread(index, room)

    assert await projection(index) == before


async def test_of_a_room_that_shows_only_our_membership_the_rest_is_kept(index: Index) -> None:
    room = subsite()
    before = await hear(index, room)

    async def banned() -> AsyncIterator[WholeRoom]:
        yield WholeRoom(room.id, Membership.BAN)

    await rebuild(index, banned(), BOT)

    after = await projection(index)
    assert after["rooms"][room.id,]["membership"] is Membership.BAN
    assert after["rooms"][room.id,]["managed"]
    assert after["state"] == before["state"]
    assert after["places"] == before["places"]


async def test_a_place_stays_one_where_the_event_that_made_it_one_was_redacted(
    index: Index,
) -> None:
    room = subsite()
    await hear(index, room)
    room.redacts(next(one for one in room.events if one.type == "nl.plein.subsite").event_id)
    before = await hear(index, room)
    assert [row["slug"] for row in before["places"].values()] == ["zaanstreek"]

    assert not await reread(index, room)

    assert await projection(index) == before


async def test_what_comes_again_after_a_rebuild_does_not_turn_back_the_clock(index: Index) -> None:
    room = subsite()
    await hear(index, room)
    room.put("m.room.topic", {"topic": "first"})
    first = room.sync()
    room.put("m.room.topic", {"topic": "second"})
    second = room.sync()
    await reread(index, room)
    after = await projection(index)

    await take_in(index, Batch("next", (first,)), BOT)
    assert await projection(index) == after
    await take_in(index, Batch("next", (second,)), BOT)
    assert await projection(index) == after


async def test_a_rebuild_that_is_overtaken_changes_nothing(index: Index) -> None:
    room, other = subsite(), Room.managed()
    await hear(index, room)

    async def slowly() -> AsyncIterator[WholeRoom]:
        yield room.whole()
        await take_in(index, Batch("later", (other.sync(),)), BOT)

    with pytest.raises(Overtaken):
        await rebuild(index, slowly(), BOT)

    assert (other.id,) in (await projection(index))["rooms"]


@pytest.mark.parametrize(
    ("before", "now", "order"),
    [
        ("", "ab", "ab"),
        ("ab", "", "ab"),
        ("abcd", "cd", "abcd"),
        ("abcd", "bde", "abcde"),
        ("abcd", "ca", "cdab"),
        ("axb", "ab", "axb"),
    ],
)
def test_what_is_held_keeps_its_place(before: str, now: str, order: str) -> None:
    events = [EventId(letter) for letter in before]

    assert "".join(merged(events, [EventId(letter) for letter in now])) == order
    assert "".join(merged([EventId(letter) for letter in order], events)) or not order


PEOPLE = [UserId(f"@{name}:plein.test") for name in ("alice", "bob")]
STEPS = st.one_of(
    st.tuples(st.just("says"), st.integers(0, 3), st.sampled_from("xyz")),
    st.tuples(st.just("enters"), st.integers(0, 3), st.sampled_from(PEOPLE)),
    st.tuples(st.just("leaves"), st.integers(0, 3), st.sampled_from(PEOPLE)),
    st.tuples(st.just("names"), st.integers(0, 3), st.sampled_from("xyz")),
    st.tuples(st.just("topics"), st.integers(0, 3), st.sampled_from("xyz")),
    st.tuples(st.just("asks"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("votes"), st.integers(0, 3), st.integers(0, 30)),
    st.tuples(st.just("ends"), st.integers(0, 3), st.integers(0, 30)),
    st.tuples(st.just("encrypts"), st.integers(0, 3), st.none()),
    st.tuples(st.just("redacts"), st.integers(0, 3), st.integers(0, 30)),
    st.tuples(st.just("sync"), st.integers(0, 3), st.booleans()),
)


POLL = {"question": {"m.text": "?"}, "answers": [{"m.id": "a", "m.text": "Ja"}]}


def happens(room: Room, what: str, value: Any) -> None:
    match what:
        case "says":
            room.says(value)
        case "enters":
            room.enters(value)
        case "leaves":
            room.leaves(value)
        case "names":
            room.put("m.room.name", {"name": value})
        case "topics":
            room.put("m.room.topic", {"topic": value}, value)
        case "asks":
            room.send("m.poll.start", {"m.poll": POLL | ({"kind": "m.disclosed"} if value else {})})
        case "votes" | "ends":
            target = room.events[value % len(room.events)].event_id
            about = {"rel_type": "m.reference", "event_id": target}
            kind = "m.poll.response" if what == "votes" else "m.poll.end"
            room.send(
                kind, {"m.selections": ["a"], "m.relates_to": about}, sender=PEOPLE[value % 2]
            )
        case "encrypts":
            room.put("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
        case _:
            assert what == "redacts"
            room.redacts(room.events[1 + value % (len(room.events) - 1)].event_id)


def fresh_rooms() -> list[Room]:
    start_over()
    version = {"room_version": "10"}
    return [subsite(), Room.managed("group", **version), Room.made_by(ALICE), Room.managed()]


async def hear_in_batches(index: Index, rooms: list[Room], steps: Iterable[Any]) -> None:
    for what, number, value in steps:
        room = rooms[number]
        if what == "sync":
            update = room.sync_after_a_gap() if value else room.sync()
            await take_in(index, Batch("token", (update,)), BOT)
        else:
            happens(room, what, value)
    await hear(index, *rooms)


RANDOMLY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=6
)


@given(steps=st.lists(STEPS, max_size=40))
@RANDOMLY
async def test_what_was_heard_live_equals_what_is_read_again(index: Index, steps: Any) -> None:
    await empty(index)
    rooms = fresh_rooms()
    await hear_in_batches(index, rooms, steps)
    live = await projection(index)

    differences = await reread(index, *rooms)

    assert not differences, differences
    assert await projection(index) == live


@given(steps=st.lists(STEPS, max_size=20), more=st.lists(STEPS, max_size=20), data=st.data())
@RANDOMLY
async def test_nothing_that_was_purged_is_lost(
    index: Index, steps: Any, more: Any, data: st.DataObject
) -> None:
    await empty(index)
    rooms = fresh_rooms()
    await hear_in_batches(index, rooms, steps)
    for room in rooms:
        room.purges(data.draw(st.integers(0, len(room.events))))
    await reread(index, *rooms)
    await hear_in_batches(index, rooms, more)
    live = await projection(index)
    shown = [room for room in rooms if data.draw(st.booleans())]

    await reread(index, *shown)

    after = await projection(index)
    assert after["state"] == live["state"]
    assert after["members"] == live["members"]
    assert after["places"] == live["places"]
    assert (after["polls"], after["votes"]) == (live["polls"], live["votes"])
    assert set(after["rooms"]) == set(live["rooms"])
    for rows in (live, after):
        for row in rows["events"].values():
            del row["held_here_only"]
    assert after["events"] == live["events"]
    assert not await reread(index, *shown)


def test_everything_that_can_be_made_again_is_compared() -> None:
    names = {table.name for table in projection_tables()}

    assert names >= {"rooms", "events", "state", "members", "places", "organisations"}
    assert not names & {"work", "sync_tokens", "lease"}
