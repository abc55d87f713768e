"""How far Plein has read what people reported with their clients."""

from collections.abc import Collection

from sqlalchemy import select

from plein_bot.domain.timers import Timer
from plein_bot.index import timers
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.tables.cases import HeardReportRow

_SOURCE = "homeserver"


async def last(index: Index) -> int | None:
    """The number of the last; None where Plein never looked."""
    async with index.reading() as session:
        return await session.scalar(
            select(HeardReportRow.last).where(HeardReportRow.source == _SOURCE)
        )


async def heard(index: Index, found: Collection[Timer], last: int) -> None:
    """What was found is to be done, and how far that is: both or neither."""
    async with index.session() as session:
        await timers.put_down(session, found)
        await put(session, sql_table(HeardReportRow), [{"source": _SOURCE, "last": last}])
    index.announce()
