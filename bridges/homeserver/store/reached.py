"""How far did what homeservers bring get in each room, and what was fetched beside it?"""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.tables import FetchedRow, LinkRow, ReachedRow

_WORKS = LinkRow.state.in_(("active", "paused"))


async def reach(session: AsyncSession, side: str, newest: Mapping[str, str]) -> None:
    """The newest event of each room that came in."""
    for room, event_id in newest.items():
        await session.merge(ReachedRow(side=side, room_id=room, event_id=event_id))


async def newest(session: AsyncSession, side: str, room: str) -> str | None:
    row = await session.get(ReachedRow, (side, room))
    return row.event_id if row is not None else None


async def linked(
    session: AsyncSession, side: str, among: Collection[str] | None = None
) -> dict[str, float]:
    """The rooms of a side that are linked, and since when."""
    statement = (
        select(LinkRow)
        .where(_WORKS, or_(LinkRow.offering_side == side, LinkRow.accepting_side == side))
        .order_by(LinkRow.since.desc())
    )
    if among is not None:
        statement = statement.where(
            or_(LinkRow.offering_room.in_(among), LinkRow.accepting_room.in_(among))
        )
    found = {}
    for row in await session.scalars(statement):
        room = row.offering_room if row.offering_side == side else row.accepting_room
        if room is not None and (among is None or room in among):
            found[room] = row.since
    return found


async def fetch(session: AsyncSession, side: str, event_id: str, now: float) -> None:
    session.add(FetchedRow(side=side, event_id=event_id, at=now))
    await session.flush()


async def fetched(session: AsyncSession, side: str, event_ids: Collection[str]) -> set[str]:
    """Which of these were fetched before."""
    statement = select(FetchedRow.event_id).where(
        FetchedRow.side == side, FetchedRow.event_id.in_(event_ids)
    )
    return set(await session.scalars(statement))


async def forget(session: AsyncSession, before: float) -> None:
    await session.execute(delete(FetchedRow).where(FetchedRow.at < before))
