"""What somebody said in rooms, to be taken away: messages, edits, reactions, whatever they sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, select

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks
from plein_bot.index.tables.files import FileCopyRow, ZippedFileRow
from plein_bot.index.tables.posts import PostNumberRow
from plein_bot.index.tables.projection import EventRow

_REDACTION = "m.room.redaction"
_REPLACE = "m.replace"


@dataclass(frozen=True, slots=True)
class Utterance:
    """An event that is no state. `redacted` when only its shell is left."""

    room: RoomId
    event: EventId
    sender: UserId
    at: datetime
    redacted: bool


def _utterance(row: EventRow) -> Utterance:
    at = datetime.fromtimestamp(row.ts / 1000, UTC)
    return Utterance(row.room_id, row.event_id, row.sender, at, row.redacted)


async def one(index: Index, event: EventId) -> Utterance | None:
    async with index.reading() as session:
        row = await session.get(EventRow, event)
        if row is None or row.state_key is not None or row.type == _REDACTION:
            return None
        return _utterance(row)


async def edits(index: Index, events: Collection[EventId]) -> tuple[Utterance, ...]:
    """The edits of these that stand; those that were taken away say no more of what."""
    found: list[Utterance] = []
    async with index.reading() as session:
        for chunk in chunks(events):
            rows = await session.scalars(
                select(EventRow)
                .where(EventRow.relates_to.in_(chunk), EventRow.relation == _REPLACE)
                .order_by(EventRow.event_id)
            )
            found += map(_utterance, rows)
    return tuple(found)


def _of(
    rooms: Collection[RoomId], people: Collection[UserId], since: datetime, before: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        EventRow.room_id.in_(set(rooms)),
        EventRow.sender.in_(set(people)),
        EventRow.state_key.is_(None),
        EventRow.type != _REDACTION,
        EventRow.ts >= int(since.timestamp() * 1000),
        EventRow.ts <= int(before.timestamp() * 1000),
    )


async def said(
    index: Index,
    rooms: Collection[RoomId],
    people: Collection[UserId],
    since: datetime,
    before: datetime,
) -> tuple[Utterance, ...]:
    """What these people said in these rooms between two moments, the newest first."""
    query = select(EventRow).where(*_of(rooms, people, since, before))
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(EventRow.ts.desc(), EventRow.event_id))
        return tuple(map(_utterance, rows))


async def count(
    index: Index,
    rooms: Collection[RoomId],
    people: Collection[UserId],
    since: datetime,
    before: datetime,
) -> int:
    """How much of it still stands."""
    query = select(func.count()).where(
        *_of(rooms, people, since, before), EventRow.redacted.is_(False)
    )
    async with index.reading() as session:
        return await session.scalar(query) or 0


async def with_traces(index: Index, events: Collection[EventId]) -> frozenset[EventId]:
    """Those of which Plein made something elsewhere: a post, or copies of a file."""
    found: set[EventId] = set()
    async with index.reading() as session:
        for chunk in chunks(events):
            for column in (PostNumberRow.event, FileCopyRow.original, ZippedFileRow.original):
                rows = await session.scalars(select(column).where(column.in_(chunk)))
                found.update(event for event in rows if event)
    return frozenset(found)
