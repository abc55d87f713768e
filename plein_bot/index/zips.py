"""Which files went into which zip, so that it goes when one of them does."""

from collections.abc import Collection

from sqlalchemy import select, update

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index.database import Index
from plein_bot.index.rows import put_new, sql_table
from plein_bot.index.tables.files import ZippedFileRow


async def plan(index: Index, cause: str, chat: RoomId, originals: Collection[EventId]) -> None:
    """Before it is sent: whoever is interrupted then still knows what is in it."""
    known = set(await originals_of(index, cause))
    rows = [
        {"cause": cause, "original": original, "chat": chat, "event_id": None}
        for original in sorted(set(originals) - known)
    ]
    async with index.session() as session:
        await put_new(session, sql_table(ZippedFileRow), rows, ("cause", "original"))


async def sent(index: Index, cause: str, zipped: EventId) -> None:
    async with index.session() as session:
        await session.execute(
            update(ZippedFileRow).where(ZippedFileRow.cause == cause).values(event_id=zipped)
        )


async def originals_of(index: Index, cause: str) -> tuple[EventId, ...]:
    """What was put in, also in an attempt that was interrupted."""
    async with index.reading() as session:
        query = select(ZippedFileRow.original).where(ZippedFileRow.cause == cause)
        return tuple(await session.scalars(query.order_by(ZippedFileRow.original)))


async def holding(index: Index, original: EventId) -> tuple[tuple[RoomId, EventId], ...]:
    """The zips that this file went along in, and that stand."""
    async with index.reading() as session:
        rows = await session.execute(
            select(ZippedFileRow.chat, ZippedFileRow.event_id)
            .where(ZippedFileRow.original == original, ZippedFileRow.event_id.is_not(None))
            .order_by(ZippedFileRow.event_id)
        )
        return tuple((chat, event) for chat, event in rows if event)


async def taken_away(index: Index, original: EventId) -> None:
    """The zips with this file stand no more; what was in them stays known to whoever made them."""
    zips = select(ZippedFileRow.cause).where(ZippedFileRow.original == original)
    async with index.session() as session:
        causes = tuple(await session.scalars(zips))
        await session.execute(
            update(ZippedFileRow).where(ZippedFileRow.cause.in_(causes)).values(event_id=None)
        )
