"""Files as the projection keeps them: live, and as a rebuild makes them again."""

from collections.abc import AsyncIterator
from typing import Any

from plein_bot.domain.events import Batch, WholeRoom
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.posts import NOTE
from plein_bot.domain.search import SearchKind, parse
from plein_bot.index import candidates, file_texts, files, terms
from plein_bot.index.candidates import Within
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import rebuild
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import empty, projection

BOB = UserId("@bob:plein.test")


def a_room() -> Room:
    room = Room.managed()
    room.put("nl.plein.group", {"slug": "leden"})
    room.enters(ALICE)
    return room


def content(name: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.file", "body": name, "url": "mxc://plein.test/1"} | more


def sends(room: Room, name: str, **more: Any) -> EventId:
    return room.send("m.room.message", content(name, **more))


def notes(room: Room, event: EventId, sender: UserId = BOT, **facts: Any) -> EventId:
    relation = {"rel_type": "m.reference", "event_id": event}
    return room.send(NOTE, {**facts, "m.relates_to": relation}, sender=sender)


async def hear(index: Index, *rooms: Room) -> None:
    await take_in(index, Batch("token", tuple(room.sync() for room in rooms)), BOT)


async def found(index: Index, words: str) -> list[tuple[EventId, SearchKind]]:
    match = terms.matching(parse(words))
    [batch] = await candidates.newest(index, ALICE, [match], Within(), most=100)
    return [(one.hit.event, one.hit.kind) for one in batch.candidates]


async def test_a_file_is_known_by_what_its_message_says(index: Index) -> None:
    room = a_room()
    event = sends(
        room,
        "Zie dit #verslag",
        filename="Bezoek Woudenberg.docx",
        info={"mimetype": "application/x", "size": 12},
    )
    image = sends(room, "kaart.png", msgtype="m.image")
    sends(room, "zonder adres", url=None)
    room.send("m.room.message", content("van Plein zelf"), sender=BOT)
    room.says("geen bestand")
    await hear(index, room)

    newest, first = await files.of_rooms(index, [room.id])
    assert (newest.event, newest.name) == (image, "kaart.png")
    assert (first.event, first.name, first.mime, first.size) == (
        event,
        "Bezoek Woudenberg.docx",
        "application/x",
        12,
    )
    assert (first.description, first.tags) == ("Zie dit #verslag", ("verslag",))
    assert await found(index, "woudenberg") == [(event, SearchKind.FILE)]
    assert await found(index, "docx verslag") == [(event, SearchKind.FILE)]


async def test_notes_of_the_bot_arrange_files_and_those_of_others_do_not(index: Index) -> None:
    room = a_room()
    event = sends(room, "plan.pdf")
    notes(room, event, folder="Oud", tags=["a"])
    notes(room, event, folder="Nieuw", description="Het wijkplan")
    notes(room, event, sender=ALICE, folder="Elders")
    await hear(index, room)

    file = await files.of_event(index, event)
    assert file
    assert (file.folder, file.tags, file.description) == ("Nieuw", ("a",), "Het wijkplan")
    assert await found(index, "wijkplan") == [(event, SearchKind.FILE)]


async def test_an_edit_changes_a_file_and_a_redaction_takes_it_away(index: Index) -> None:
    room = a_room()
    event = sends(room, "plan.pdf")
    new = content("plan.pdf", body="Tweede versie", filename="plan.pdf", url="mxc://plein.test/2")
    relation = {"rel_type": "m.replace", "event_id": event}
    edit = room.send("m.room.message", {**new, "m.new_content": new, "m.relates_to": relation})
    await hear(index, room)

    file = await files.of_event(index, event)
    assert file
    assert (file.latest, file.description) == (edit, "Tweede versie")
    media = await files.media_of(index, file)
    assert media
    assert media.url == "mxc://plein.test/2"

    room.redacts(event)
    await hear(index, room)

    assert await files.of_event(index, event) is None
    assert await found(index, "plan") == []


async def test_what_is_to_be_read_is_known_until_it_is_done(index: Index) -> None:
    room = a_room()
    first, other = sends(room, "plan.pdf"), sends(room, "kaart.pdf")
    await hear(index, room)
    file = await file_texts.next_unread(index)
    assert file
    assert file.event == other
    await file_texts.begin(index, file)
    await file_texts.keep(index, file, file_texts.Outcome(reason="broken"))
    new = content("kaart.pdf")
    relation = {"rel_type": "m.replace", "event_id": other}
    edit = room.send("m.room.message", {**new, "m.new_content": new, "m.relates_to": relation})
    notes(room, first, folder="Oud")
    await hear(index, room)

    # It was sent anew while it was read.
    await file_texts.done(index, file)

    assert await file_texts.waiting(index) == 2
    again = await file_texts.next_unread(index)
    assert again
    assert again.latest == edit
    await file_texts.done(index, again)
    room.redacts(first)
    await hear(index, room)
    assert await file_texts.waiting(index) == 0

    assert await file_texts.begin_again(index, scanned=False) == 1
    assert await file_texts.counts(index) == file_texts.Counts(files=1, unread=1, failed=1)
    assert await file_texts.begin_again(index, scanned=True) == 1


async def test_a_rebuild_makes_the_same_rows(index: Index) -> None:
    room = a_room()
    event = sends(room, "plan.pdf")
    notes(room, event, folder="Nieuw", tags=["a", "b"])
    room.redacts(sends(room, "weg.pdf"))
    await hear(index, room)
    file = await files.of_event(index, event)
    assert file
    await file_texts.keep(index, file, file_texts.Outcome("hash", "application/pdf", "de bankjes"))
    assert await found(index, "bankjes") == [(event, SearchKind.FILE)]
    before = await projection(index)
    assert before["files"]
    await empty(index)

    async def whole() -> AsyncIterator[WholeRoom]:
        yield room.whole()

    await rebuild(index, whole(), BOT)

    assert await projection(index) == before
    assert await found(index, "bankjes") == [(event, SearchKind.FILE)]
