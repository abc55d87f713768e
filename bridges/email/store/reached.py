"""How far did what the homeserver brings get in each room, and what was fetched beside it?"""

import math
from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store.tables import FetchedRow, MemberRow, ReachedRow


async def reach(session: AsyncSession, room: str, event_id: str, at: float) -> None:
    """The newest event of a room that came in."""
    await session.merge(ReachedRow(room_id=room, event_id=event_id, at=at))


async def newest(session: AsyncSession, room: str) -> str | None:
    row = await session.get(ReachedRow, room)
    return row.event_id if row is not None else None


async def rooms(session: AsyncSession, among: Collection[str] | None = None) -> dict[str, float]:
    """The rooms that ghosts are in, and when the newest event that came in was said.

    Of a room of which none came in yet, nothing that was said before now is looked for.
    """
    statement = (
        select(MemberRow.room_id, func.coalesce(ReachedRow.at, math.inf))
        .outerjoin(ReachedRow, ReachedRow.room_id == MemberRow.room_id)
        .distinct()
    )
    if among is not None:
        statement = statement.where(MemberRow.room_id.in_(among))
    found = await session.execute(statement)
    return {room: at for room, at in found}


async def readers(session: AsyncSession, room: str, most: int) -> list[str]:
    """Some of the ghosts that are in a room."""
    inside = select(MemberRow.user_id).where(MemberRow.room_id == room)
    return list(await session.scalars(inside.order_by(MemberRow.user_id).limit(most)))


async def fetch(session: AsyncSession, event_id: str, now: float) -> None:
    await session.merge(FetchedRow(event_id=event_id, at=now))


async def fetched(session: AsyncSession, event_ids: Collection[str]) -> set[str]:
    """Which of these were fetched before."""
    statement = select(FetchedRow.event_id).where(FetchedRow.event_id.in_(event_ids))
    return set(await session.scalars(statement))


async def forget(session: AsyncSession, before: float) -> None:
    await session.execute(delete(FetchedRow).where(FetchedRow.at < before))
