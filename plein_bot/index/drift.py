"""State as somebody wrote it, and as the bot wrote it before."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import EventRow, RoomRow, StateRow

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """One event of state, and who wrote it."""

    event: EventId
    sender: UserId
    content: dict[str, Any]


async def by_others(index: Index, room: RoomId) -> dict[Key, Written]:
    """The state of a room that stands and that the bot did not write, without the members."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(StateRow)
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .where(StateRow.room_id == room, StateRow.sender != RoomRow.creator)
        )
        return {
            (row.type, row.state_key): Written(row.event_id, row.sender, row.content)
            for row in rows
        }


async def said(index: Index, room: RoomId, keys: Collection[Key]) -> dict[Key, dict[str, Any]]:
    """What the bot last wrote under each of these keys."""
    found: dict[Key, dict[str, Any]] = {}
    async with index.reading() as session:
        for kind, key in keys:
            content = await session.scalar(
                select(EventRow.content)
                .join(RoomRow, RoomRow.room_id == EventRow.room_id)
                .where(
                    EventRow.room_id == room,
                    EventRow.type == kind,
                    EventRow.state_key == key,
                    EventRow.sender == RoomRow.creator,
                )
                .order_by(EventRow.position.desc())
                .limit(1)
            )
            if content is not None:
                found[kind, key] = content
    return found


async def written(index: Index, event: EventId) -> tuple[Key, dict[str, Any]] | None:
    """What an event of state said, and under which key; None for what is no state."""
    async with index.reading() as session:
        row = await session.get(EventRow, event)
        if row is None or row.state_key is None:
            return None
        return (row.type, row.state_key), row.content


async def before(index: Index, event: EventId) -> dict[str, Any] | None:
    """What stood under the same key before an event of state."""
    async with index.reading() as session:
        row = await session.get(EventRow, event)
        if row is None:
            return None
        return await session.scalar(
            select(EventRow.content)
            .where(
                EventRow.room_id == row.room_id,
                EventRow.type == row.type,
                EventRow.state_key == row.state_key,
                EventRow.position < row.position,
            )
            .order_by(EventRow.position.desc())
            .limit(1)
        )


async def stands(index: Index, room: RoomId, kind: str, key: str) -> Written | None:
    async with index.reading() as session:
        row = await session.get(StateRow, (room, kind, key))
        return Written(row.event_id, row.sender, row.content) if row else None


async def numbered_before(
    index: Index, rooms: Collection[RoomId], kind: str, key: str
) -> int | None:
    """The number that the bot gave under a key, in any of these rooms, where it still says so."""
    query = (
        select(EventRow.content)
        .join(RoomRow, RoomRow.room_id == EventRow.room_id)
        .where(
            EventRow.room_id.in_(set(rooms)),
            EventRow.type == kind,
            EventRow.state_key == key,
            EventRow.sender == RoomRow.creator,
        )
    )
    async with index.reading() as session:
        for content in await session.scalars(query):
            if isinstance(number := content.get("number"), int):
                return number
    return None
