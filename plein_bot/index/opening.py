"""Encrypted messages of places that want them found, opened one by one."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Event
from plein_bot.domain.posts import NOTE
from plein_bot.index.database import Index
from plein_bot.index.folding import fold_events
from plein_bot.index.sealed import ENCRYPTED, settle_all
from plein_bot.index.tables.projection import EventRow
from plein_bot.index.tables.sealed import Opening, SealedRow

AT_ONCE = 50
"""So many in one transaction: nothing is taken in meanwhile."""

Open = Callable[[Event], Event | None]

# Written out, so that SQLite can see that the index of those that wait will do.
_WAITS = SealedRow.state == bindparam(
    "waiting", Opening.WAITING, SealedRow.state.type, literal_execute=True
)

# What is found, and what is said about it. Of anything else nothing is kept.
_KEPT = ("m.room.message", NOTE)


async def begin_again(index: Index) -> None:
    """At the start: a key may have come with news that was not stored, or a setting changed."""
    async with index.session() as session:
        await fold_events(session, await settle_all(session))
        await session.execute(
            update(SealedRow).where(SealedRow.state == Opening.LOCKED).values(state=Opening.WAITING)
        )


async def is_waiting(index: Index) -> bool:
    async with index.reading() as session:
        query = select(SealedRow.event_id).where(_WAITS)
        return await session.scalar(query.limit(1)) is not None


async def open_some(index: Index, opened: Open) -> None:
    """Open some of what waits; `opened` gives what was sealed, or None where a key is missing.

    It is asked within the transaction: a key that comes meanwhile is stored after it, and
    `sealed.try_again` with it, so that nothing stays locked of which the key is there.
    """
    async with index.session() as session:
        waiting = await session.execute(
            select(EventRow, SealedRow)
            .join(SealedRow, SealedRow.event_id == EventRow.event_id)
            .where(_WAITS)
            # In the order of the index: any other would sort all that wait, each time.
            .order_by(SealedRow.event_id)
            .limit(AT_ONCE)
        )
        changed = set()
        for row, sealed in waiting:
            clear = opened(_event(row))
            sealed.state = Opening.OPENED if clear else Opening.LOCKED
            if clear and clear.type in _KEPT:
                sealed.type, sealed.content = clear.type, dict(clear.content)
                changed |= {(row.room_id, one) for one in (row.event_id, row.relates_to) if one}
        await session.flush()
        await fold_events(session, changed)
    index.announce()


def _event(row: EventRow) -> Event:
    return Event(row.room_id, row.event_id, ENCRYPTED, row.sender, row.ts, row.content)


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many encrypted messages are to be opened, and of how many the key is missing."""

    waiting: int
    locked: int


async def counts(index: Index) -> Sealed:
    async with index.reading() as session:
        return Sealed(*[await _count(session, s) for s in (Opening.WAITING, Opening.LOCKED)])


async def _count(session: AsyncSession, state: Opening) -> int:
    query = select(func.count()).select_from(SealedRow).where(SealedRow.state == state)
    return await session.scalar(query) or 0
