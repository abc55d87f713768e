import asyncio
import dataclasses

import pytest
from sqlalchemy.exc import StatementError

from plein_bot.domain.events import Batch, Event, Membership, RoomUpdate, Work
from plein_bot.domain.events import InvitedHere as Invited
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import sync_tokens, work
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import Snapshot, projection


async def hear(index: Index, *updates: RoomUpdate, token: str = "next") -> Snapshot:
    await take_in(index, Batch(token, updates), BOT)
    return await projection(index)


def contents(rows: Snapshot) -> list[dict[str, object]]:
    events = sorted(rows["events"].values(), key=lambda row: row["position"])
    return [row["content"] for row in events]


async def test_a_room_that_the_bot_made_for_plein_is_managed(index: Index) -> None:
    mark = {"nl.plein.cause": "cause", "nl.plein.subsite": "!space"}
    room = Room.managed("group", **mark)

    rows = await hear(index, room.sync())

    assert rows["rooms"][room.id,] == {
        "room_id": room.id,
        "membership": Membership.JOIN,
        "creator": BOT,
        "version": "12",
        "kind": "group",
        "cause": "cause",
        "subsite": "!space",
        "replaces": None,
        "encrypted": False,
        "managed": True,
        "gone": False,
    }
    assert [row["position"] for row in rows["events"].values()] == [1, 2]
    assert list(rows["state"]) == [(room.id, "m.room.create", "")]
    assert rows["members"][room.id, BOT]["membership"] is Membership.JOIN


async def test_a_room_that_somebody_else_marks_as_plein_s_is_not(index: Index) -> None:
    room = Room.made_by(ALICE, **{"nl.plein.kind": "group"})
    room.says("hello")

    rows = await hear(index, room.sync())

    assert not rows["rooms"][room.id,]["managed"]
    assert rows["events"] == {}
    assert rows["members"][room.id, ALICE]["name"] == ALICE


async def test_an_event_that_comes_twice_changes_nothing(index: Index) -> None:
    room = Room.managed()
    room.put("m.room.topic", {"topic": "before"})
    first = room.sync()
    await hear(index, first)
    room.put("m.room.topic", {"topic": "after"})
    before = await hear(index, room.sync())

    assert await hear(index, first) == before


async def test_an_overlap_adds_only_what_is_new(index: Index) -> None:
    room = Room.managed()
    room.put("m.room.topic", {"topic": "before"})
    old = room.sync()
    await hear(index, old)
    room.put("m.room.topic", {"topic": "after"})
    await hear(index, room.sync())
    room.says("new")

    rows = await hear(
        index, RoomUpdate(room.id, Membership.JOIN, old.timeline + room.sync().timeline)
    )

    assert [row["position"] for row in rows["events"].values()] == [1, 2, 3, 4, 5]
    assert rows["state"][room.id, "m.room.topic", ""]["content"] == {"topic": "after"}


async def test_whole_state_replaces_what_was_known(index: Index) -> None:
    room = Room.managed()
    room.put("m.room.topic", {"topic": "here"})
    room.enters(ALICE)
    await hear(index, room.sync())
    create, bot = room.events[:2]
    news = Event(room.id, EventId("$news"), "m.room.name", BOT, 1, {"name": "New"}, "")

    rows = await hear(
        index, RoomUpdate(room.id, Membership.JOIN, (news,), (create, bot), state_is_whole=True)
    )

    assert {key[1] for key in rows["state"]} == {"m.room.create", "m.room.name"}
    assert {key[1] for key in rows["members"]} == {BOT}


async def test_a_redaction_takes_the_content_everywhere(index: Index) -> None:
    room = Room.managed()
    message = room.says("secret")
    topic = room.put("m.room.topic", {"topic": "secret"})
    member = room.enters(ALICE, "Secret")
    await hear(index, room.sync())
    for target in (message, topic, member):
        room.redacts(target)

    rows = await hear(index, room.sync())

    assert rows["events"][message,]["content"] == {}
    assert rows["events"][message,]["redacted"]
    assert rows["state"][room.id, "m.room.topic", ""]["content"] == {}
    assert rows["members"][room.id, ALICE]["name"] is None
    assert rows["members"][room.id, ALICE]["membership"] is Membership.JOIN
    assert "ecret" not in str(rows)


async def test_a_redaction_reaches_into_rooms_that_are_not_managed(index: Index) -> None:
    room = Room.made_by(ALICE)
    topic = room.put("m.room.topic", {"topic": "secret"}, sender=ALICE)
    await hear(index, room.sync())
    room.redacts(topic)

    rows = await hear(index, room.sync())

    assert rows["state"][room.id, "m.room.topic", ""]["content"] == {}


