"""What became of the lines that people typed."""

from datetime import UTC, datetime

from sqlalchemy import delete

from plein_bot.domain.ids import EventId
from plein_bot.index.database import Index
from plein_bot.index.tables.machinery import LineRow


async def note(index: Index, line: EventId, cause: str, *, understood: bool) -> None:
    async with index.session() as session:
        await session.merge(
            LineRow(event_id=line, understood=understood, cause=cause, at=datetime.now(UTC))
        )


async def was_understood(index: Index, line: EventId, cause: str) -> bool | None:
    """None for a line that was never for Plein, or is forgotten.

    What `cause` itself did does not count: it may come by again.
    """
    async with index.reading() as session:
        row = await session.get(LineRow, line)
    if row is None:
        return None
    return row.understood and row.cause != cause


async def forget(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(delete(LineRow).where(LineRow.at < before))
