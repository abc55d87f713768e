"""Who did more than the protections of a place allow, until somebody has seen to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.protections import Mode, Protection
from plein_bot.domain.watching import Hit
from plein_bot.index.database import Index
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.machinery import HitRow


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A hit, and the line that told the staff of it, once there is one."""

    number: int
    protection: Protection
    mode: Mode
    person: UserId
    since: EventId
    at: datetime
    cause: str
    notice: EventId | None = None


async def add(session: AsyncSession, room: RoomId, found: Collection[Hit]) -> None:
    rows = [
        {
            "room_id": room,
            "person": hit.person,
            "protection": hit.protection,
            "mode": hit.mode,
            "since": hit.since,
            "at": datetime.fromtimestamp(hit.moment / 1000, UTC),
        }
        for hit in found
    ]
    await put_new(session, sql_table(HitRow), rows, ("room_id", "person", "protection", "since"))


async def take_up(index: Index, room: RoomId, cause: str) -> tuple[TakenUp, ...]:
    """All hits of a room that nobody has taken up, and those that this cause took up before.

    One that is done again after a stop finds its own, and no others.
    """
    async with index.session() as session:
        own = select(HitRow).where(HitRow.room_id == room, HitRow.cause == cause)
        if await session.scalar(own.limit(1)) is None:
            await session.execute(
                update(HitRow)
                .where(HitRow.room_id == room, HitRow.cause.is_(None))
                .values(cause=cause)
            )
        return tuple(_taken_up(row) for row in await session.scalars(own.order_by(HitRow.number)))


async def taken_up(index: Index, cause: str) -> tuple[TakenUp, ...]:
    """What this cause took up."""
    query = select(HitRow).where(HitRow.cause == cause)
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(HitRow.number))
        return tuple(_taken_up(row) for row in rows)


async def told(index: Index, room: RoomId, since: datetime) -> tuple[TakenUp, ...]:
    """Those of which the staff have read since a moment."""
    query = select(HitRow).where(
        HitRow.room_id == room, HitRow.notice.is_not(None), HitRow.at >= since
    )
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(HitRow.number))
        return tuple(_taken_up(row) for row in rows)


async def note(index: Index, numbers: Collection[int], notice: EventId) -> None:
    """The staff have read of these."""
    async with index.session() as session:
        await session.execute(
            update(HitRow).where(HitRow.number.in_(set(numbers))).values(notice=notice)
        )


async def forget(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(delete(HitRow).where(HitRow.at < before, HitRow.cause.is_not(None)))


def _taken_up(row: HitRow) -> TakenUp:
    return TakenUp(
        row.number,
        row.protection,
        row.mode,
        row.person,
        row.since,
        row.at,
        row.cause or "",
        row.notice,
    )
