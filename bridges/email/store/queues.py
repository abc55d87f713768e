"""What is next? Rows that wait in lanes, of each lane one after the other."""

from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bridges.email.store.tables import LetterRow, MailRow

Row = TypeVar("Row", LetterRow, MailRow)
Lane = InstrumentedAttribute[str]


async def due(
    session: AsyncSession, table: type[Row], lane: Lane, waiting: str, now: float
) -> list[str]:
    """The lanes of which the first is due: what comes after it waits, so that order is kept."""
    first = (
        select(func.min(table.number).label("number"))
        .where(table.state == waiting)
        .group_by(lane)
        .subquery()
    )
    statement = select(lane).join(first, table.number == first.c.number).where(table.due <= now)
    return list(await session.scalars(statement))


async def begin(
    session: AsyncSession, table: type[Row], lane: Lane, name: str, waiting: str
) -> Row | None:
    """The first of a lane, with one try more than it had: the first has `tries` 1."""
    row: Row | None = await session.scalar(
        select(table).where(lane == name, table.state == waiting).order_by(table.number).limit(1)
    )
    if row is not None:
        row.tries += 1
        await session.flush()
    return row
