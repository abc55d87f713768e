"""Encrypted messages of a place that wants them found: opened, forgotten, and made again."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import select

from plein_bot.domain.events import Batch, Event, WholeRoom
from plein_bot.domain.ids import EventId
from plein_bot.domain.posts import NOTE
from plein_bot.domain.replacing import REPLACED_BY
from plein_bot.domain.search import parse
from plein_bot.index import candidates, file_texts, files, opening, search, terms
from plein_bot.index.candidates import Within
from plein_bot.index.database import Index
from plein_bot.index.file_texts import Outcome
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import rebuild
from plein_bot.index.tables.sealed import Opening, SealedRow
from tests.fakes.sealing import ENCRYPTED, Seals
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import empty, projection

SEALS = Seals()


def a_room(*, index: bool = True, replaces: str | None = None) -> Room:
    room = Room.managed(**{"nl.plein.replaces": replaces} if replaces else {})
    turns(room, index=index)
    room.enters(ALICE)
    SEALS.keys.add(room.id)
    return room


def turns(room: Room, *, index: bool, **more: Any) -> None:
    content = {"slug": "kring", "encrypted": True, "index": index, **more}
    room.put("nl.plein.group", content)


def seals(room: Room, text: str, **content: Any) -> EventId:
    whole = {"msgtype": "m.text", "body": text, **content}
    return room.send(ENCRYPTED, SEALS.seal(room.id, "m.room.message", whole))


def edits(room: Room, event: EventId, text: str, **new: Any) -> EventId:
    relation = {"rel_type": "m.replace", "event_id": event}
    new_content = {"msgtype": "m.text", "body": text, **new}
    return seals(room, f"* {text}", **{"m.new_content": new_content, "m.relates_to": relation})


def file(name: str) -> dict[str, Any]:
    return {"msgtype": "m.file", "body": name, "file": {"url": "mxc://plein.test/1", "key": {}}}


async def hear(
    index: Index, *rooms: Room, opened: Callable[[Event], Event | None] = SEALS.opened
) -> None:
    await take_in(index, Batch("token", tuple(room.sync() for room in rooms)), BOT)
    while await opening.is_waiting(index):
        await opening.open_some(index, opened)


async def reread(index: Index, *rooms: Room) -> bool:
    async def whole() -> AsyncIterator[WholeRoom]:
        for room in rooms:
            yield room.whole()

    return bool(await rebuild(index, whole(), BOT))


async def found(index: Index, words: str) -> list[EventId]:
    match = terms.matching(parse(words))
    [batch] = await candidates.newest(index, ALICE, [match], Within(), most=100)
    return [one.hit.event for one in batch.candidates]


async def rows(index: Index) -> dict[EventId, Opening]:
    async with index.reading() as session:
        kept = await session.execute(select(SealedRow.event_id, SealedRow.state))
        return {event: state for event, state in kept}


async def test_what_is_sealed_is_found_as_it_reads_now(index: Index) -> None:
    room = a_room()
    said = seals(room, "Het wijkplan is klaar")
    changed = seals(room, "Het wijkplan is bijna klaar")
    edit = edits(room, changed, "De begroting is klaar")
    gone = seals(room, "Een geheim wijkplan")
    picture = room.send(ENCRYPTED, SEALS.seal(room.id, "m.sticker", {"body": "wijkplan"}))
    await hear(index, room)
    assert await found(index, "wijkplan") == [gone, said]
    assert await found(index, "begroting") == [changed]
    assert (await rows(index))[picture] is Opening.OPENED

    room.redacts(gone)
    room.redacts(edit)
    await hear(index, room)

    assert await found(index, "wijkplan") == [changed, said]
    assert await found(index, "begroting") == []
    assert {gone, edit}.isdisjoint(await rows(index))
    hit = await search.one(index, said)
    assert hit
    assert (await search.shown(index, [hit]))[said].text == "Het wijkplan is klaar"


async def test_where_the_place_does_not_say_so_nothing_is_opened(index: Index) -> None:
    room = a_room(index=False)
    seals(room, "Het wijkplan is klaar")
    seals(room, "plan.pdf", **file("plan.pdf"))

    def never(event: Event) -> Event | None:
        raise AssertionError(f"{event} is none of our business")

    await hear(index, room, opened=never)
    await opening.begin_again(index)
    await hear(index, room, opened=never)

    assert await rows(index) == {}
    assert await found(index, "wijkplan plan") == []


async def test_turned_off_all_that_was_opened_is_gone_and_turned_on_it_comes_back(
    index: Index,
) -> None:
    room = a_room()
    said = seals(room, "Het wijkplan is klaar")
    sent = seals(room, "scan.pdf", **file("scan.pdf"))
    note = {"folder": "Oud", "m.relates_to": {"rel_type": "m.reference", "event_id": sent}}
    room.send(ENCRYPTED, SEALS.seal(room.id, NOTE, note), sender=BOT)
    await hear(index, room)
    standing = await files.of_event(index, sent)
    assert standing
    assert (standing.name, standing.folder) == ("scan.pdf", "Oud")
    media = await files.media_of(index, standing)
    assert media
    assert media.key
    await file_texts.begin(index, standing)
    await file_texts.keep(index, standing, Outcome("hash", "application/pdf", "de verlichting"))
    assert await found(index, "verlichting") == [sent]
    before = await projection(index)

    turns(room, index=False)
    await take_in(index, Batch("token", (room.sync(),)), BOT)

    assert await rows(index) == {}
    assert await files.of_event(index, sent) is None
    assert await file_texts.of_file(index, sent) is None
    after = await projection(index)
    assert after["search"] == after["files"] == after["file_tags"] == {}

    turns(room, index=True)
    await hear(index, room)

    assert await found(index, "wijkplan") == [said]
    again = await projection(index)
    assert again["files"] == before["files"]


async def test_a_key_that_comes_late_opens_what_waited(index: Index) -> None:
    room = a_room()
    SEALS.keys.remove(room.id)
    said = seals(room, "Het wijkplan is klaar")
    await hear(index, room)
    assert await rows(index) == {said: Opening.LOCKED}
    assert await opening.counts(index) == opening.Sealed(waiting=0, locked=1)

    SEALS.keys.add(room.id)
    await hear(index, room)
    assert await found(index, "wijkplan") == []
    await take_in(index, Batch("token", keyed=frozenset([room.id])), BOT)
    await hear(index, room)
    assert await found(index, "wijkplan") == [said]

    # Or with news that was lost in a crash.
    SEALS.keys.remove(room.id)
    late = seals(room, "Nog een wijkplan")
    await hear(index, room)
    SEALS.keys.add(room.id)
    await opening.begin_again(index)
    await hear(index, room)
    assert await found(index, "wijkplan") == [late, said]


async def test_a_rebuild_makes_the_same_rows(index: Index) -> None:
    room = a_room()
    said = seals(room, "Het wijkplan is klaar")
    edits(room, said, "De begroting is klaar")
    seals(room, "scan.pdf", **file("scan.pdf"))
    room.redacts(seals(room, "Een geheim"))
    await hear(index, room)
    before = await projection(index)
    assert before["files"]

    assert not await reread(index, room)
    room.purges(2)
    await reread(index, room)
    assert (await projection(index))["search"] == before["search"]
    await empty(index)
    await reread(index, room)
    assert await found(index, "scan begroting") == []

    # What was turned off while nobody listened is gone when the rooms are read.
    turns(room, index=False)
    await reread(index, room)
    assert await rows(index) == {}
    assert (await projection(index))["search"] == {}


async def test_without_the_ledger_all_is_opened_again_at_the_start(index: Index) -> None:
    room = a_room()
    said = seals(room, "Het wijkplan is klaar")
    await reread(index, room)
    assert await rows(index) == {said: Opening.WAITING}

    await hear(index, room)

    assert await found(index, "wijkplan") == [said]


async def test_what_a_room_says_that_was_replaced_follows_the_new_one(index: Index) -> None:
    old = a_room()
    said = seals(old, "Het wijkplan is klaar")
    new = a_room(replaces=old.id)
    await hear(index, old, new)
    turns(old, index=True, **{REPLACED_BY: new.id})
    await hear(index, old)
    assert await found(index, "wijkplan") == [said]
    assert not await reread(index, old, new)
    assert not await reread(index, new, old)

    turns(new, index=False)
    await hear(index, new)

    assert await found(index, "wijkplan") == []
    assert await rows(index) == {}


async def test_a_redaction_in_another_room_takes_nothing_away(index: Index) -> None:
    room, other = a_room(), a_room()
    said = seals(room, "Het wijkplan is klaar")
    await hear(index, room, other)

    other.send("m.room.redaction", {"redacts": said}, redacts=said)
    await hear(index, other)

    assert await found(index, "wijkplan") == [said]
