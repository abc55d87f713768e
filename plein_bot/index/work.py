"""What is to be done once: rows of work, until they are done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Incoming, Work
from plein_bot.index.database import Index
from plein_bot.index.numbers import next_number
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.machinery import Progress, WorkRow

_INCOMING: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Work that waits to be done. `tries` is how often it was set aside.

    With an `error` it has failed already, and only its person may not have been told.
    """

    work: Work
    sequence: int
    tries: int
    received_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """Work that failed for good. `number` is what the person was told, and never changes."""

    work: Work
    number: int
    tries: int
    received_at: datetime
    error: str


async def add(session: AsyncSession, things: Collection[Work]) -> None:
    """Add work in this order. What was ever added before under the same key stays as it is."""
    now = datetime.now(UTC)
    rows = [
        {
            "key": thing.key,
            "lane": thing.lane,
            "incoming": _INCOMING.dump_python(thing.incoming, mode="json"),
            "received_at": now,
        }
        for thing in things
    ]
    await put_new(session, sql_table(WorkRow), rows, key="key")


async def outstanding(index: Index, after: int = 0) -> list[Outstanding]:
    """Work to be done, in order, from the first `sequence` above `after`.

    With it comes whatever has a number and waits: it may have been set aside and let in again.
    """
    fresh_or_again = (WorkRow.sequence > after) | WorkRow.number.is_not(None)
    query = select(WorkRow).where(WorkRow.progress == Progress.WAITING, fresh_or_again)
    async with index.reading() as session:
        return [
            Outstanding(_work(row), row.sequence, row.tries, row.received_at, row.error)
            for row in await session.scalars(query.order_by(WorkRow.sequence))
        ]


async def done(index: Index, key: str) -> None:
    """Raises LookupError when there is no such work. Being done twice is not an error."""
    async with index.session() as session:
        row = await _find(session, key)
        row.progress = Progress.DONE
        row.done_at = datetime.now(UTC)


async def failed(index: Index, key: str, error: str) -> int:
    """Note that work failed for good, before its person is told; returns the number to tell.

    Raises LookupError.
    """
    async with index.session() as session:
        row = await _find(session, key)
        row.number = row.number or await next_number(session, "aside")
        row.error = error
        return row.number


async def set_aside(index: Index, key: str, error: str) -> int:
    """Put work aside that failed for good; returns its number. Raises LookupError."""
    async with index.session() as session:
        row = await _find(session, key)
        row.number = row.number or await next_number(session, "aside")
        row.progress = Progress.ASIDE
        row.tries += 1
        row.error = error
        return row.number


async def retry(index: Index, number: int) -> Work | None:
    """Let work that was set aside wait to be done again; None where none has this number."""
    async with index.session() as session:
        query = select(WorkRow).where(WorkRow.number == number)
        row = await session.scalar(query.where(WorkRow.progress == Progress.ASIDE))
        if row is None:
            return None
        row.progress = Progress.WAITING
        row.error = None
        work = _work(row)
    index.announce()
    return work


async def received_at(index: Index, key: str) -> datetime | None:
    """When work first came in; None where there is no such work, or it is long done."""
    async with index.reading() as session:
        return await session.scalar(select(WorkRow.received_at).where(WorkRow.key == key))


async def aside(index: Index) -> list[Aside]:
    query = select(WorkRow).where(WorkRow.progress == Progress.ASIDE).order_by(WorkRow.number)
    async with index.reading() as session:
        return [
            Aside(_work(row), row.number or 0, row.tries, row.received_at, row.error or "")
            for row in await session.scalars(query)
        ]


async def forget_done(index: Index, before: datetime) -> None:
    """Delete work that was done before a moment, so that its key means nothing any more.

    Work that ever had a number stays: somebody may still ask after it.
    """
    async with index.session() as session:
        await session.execute(
            delete(WorkRow).where(WorkRow.done_at < before, WorkRow.number.is_(None))
        )


async def _find(session: AsyncSession, key: str) -> WorkRow:
    row = await session.scalar(select(WorkRow).where(WorkRow.key == key))
    if row is None:
        raise LookupError(f"no work with the key {key}")
    return row


def _work(row: WorkRow) -> Work:
    return Work(row.key, row.lane, _INCOMING.validate_python(row.incoming))
