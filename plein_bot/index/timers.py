"""Timers that wait for their moment, and their turning into work once it has come."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Due, Work
from plein_bot.domain.timers import Timer
from plein_bot.index import work
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put, sql_table
from plein_bot.index.tables.ledger import TimerRow


async def set(index: Index, timer: Timer) -> None:
    """Set a timer; one that waits under the same name is replaced."""
    async with index.session() as session:
        await put_down(session, [timer])
    index.announce()


async def put_down(session: AsyncSession, timers: Collection[Timer]) -> None:
    """Set timers together with other rows. Whoever ends the session announces it."""
    rows = [
        {
            "name": timer.name,
            "kind": timer.kind,
            "lane": timer.lane,
            "due_at": timer.due_at,
            "subject": dict(timer.subject),
            "cause": timer.cause,
        }
        for timer in timers
    ]
    await put(session, sql_table(TimerRow), rows)


async def cancel(index: Index, name: str) -> None:
    """What has ripened already is work, and is done."""
    async with index.session() as session:
        await take_away(session, [name])


async def take_away(session: AsyncSession, names: Collection[str]) -> None:
    for chunk in chunks(names):
        await session.execute(delete(TimerRow).where(TimerRow.name.in_(chunk)))


async def of_kind(index: Index, kind: str) -> tuple[Timer, ...]:
    """Those that wait, the first to come first."""
    query = select(TimerRow).where(TimerRow.kind == kind)
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(TimerRow.due_at, TimerRow.name))
        return tuple(_timer(row) for row in rows)


async def next_due(index: Index) -> datetime | None:
    query = select(TimerRow.due_at).order_by(TimerRow.due_at).limit(1)
    async with index.reading() as session:
        return await session.scalar(query)


async def ripen(index: Index, now: datetime) -> int:
    """Turn what is due into work, the earliest first; returns how many that were.

    The same name and moment become work once, also where the timer is set again by an act that is
    done again.
    """
    async with index.session() as session:
        query = select(TimerRow).where(TimerRow.due_at <= now)
        rows = await session.scalars(query.order_by(TimerRow.due_at, TimerRow.name))
        due = [_timer(row) for row in rows]
        await work.add(session, [_work(timer) for timer in due])
        await take_away(session, [timer.name for timer in due])
    if due:
        index.announce()
    return len(due)


def _work(timer: Timer) -> Work:
    at = timer.due_at.astimezone(UTC)
    due = Due(timer.name, timer.kind, dict(timer.subject), at)
    return Work(f"timer:{timer.name}:{at.isoformat()}", timer.lane, due)


def _timer(row: TimerRow) -> Timer:
    return Timer(row.name, row.kind, row.lane, row.due_at, row.cause, row.subject)
