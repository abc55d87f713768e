"""What is in files: read once for each, and kept as long as the file stands."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, and_, delete, func, insert, or_, select

from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId
from plein_bot.domain.insides import Inside
from plein_bot.index import file_scans, files, search_events
from plein_bot.index.database import Index
from plein_bot.index.rows import drop, put, sql_table
from plein_bot.index.tables.files import FileRow, FileScanRow, FileTextRow, Reading, UnreadFileRow

MOST_TRIES = 3
"""Beginnings: a file that takes Plein down with it is not tried for ever."""

_TEXTS, _UNREAD = map(sql_table, (FileTextRow, UnreadFileRow))


async def begin_again(index: Index, *, scanned: bool) -> int:
    """At the start: put down all that is not read, as a rebuild may have found; tells how many.

    Also those that were read, but not looked at by the virus scanner, where they are `scanned`.
    """
    async with index.session() as session:
        todo = _unread(scanned=scanned).subquery()
        await session.execute(delete(UnreadFileRow))
        await session.execute(insert(UnreadFileRow).from_select(["event_id", "latest", "ts"], todo))
        return await session.scalar(select(func.count()).select_from(UnreadFileRow)) or 0


def _unread(*, scanned: bool = False) -> Select[EventId, EventId, int]:
    todo = or_(
        FileTextRow.event_id.is_(None),
        FileTextRow.latest != FileRow.latest,
        and_(FileTextRow.state == Reading.BEGUN, FileTextRow.tries < MOST_TRIES),
    )
    query = select(FileRow.event_id, FileRow.latest, FileRow.ts).outerjoin(
        FileTextRow, FileTextRow.event_id == FileRow.event_id
    )
    if scanned:
        query = query.outerjoin(FileScanRow, FileScanRow.event_id == FileRow.event_id)
        todo = or_(todo, file_scans.WAITS)
    return query.where(todo)


async def next_unread(index: Index) -> SharedFile | None:
    """The newest of the files that are to be read, also those that were sent anew by an edit."""
    async with index.reading() as session:
        event = await session.scalar(
            select(UnreadFileRow.event_id)
            .join(FileRow, FileRow.event_id == UnreadFileRow.event_id)
            .order_by(UnreadFileRow.ts.desc(), UnreadFileRow.event_id.desc())
            .limit(1)
        )
    return await files.of_event(index, event) if event else None


async def done(index: Index, file: SharedFile) -> None:
    """Nothing is to be done any more with a file as it stood when this was begun."""
    async with index.session() as session:
        await drop(session, _UNREAD, [{"event_id": file.event, "latest": file.latest}])


async def waiting(index: Index) -> int:
    """How many files are to be read, as far as a Plein that runs knows."""
    async with index.reading() as session:
        return await session.scalar(select(func.count()).select_from(UnreadFileRow)) or 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Of `files`, so many are yet to be read, and so many could not be."""

    files: int
    unread: int
    failed: int


async def counts(index: Index) -> Counts:
    """The same from the files themselves, also where nothing runs."""
    failed = select(FileTextRow.event_id).where(FileTextRow.state == Reading.FAILED)
    queries = (select(FileRow.event_id), _unread(), failed)
    async with index.reading() as session:
        return Counts(
            *[
                await session.scalar(select(func.count()).select_from(one.subquery())) or 0
                for one in queries
            ]
        )


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
        if tries + 1 == MOST_TRIES:
            # Should it take Plein down once more, it is not found again.
            await drop(session, _UNREAD, [{"event_id": file.event}])


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