async def test_a_redaction_does_not_reach_into_another_room(index: Index) -> None:
    room, hostile = Room.managed(), Room.made_by(ALICE)
    message = room.says("mine")
    topic = room.put("m.room.topic", {"topic": "mine"})
    before = await hear(index, room.sync(), hostile.sync())
    hostile.redacts(message)
    hostile.redacts(topic)

    rows = await hear(index, hostile.sync())

    assert (rows["events"], rows["state"]) == (before["events"], before["state"])


async def test_of_a_room_that_the_bot_left_the_state_stays_as_it_was(index: Index) -> None:
    room = Room.made_by(ALICE)
    room.enters(BOT)
    room.put("m.room.name", {"name": "Chat"}, sender=ALICE)
    await hear(index, room.sync())
    room.leaves(BOT)
    room.membership = Membership.LEAVE

    rows = await hear(index, room.sync())

    assert rows["rooms"][room.id,]["membership"] is Membership.LEAVE
    assert rows["state"][room.id, "m.room.name", ""]["content"] == {"name": "Chat"}
    assert rows["members"][room.id, BOT]["membership"] is Membership.LEAVE


async def test_an_invitation_tells_nothing_but_itself(index: Index) -> None:
    forged = Event(
        RoomId("!there"), EventId(""), "m.room.create", BOT, 0, {"nl.plein.kind": "group"}, ""
    )

    rows = await hear(index, RoomUpdate(forged.room, Membership.INVITE, state=(forged,)))

    assert rows["rooms"][forged.room,]["membership"] is Membership.INVITE
    assert not rows["rooms"][forged.room,]["managed"]
    assert rows["state"] == {}


async def test_once_encrypted_a_room_is_known_as_such(index: Index) -> None:
    room = Room.made_by(ALICE)
    room.put("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, sender=ALICE)

    rows = await hear(index, room.sync())

    assert rows["rooms"][room.id,]["encrypted"]


HOSTILE = "nul \0, half a pair \ud83d, a whole one \U0001f333"


async def test_what_postgresql_cannot_hold_does_not_stop_the_intake(index: Index) -> None:
    room = Room.managed()
    room.enters(ALICE, HOSTILE)
    room.put("nl.plein.note", {HOSTILE: HOSTILE}, HOSTILE)
    room.send("m.room.message", {"body": HOSTILE}, ts=2**70)
    room.send("m.room.message", {"body": 2**70}, ts=-(2**70))

    rows = await hear(index, room.sync())

    readable = HOSTILE.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    assert rows["members"][room.id, ALICE]["name"] == readable
    assert rows["state"][room.id, "nl.plein.note", readable]["content"] == {HOSTILE: HOSTILE}
    assert contents(rows)[-2:] == [{"body": HOSTILE}, {"body": 2**70}]


async def test_contents_come_back_as_they_were(index: Index) -> None:
    room = Room.managed()
    content = {"b": [1, 2.5, None, True, {"ünïcode": "é"}], "a": {"z": 1, "y": []}}
    room.send("nl.plein.note", content)

    assert contents(await hear(index, room.sync()))[-1] == content


async def test_the_same_room_twice_in_a_batch_is_told_in_order(index: Index) -> None:
    room = Room.managed()
    room.put("m.room.topic", {"topic": "first"})
    first = room.sync()
    room.put("m.room.topic", {"topic": "second"})

    rows = await hear(index, first, room.sync())

    assert rows["state"][room.id, "m.room.topic", ""]["content"] == {"topic": "second"}
    assert [row["position"] for row in rows["events"].values()] == [1, 2, 3, 4]


async def test_token_and_work_are_stored_with_what_is_known_or_not_at_all(index: Index) -> None:
    room = Room.managed()
    thing = Work("$a", room.id, Invited(room.id, ALICE, direct=True))
    await take_in(index, Batch("first", (room.sync(),), (thing,)), BOT)
    before = await projection(index)
    room.says("lost")
    broken = dataclasses.replace(room.sync().timeline[0], content={"body": "lost", "not": object()})
    update = RoomUpdate(room.id, Membership.JOIN, (broken,))

    with pytest.raises(StatementError) as error:
        await take_in(index, Batch("second", (update,), (Work("$b", "", thing.incoming),)), BOT)

    assert "lost" not in str(error.value), "what people wrote does not belong in a log"
    assert await projection(index) == before
    assert await sync_tokens.token(index, BOT) == "first"
    assert [row.work.key for row in await work.outstanding(index)] == ["$a"]


async def test_each_account_has_a_token_of_its_own(index: Index) -> None:
    await take_in(index, Batch("one"), BOT)

    assert await sync_tokens.token(index, UserId("@another:plein.test")) is None


async def test_whoever_waits_for_something_hears_when_it_has_come(index: Index) -> None:
    room = Room.managed()

    async def known() -> bool:
        return (room.id,) in (await projection(index))["rooms"]

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(index.until(known))
        await take_in(index, Batch("one"), BOT)
        assert not waiting.done()
        await take_in(index, Batch("two", (room.sync(),)), BOT)
        assert await waiting
