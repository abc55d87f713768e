"""Which event is the copy of which?"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.links import End
from bridges.homeserver.store.tables import CopyRow


@dataclass(frozen=True, slots=True)
class Origin:
    """An event where it was said. `author` is None where the relay does not know it."""

    end: End
    event_id: str
    author: str | None = None


async def know(
    session: AsyncSession, origin: End, event_id: str, author: str, far: End, copy: str
) -> None:
    """`copy` is what an event became at the far end."""
    await session.merge(
        CopyRow(
            origin_side=origin.side,
            origin_event=event_id,
            side=far.side,
            room_id=far.room,
            event_id=copy,
            origin_room=origin.room,
            author=author,
        )
    )


async def find(session: AsyncSession, side: str, event_id: str, far: End) -> str | None:
    """The copy at a far end of an event that was said on `side`."""
    row = await session.get(CopyRow, (side, event_id, far.side, far.room))
    return row.event_id if row is not None else None


async def author(session: AsyncSession, side: str, event_id: str, far: End) -> str | None:
    """Who said an event that has a copy at a far end."""
    row = await session.get(CopyRow, (side, event_id, far.side, far.room))
    return row.author if row is not None else None


async def origin(session: AsyncSession, near: End, event_id: str) -> Origin:
    """Where an event of a room was said: in this room, or where it was copied from."""
    row = await session.scalar(
        select(CopyRow).where(
            CopyRow.side == near.side, CopyRow.event_id == event_id, CopyRow.room_id == near.room
        )
    )
    if row is None:
        return Origin(near, event_id)
    return Origin(End(row.origin_side, row.origin_room), row.origin_event, row.author)
