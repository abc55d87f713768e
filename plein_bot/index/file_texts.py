"""What is in files: read once for each, and kept as long as the file stands."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, delete, or_, select

from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId
from plein_bot.domain.insides import Inside
from plein_bot.index import file_scans, files, search_events
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.tables.files import FileRow, FileScanRow, FileTextRow, Reading

MOST_TRIES = 3
"""Beginnings: a file that takes Plein down with it is not tried for ever."""

_TEXTS = sql_table(FileTextRow)


async def next_unread(index: Index, *, scanned: bool = False) -> SharedFile | None:
    """The newest of the files that were not read yet, or were sent anew by an edit.

    Also those that were read, but not looked at by the virus scanner, where they are `scanned`.
    """
    todo = or_(
        FileTextRow.event_id.is_(None),
        FileTextRow.latest != FileRow.latest,
        and_(FileTextRow.state == Reading.BEGUN, FileTextRow.tries < MOST_TRIES),
    )
    query = select(FileRow.event_id).outerjoin(
        FileTextRow, FileTextRow.event_id == FileRow.event_id
    )
    if scanned:
        query = query.outerjoin(FileScanRow, FileScanRow.event_id == FileRow.event_id)
        todo = or_(todo, file_scans.WAITS)
    async with index.reading() as session:
        event = await session.scalar(
            query.where(todo).order_by(FileRow.ts.desc(), FileRow.event_id).limit(1)
        )
    return await files.of_event(index, event) if event else None


async def is_read(index: Index, file: SharedFile) -> bool:
    """Whether all was done with it that can be done."""
    row = await of_file(index, file.event)
    return row is not None and row.latest == file.latest and row.state is not Reading.BEGUN


async def begin(index: Index, file: SharedFile) -> None:
    """Say that it is being read, before it is: it may be the last thing that is done."""
    async with index.session() as session:
        row = await session.get(FileTextRow, file.event)
        tries = row.tries if row and row.latest == file.latest else 0
        await session.merge(
            FileTextRow(
                event_id=file.event,
                latest=file.latest,
                state=Reading.BEGUN,
                tries=tries + 1,
                hash="",
                mime="",
                text="",
                reason="",
                at=datetime.now(UTC),
            )
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading a file: its text, or the reason why there is none."""

    hash: str = ""
    mime: str = ""
    text: str = ""
    reason: str = ""


async def keep(index: Index, file: SharedFile, outcome: Outcome) -> None:
    """From now on it is found by what is in it."""
    async with index.session() as session:
        if await session.get(FileRow, file.event) is None:
            return  # It was taken away meanwhile.
        row = {
            "event_id": file.event,
            "latest": file.latest,
            "state": Reading.FAILED if outcome.reason else Reading.READ,
            "tries": 1,
            "at": datetime.now(UTC),
            **asdict(outcome),
        }
        await put(session, _TEXTS, [row])
        await search_events.fold(session, file.room, frozenset({file.event}))
    index.announce()


async def forget_gone(index: Index) -> None:
    """What was in files that stand no more, as a rebuild may have found."""
    async with index.session() as session:
        standing = select(FileRow.event_id)
        for table in (FileTextRow, FileScanRow):
            await session.execute(delete(table).where(table.event_id.not_in(standing)))


async def of_file(index: Index, event: EventId) -> FileTextRow | None:
    async with index.reading() as session:
        return await session.get(FileTextRow, event)


async def inside(index: Index, file: SharedFile) -> Inside:
    row = await of_file(index, file.event)
    if row is None or row.latest != file.latest:
        return Inside()
    if row.state is Reading.BEGUN:
        return Inside(reason="crashed") if row.tries >= MOST_TRIES else Inside()
    read = row.state is Reading.READ
    return Inside(read, row.mime, bool(row.text.strip()), row.reason)


async def same_content(index: Index, event: EventId) -> tuple[EventId, ...]:
    """Other files with the very same content."""
    async with index.reading() as session:
        mine = await session.get(FileTextRow, event)
        if mine is None or not mine.hash:
            return ()
        return tuple(
            await session.scalars(
                select(FileTextRow.event_id)
                .where(FileTextRow.hash == mine.hash, FileTextRow.event_id != event)
                .order_by(FileTextRow.event_id)
            )
        )
