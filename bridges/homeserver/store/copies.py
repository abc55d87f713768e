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
    post: bool = False


async def know(session: AsyncSession, origin: Origin, far: End, copy: str) -> None:
    """`copy` is what an event became at the far end."""
    await session.merge(
        CopyRow(
            origin_side=origin.end.side,
            origin_event=origin.event_id,
            side=far.side,
            room_id=far.room,
            event_id=copy,
            origin_room=origin.end.room,
            author=origin.author,
            post=origin.post,
        )
    )


async def find(session: AsyncSession, side: str, event_id: str, far: End) -> str | None:
    """The copy at a far end of an event that was said on `side`."""
    row = await session.get(CopyRow, (side, event_id, far.side, far.room))
    return row.event_id if row is not None else None


async def is_of_a_post(session: AsyncSession, near: End, event_id: str, far: End) -> bool:
    """Whether an event of the near room crossed as a post."""
    row = await session.get(CopyRow, (near.side, event_id, far.side, far.room))
    return row is not None and row.post


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
    end = End(row.origin_side, row.origin_room)
    return Origin(end, row.origin_event, row.author, row.post)
