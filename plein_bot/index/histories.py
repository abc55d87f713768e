"""How did things stand when something was said: how visible was it, and who was there?"""

from bisect import bisect_right
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Json, Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.reading import Then
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks
from plein_bot.index.sealed import ENCRYPTED
from plein_bot.index.tables.projection import EventRow

_HISTORY = "m.room.history_visibility"
_MEMBER = "m.room.member"


async def then(index: Index, person: UserId, events: Collection[EventId]) -> dict[EventId, Then]:
    """Of each event that Plein has: the room's history visibility and somebody's membership then.

    A few questions for all of them, however many there are.
    """
    async with index.reading() as session:
        where: dict[EventId, tuple[RoomId, int]] = {}
        sealed: set[EventId] = set()
        for chunk in chunks(events):
            for event, room, position, kind in await session.execute(
                select(EventRow.event_id, EventRow.room_id, EventRow.position, EventRow.type).where(
                    EventRow.event_id.in_(chunk)
                )
            ):
                where[event] = (room, position)
                if kind == ENCRYPTED:
                    sealed.add(event)
        rooms = {room for room, _ in where.values()}
        visible = await _changes(session, rooms, _HISTORY, "")
        stays = await _changes(session, rooms, _MEMBER, person)
    return {
        event: Then(
            str(_at(visible.get(room, []), position).get("history_visibility", "")),
            _membership(_at(stays.get(room, []), position).get("membership")),
            event in sealed,
        )
        for event, (room, position) in where.items()
    }


_Changes = list[tuple[int, Json]]


async def _changes(
    session: AsyncSession, rooms: Collection[RoomId], kind: str, key: str
) -> dict[RoomId, _Changes]:
    """What became of one thing of the state of each room, from which position on."""
    changes: dict[RoomId, _Changes] = {}
    for chunk in chunks(rooms):
        for room, position, content in await session.execute(
            select(EventRow.room_id, EventRow.position, EventRow.content)
            .where(EventRow.room_id.in_(chunk), EventRow.type == kind, EventRow.state_key == key)
            .order_by(EventRow.room_id, EventRow.position)
        ):
            changes.setdefault(room, []).append((position, content))
    return changes


def _at(changes: _Changes, position: int) -> Json:
    """The state before the event at `position`: a change says nothing of what was said before."""
    last = bisect_right(changes, position, key=lambda change: change[0]) - 1
    return changes[last][1] if last >= 0 else {}


def _membership(value: object) -> Membership:
    known = isinstance(value, str) and value in set(Membership)
    return Membership(value) if known else Membership.LEAVE  # type: ignore[arg-type]
