"""What the virus scanner said of files, kept as long as they stand."""

from datetime import UTC, datetime

from sqlalchemy import func, or_, select

from plein_bot.domain.files import SharedFile
from plein_bot.domain.scanning import Scan
from plein_bot.domain.timers import Timer
from plein_bot.index import timers
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.tables.files import FileRow, FileScanRow

WAITS = or_(
    FileScanRow.event_id.is_(None),
    FileScanRow.latest != FileRow.latest,
    FileScanRow.verdict.is_(None),
)
"""Of a file beside its scan: that it was not looked at yet, as it stands now."""


async def of_file(index: Index, file: SharedFile) -> Scan | None:
    """None where it was not looked at yet."""
    async with index.reading() as session:
        row = await session.get(FileScanRow, file.event)
    if row is None or row.latest != file.latest or row.verdict is None:
        return None
    return Scan(row.verdict, row.finding)


async def keep(index: Index, file: SharedFile, scan: Scan, timer: Timer | None = None) -> None:
    """With the timer for what has to follow, so that it follows whatever happens."""
    async with index.session() as session:
        if await session.get(FileRow, file.event) is None:
            return  # It was taken away meanwhile.
        row = {
            "event_id": file.event,
            "latest": file.latest,
            "verdict": scan.verdict,
            "finding": scan.finding,
            "tries": 0,
            "at": datetime.now(UTC),
        }
        await put(session, sql_table(FileScanRow), [row])
        if timer:
            await timers.put_down(session, [timer])
    index.announce()


async def failed(index: Index, file: SharedFile) -> int:
    """Count that the scanner failed on this one; returns how often it has."""
    async with index.session() as session:
        row = await session.get(FileScanRow, file.event)
        tries = row.tries if row and row.latest == file.latest else 0
        await session.merge(
            FileScanRow(
                event_id=file.event,
                latest=file.latest,
                verdict=None,
                finding="",
                tries=tries + 1,
                at=datetime.now(UTC),
            )
        )
    return tries + 1


async def waiting(index: Index) -> int:
    """How many files were not looked at yet."""
    query = select(func.count()).select_from(FileRow)
    query = query.outerjoin(FileScanRow, FileScanRow.event_id == FileRow.event_id).where(WAITS)
    async with index.reading() as session:
        return await session.scalar(query) or 0
