"""Roles and mutes as the rooms say them: their own states, and in older rooms the power levels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain import mutes
from plein_bot.domain import roles as rules
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.rooms import POWER_LEVELS
from plein_bot.index.tables.projection import EventRow, RoomRow, StateRow


@dataclass(frozen=True, slots=True)
class Given:
    """The roles of one room, and who is muted there.

    Not `stated`, or `mutes_stated`, where they could only be read from its power levels.
    """

    powers: dict[UserId, int]
    stated: bool = True
    muted: frozenset[UserId] = frozenset()
    mutes_stated: bool = True


NOBODY: frozenset[UserId] = frozenset()
NONE = Given({})


async def given(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, Given]:
    """The roles of each of these rooms; a room is absent where nothing is known of it."""
    wanted = set(rooms)
    async with index.reading() as session:
        powers: dict[RoomId, dict[UserId, int]] = {}
        muted: dict[RoomId, frozenset[UserId] | None] = {}
        rows = await session.execute(
            select(
                StateRow.room_id,
                StateRow.type,
                StateRow.content,
                StateRow.sender == RoomRow.creator,
            )
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .where(
                StateRow.room_id.in_(wanted),
                StateRow.type.in_((rules.TYPE, mutes.TYPE)),
                StateRow.state_key == "",
            )
        )
        for room, kind, content, ours in rows.all():
            # What somebody else wrote counts for nothing; what stood before it does.
            said = content if ours else await _last_said(session, room, kind)
            if kind == mutes.TYPE:
                muted[room] = mutes.stated(said)
            elif (stated := rules.stated(said)) is not None:
                powers[room] = stated
        unsaid = {room for room, whom in muted.items() if whom is None}
        levels = await session.execute(
            select(StateRow.room_id, StateRow.content).where(
                StateRow.room_id.in_((wanted - powers.keys()) | unsaid),
                StateRow.type == POWER_LEVELS,
            )
        )
        found = {room: Given(own, muted=muted.get(room) or NOBODY) for room, own in powers.items()}
        for room, content in levels:
            if room not in powers:
                whom = muted.get(room) or NOBODY
                found[room] = Given(rules.known(content), stated=False, muted=whom)
            if room in unsaid:
                silent = mutes.in_levels(content)
                found[room] = replace(found[room], muted=silent, mutes_stated=False)
    return found


async def _last_said(session: AsyncSession, room: RoomId, kind: str) -> dict[str, Any] | None:
    return await session.scalar(
        select(EventRow.content)
        .join(RoomRow, RoomRow.room_id == EventRow.room_id)
        .where(
            EventRow.room_id == room,
            EventRow.type == kind,
            EventRow.state_key == "",
            EventRow.sender == RoomRow.creator,
        )
        .order_by(EventRow.position.desc())
        .limit(1)
    )
