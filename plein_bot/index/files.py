"""Files, found again."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import Media, media_in
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put_new, sql_table
from plein_bot.index.said import Said
from plein_bot.index.tables.files import FileCopyRow, FileRow, FileTagRow


async def of_rooms(index: Index, rooms: Collection[RoomId]) -> tuple[SharedFile, ...]:
    """The newest first."""
    return await _files(index, FileRow.room_id.in_(rooms))


async def of_event(index: Index, event: EventId) -> SharedFile | None:
    found = await _files(index, FileRow.event_id == event)
    return found[0] if found else None


async def of_events(index: Index, events: Collection[EventId]) -> tuple[SharedFile, ...]:
    """The newest first."""
    return await _files(index, FileRow.event_id.in_(events))


async def _files(index: Index, condition: ColumnElement[bool]) -> tuple[SharedFile, ...]:
    async with index.reading() as session:
        query = select(FileRow).where(condition)
        rows = list(await session.scalars(query.order_by(FileRow.ts.desc(), FileRow.event_id)))
        tags = await _tags(session, [row.event_id for row in rows])
    return tuple(
        SharedFile(
            event=row.event_id,
            latest=row.latest,
            room=row.room_id,
            sender=row.sender,
            name=row.name,
            mime=row.mime,
            size=row.size,
            sent_at=datetime.fromtimestamp(row.ts / 1000, UTC),
            folder=row.folder,
            description=row.description,
            tags=tuple(tags.get(row.event_id, ())),
        )
        for row in rows
    )


async def _tags(session: AsyncSession, events: Collection[EventId]) -> dict[EventId, list[str]]:
    tags: dict[EventId, list[str]] = {}
    for chunk in chunks(events):
        found = select(FileTagRow.event_id, FileTagRow.tag).where(FileTagRow.event_id.in_(chunk))
        for event, tag in await session.execute(found.order_by(FileTagRow.tag)):
            tags.setdefault(event, []).append(tag)
    return tags


async def media_of(index: Index, file: SharedFile) -> Media | None:
    """Where it is, and how it is opened."""
    async with index.reading() as session:
        row = await session.get(Said, file.latest)
    if row is None or row.redacted:
        return None
    new = row.content.get("m.new_content") if row.relation == "m.replace" else None
    return media_in(new if isinstance(new, dict) else row.content)


async def remember_copy(index: Index, original: EventId, chat: RoomId, copy: EventId) -> None:
    """Before it is known here that `original` is gone; or else `copies` would not tell of it."""
    row = {"event_id": copy, "chat": chat, "original": original}
    async with index.session() as session:
        await put_new(session, sql_table(FileCopyRow), [row], "event_id")


async def copies(index: Index, original: EventId) -> tuple[tuple[RoomId, EventId], ...]:
    async with index.reading() as session:
        rows = await session.execute(
            select(FileCopyRow.chat, FileCopyRow.event_id)
            .where(FileCopyRow.original == original)
            .order_by(FileCopyRow.event_id)
        )
        return tuple((chat, event) for chat, event in rows)


async def forget_copies(index: Index, original: EventId) -> None:
    async with index.session() as session:
        await session.execute(delete(FileCopyRow).where(FileCopyRow.original == original))
