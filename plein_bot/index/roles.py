"""Roles as the rooms say them: their own state, and in older rooms the power levels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain import roles as rules
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.rooms import POWER_LEVELS
from plein_bot.index.tables.projection import EventRow, RoomRow, StateRow


@dataclass(frozen=True, slots=True)
class Given:
    """The roles of one room. Not `stated` where they could only be read from its power levels."""

    powers: dict[UserId, int]
    stated: bool = True


NONE = Given({})


async def given(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, Given]:
    """The roles of each of these rooms; a room is absent where nothing is known of it."""
    wanted = set(rooms)
    async with index.reading() as session:
        found: dict[RoomId, Given] = {}
        rows = await session.execute(
            select(StateRow.room_id, StateRow.content, StateRow.sender == RoomRow.creator)
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .where(
                StateRow.room_id.in_(wanted),
                StateRow.type == rules.TYPE,
                StateRow.state_key == "",
            )
        )
        for room, content, ours in rows.all():
            # What somebody else wrote counts for nothing; what stood before it does.
            said = content if ours else await _last_said(session, room)
            if (powers := rules.stated(said)) is not None:
                found[room] = Given(powers)
        levels = await session.execute(
            select(StateRow.room_id, StateRow.content).where(
                StateRow.room_id.in_(wanted - found.keys()), StateRow.type == POWER_LEVELS
            )
        )
        for room, content in levels:
            found[room] = Given(rules.known(content), stated=False)
    return found


async def _last_said(session: AsyncSession, room: RoomId) -> dict[str, Any] | None:
    return await session.scalar(
        select(EventRow.content)
        .join(RoomRow, RoomRow.room_id == EventRow.room_id)
        .where(
            EventRow.room_id == room,
            EventRow.type == rules.TYPE,
            EventRow.state_key == "",
            EventRow.sender == RoomRow.creator,
        )
        .order_by(EventRow.position.desc())
        .limit(1)
    )
