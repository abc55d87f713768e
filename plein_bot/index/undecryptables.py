"""Encrypted messages that wait for their key."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Json, Undecryptable
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.machinery import UndecryptableRow


@dataclass(frozen=True, slots=True)
class Waiting:
    event: EventId
    room: RoomId
    sender: UserId
    raw: Json


async def keep(session: AsyncSession, found: Collection[Undecryptable]) -> None:
    """Messages that wait already do not start waiting anew."""
    rows = [
        {
            "event_id": one.event,
            "room_id": one.room,
            "sender": one.sender,
            "raw": one.raw,
            "received_at": datetime.now(UTC),
        }
        for one in found
    ]
    await put_new(session, sql_table(UndecryptableRow), rows, key="event_id")


async def let_go(session: AsyncSession, events: Iterable[EventId]) -> None:
    if gone := set(events):
        await session.execute(delete(UndecryptableRow).where(UndecryptableRow.event_id.in_(gone)))


async def all_of(index: Index) -> tuple[Waiting, ...]:
    return await _waiting(index, true())


async def of_rooms(index: Index, rooms: Iterable[RoomId]) -> tuple[Waiting, ...]:
    return await _waiting(index, UndecryptableRow.room_id.in_(set(rooms)))


async def older_than(index: Index, moment: datetime) -> tuple[Waiting, ...]:
    return await _waiting(index, UndecryptableRow.received_at < moment)


async def _waiting(index: Index, condition: object) -> tuple[Waiting, ...]:
    async with index.reading() as session:
        rows = await session.scalars(
            select(UndecryptableRow)
            .where(condition)  # type: ignore[arg-type]
            .order_by(UndecryptableRow.received_at)
        )
        return tuple(Waiting(r.event_id, r.room_id, r.sender, r.raw) for r in rows)


async def drop(index: Index, events: Iterable[EventId]) -> None:
    async with index.session() as session:
        await let_go(session, events)
