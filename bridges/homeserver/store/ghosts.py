"""Which ghosts are there, in which rooms, and of whom does nothing cross any more?"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.links import End
from bridges.homeserver.store.tables import GhostRow, MemberRow, SilencedRow


@dataclass(frozen=True, slots=True)
class Ghost:
    """`name` and `avatar` are those that it was last given; None where it has none yet."""

    user_id: str
    origin: str
    registered: bool
    name: str | None
    avatar: str | None


async def find(session: AsyncSession, side: str, user_id: str) -> Ghost | None:
    row = await session.get(GhostRow, (side, user_id))
    if row is None:
        return None
    return Ghost(row.user_id, row.origin, row.registered, row.name, row.avatar)


async def know(session: AsyncSession, side: str, ghost: Ghost) -> None:
    await session.merge(
        GhostRow(
            side=side,
            user_id=ghost.user_id,
            origin=ghost.origin,
            registered=ghost.registered,
            name=ghost.name,
            avatar=ghost.avatar,
        )
    )


async def is_in(session: AsyncSession, end: End, user_id: str) -> bool:
    return await session.get(MemberRow, (end.side, end.room, user_id)) is not None


async def joined(session: AsyncSession, end: End, user_id: str) -> None:
    await session.merge(MemberRow(side=end.side, room_id=end.room, user_id=user_id))


async def left(session: AsyncSession, end: End, user_id: str) -> None:
    await session.execute(
        delete(MemberRow).where(
            MemberRow.side == end.side,
            MemberRow.room_id == end.room,
            MemberRow.user_id == user_id,
        )
    )


async def members(session: AsyncSession, end: End) -> list[Ghost]:
    """The ghosts that are in a room."""
    statement = (
        select(GhostRow)
        .join(
            MemberRow, (MemberRow.side == GhostRow.side) & (MemberRow.user_id == GhostRow.user_id)
        )
        .where(MemberRow.side == end.side, MemberRow.room_id == end.room)
        .order_by(GhostRow.user_id)
    )
    return [
        Ghost(row.user_id, row.origin, row.registered, row.name, row.avatar)
        for row in await session.scalars(statement)
    ]


async def silence(
    session: AsyncSession, end: End, user_id: str, *, banned: bool, now: float
) -> None:
    """Their ghost was removed from the room at this end."""
    await session.merge(
        SilencedRow(side=end.side, room_id=end.room, user_id=user_id, banned=banned, at=now)
    )


async def let_speak(session: AsyncSession, end: End, user_id: str) -> None:
    await session.execute(
        delete(SilencedRow).where(
            SilencedRow.side == end.side,
            SilencedRow.room_id == end.room,
            SilencedRow.user_id == user_id,
        )
    )


async def is_silenced(session: AsyncSession, end: End, user_id: str) -> bool:
    return await session.get(SilencedRow, (end.side, end.room, user_id)) is not None
