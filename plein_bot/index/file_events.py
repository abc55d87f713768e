"""What the events of a room say about files that were sent there, folded into rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.files import note_of
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import media_in
from plein_bot.domain.posts import NOTE, tags_in
from plein_bot.index.rows import Row, drop, put, sql_table
from plein_bot.index.said import Said
from plein_bot.index.tables.files import (
    FileRow,
    FileScanRow,
    FileTagRow,
    FileTextRow,
    UnreadFileRow,
)
from plein_bot.index.tables.projection import RoomRow

_FILES, _TAGS, _TEXTS = map(sql_table, (FileRow, FileTagRow, FileTextRow))
_SCANS, _UNREAD = map(sql_table, (FileScanRow, UnreadFileRow))
_MESSAGE = "m.room.message"


async def fold(session: AsyncSession, room: RoomId, events: frozenset[EventId]) -> None:
    """Make the rows of those files again that these events are, or are about."""
    creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
    sent = await session.scalars(
        select(Said).where(
            Said.event_id.in_(events),
            Said.room_id == room,
            Said.type == _MESSAGE,
            Said.redacted.is_(False),
            Said.sender != creator,
        )
    )
    files = [row for row in sent if row.relation != "m.replace" and media_in(row.content)]
    about = await _about(session, room, [row.event_id for row in files])
    rows: list[Row] = []
    tags: list[Row] = []
    for file in files:
        row, tagged = _row(file, about.get(file.event_id, []), creator)
        rows.append(row)
        tags += [{"event_id": file.event_id, "tag": tag} for tag in tagged]
    standing = await session.scalars(select(FileRow.event_id).where(FileRow.event_id.in_(events)))
    gone = set(standing) - {row["event_id"] for row in rows}
    touched = gone | {row["event_id"] for row in rows}
    await drop(session, _TAGS, [{"event_id": event} for event in sorted(touched)])
    for table in (_FILES, _TEXTS, _SCANS, _UNREAD):
        await drop(session, table, [{"event_id": event} for event in sorted(gone)])
    await put(session, _FILES, rows)
    await put(session, _TAGS, tags)
    await put(session, _UNREAD, await _unread(session, rows))


async def _unread(session: AsyncSession, files: list[Row]) -> list[Row]:
    """What is to be read: of the others it is known what came of that."""
    texts = await session.execute(
        select(FileTextRow.event_id, FileTextRow.latest).where(
            FileTextRow.event_id.in_([row["event_id"] for row in files])
        )
    )
    begun = {(event, latest) for event, latest in texts}
    return [
        {name: row[name] for name in ("event_id", "latest", "ts")}
        for row in files
        if (row["event_id"], row["latest"]) not in begun
    ]


async def _about(
    session: AsyncSession, room: RoomId, files: Iterable[EventId]
) -> dict[EventId, list[Said]]:
    """Edits and notes, in the room's order."""
    about: dict[EventId, list[Said]] = {}
    for row in await session.scalars(
        select(Said)
        .where(
            Said.room_id == room,
            Said.relates_to.in_(files),
            Said.type.in_((_MESSAGE, NOTE)),
            Said.redacted.is_(False),
        )
        .order_by(Said.position)
    ):
        if row.relates_to:
            about.setdefault(row.relates_to, []).append(row)
    return about


def _row(file: Said, about: list[Said], creator: object) -> tuple[dict[str, Any], tuple[str, ...]]:
    latest, content = file.event_id, file.content
    for row in about:
        new = row.content.get("m.new_content")
        if (
            row.relation == "m.replace"
            and row.sender == file.sender
            and isinstance(new, dict)
            and media_in(new)
        ):
            latest, content = row.event_id, new
    note = note_of(row.content for row in about if row.type == NOTE and row.sender == creator)
    media = media_in(content)
    assert media, "only files come here"
    caption = _caption(content)
    tags = tags_in(caption) if note.tags is None else note.tags
    row_of_file = {
        "event_id": file.event_id,
        "latest": latest,
        "room_id": file.room_id,
        "sender": file.sender,
        "name": media.name,
        "mime": media.mime,
        "size": media.size,
        "ts": file.ts,
        "folder": note.folder,
        "description": caption if note.description is None else note.description,
    }
    return row_of_file, tuple(dict.fromkeys(tags))


def _caption(content: Mapping[str, Any]) -> str:
    """What was said with the file: specification, "Media captions"."""
    name, body = content.get("filename"), content.get("body")
    said = isinstance(name, str) and isinstance(body, str) and name != body
    return str(body) if said else ""
