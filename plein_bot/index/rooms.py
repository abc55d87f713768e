"""Rooms as the homeserver last told them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Json, Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Kind
from plein_bot.domain.power import roles_in
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow, StateRow

POWER_LEVELS = "m.room.power_levels"
_NEWER = aliased(RoomRow)


async def are_known(index: Index, rooms: Iterable[RoomId]) -> bool:
    """Whether the homeserver has told of each of these rooms, and that it is Plein's.

    Its state may be incomplete: a homeserver that died while making it told no more than that.
    """
    wanted = set(rooms)
    async with index.reading() as session:
        found = await session.scalar(
            select(func.count()).where(RoomRow.room_id.in_(wanted), RoomRow.managed)
        )
    return found == len(wanted)


async def state(index: Index, room: RoomId) -> dict[tuple[str, str], dict[str, Any]]:
    """The room's state without its members, by type and state key."""
    async with index.reading() as session:
        rows = await session.execute(
            select(StateRow.type, StateRow.state_key, StateRow.content).where(
                StateRow.room_id == room
            )
        )
        return {(kind, key): content for kind, key, content in rows}


async def power_levels(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, dict[str, Any]]:
    async with index.reading() as session:
        rows = await session.execute(
            select(StateRow.room_id, StateRow.content).where(
                StateRow.room_id.in_(set(rooms)), StateRow.type == POWER_LEVELS
            )
        )
        return {room: content for room, content in rows}


async def contents(index: Index, rooms: Iterable[RoomId], kind: str) -> dict[RoomId, Json]:
    """The state of one type, without a state key, of those rooms that have it."""
    async with index.reading() as session:
        rows = await session.execute(
            select(StateRow.room_id, StateRow.content).where(
                StateRow.room_id.in_(set(rooms)), StateRow.type == kind, StateRow.state_key == ""
            )
        )
        return {room: content for room, content in rows}


async def memberships(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, Membership]:
    """The bot's own, for each of these rooms that it knows."""
    async with index.reading() as session:
        rows = await session.execute(
            select(RoomRow.room_id, RoomRow.membership).where(RoomRow.room_id.in_(set(rooms)))
        )
        return {room: membership for room, membership in rows}


async def marked(index: Index, mark: str) -> RoomId | None:
    """The room whose create event carries this mark (`Plein.mark`)."""
    async with index.reading() as session:
        return await session.scalar(
            select(RoomRow.room_id).where(RoomRow.cause == mark, RoomRow.managed)
        )


async def is_encrypted(index: Index, room: RoomId) -> bool:
    async with index.reading() as session:
        return bool(await session.scalar(select(RoomRow.encrypted).where(RoomRow.room_id == room)))


async def version(index: Index, room: RoomId) -> str | None:
    async with index.reading() as session:
        return await session.scalar(select(RoomRow.version).where(RoomRow.room_id == room))


async def creator(index: Index, room: RoomId) -> UserId | None:
    async with index.reading() as session:
        return await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))


async def said_by(index: Index, event: EventId) -> UserId | None:
    """Who said something in a managed room."""
    async with index.reading() as session:
        return await session.scalar(select(EventRow.sender).where(EventRow.event_id == event))


async def is_managed(index: Index, room: RoomId) -> bool:
    async with index.reading() as session:
        return bool(await session.scalar(select(RoomRow.managed).where(RoomRow.room_id == room)))


async def has_a_role(index: Index, person: UserId) -> bool:
    """Whether somebody has a power level of their own in any of Plein's rooms where they are."""
    async with index.reading() as session:
        levels = await session.scalars(
            select(StateRow.content)
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .join(MemberRow, MemberRow.room_id == StateRow.room_id)
            .where(
                MemberRow.user_id == person,
                MemberRow.membership.in_((Membership.JOIN, Membership.INVITE)),
                StateRow.type == POWER_LEVELS,
                RoomRow.managed,
            )
        )
        return any(person in roles_in(content) for content in levels)


async def tells_of_elsewhere(index: Index, room: RoomId) -> bool:
    """Whether somebody else than the bot wrote where this room goes on."""
    query = (
        select(StateRow.content)
        .join(RoomRow, RoomRow.room_id == StateRow.room_id)
        .where(
            StateRow.room_id == room,
            StateRow.type == "m.room.tombstone",
            StateRow.sender != RoomRow.creator,
        )
    )
    async with index.reading() as session:
        return bool(await session.scalar(query))


async def register(index: Index) -> RoomId | None:
    """The room whose state is the register of organisations."""
    async with index.reading() as session:
        return await session.scalar(
            select(RoomRow.room_id)
            .where(RoomRow.kind == "register", RoomRow.managed)
            .order_by(RoomRow.room_id)
            .limit(1)
        )


async def unfinished(index: Index) -> tuple[RoomId, ...]:
    """Rooms of subsites and groups without the state that makes them a place, nor replaced."""
    query = (
        select(RoomRow.room_id)
        .where(
            RoomRow.managed,
            RoomRow.membership == Membership.JOIN,
            RoomRow.kind.in_((Kind.SUBSITE.value, Kind.GROUP.value)),
            RoomRow.room_id.not_in(select(PlaceRow.room_id)),
            RoomRow.room_id.not_in(select(_NEWER.replaces).where(_NEWER.replaces.is_not(None))),
        )
        .order_by(RoomRow.room_id)
    )
    async with index.reading() as session:
        return tuple(await session.scalars(query))


async def last_heard(index: Index) -> datetime | None:
    """When the newest event of the managed rooms happened."""
    async with index.reading() as session:
        last = await session.scalar(select(func.max(EventRow.ts)))
    return None if last is None else datetime.fromtimestamp(last / 1000, UTC)


async def counts(index: Index) -> dict[str, int]:
    """How many rooms and places there are, for `status` and the metrics."""
    async with index.reading() as session:
        rooms = await session.scalar(select(func.count()).select_from(RoomRow))
        subsites = await session.scalar(
            select(func.count()).select_from(PlaceRow).where(PlaceRow.subsite.is_(None))
        )
        places = await session.scalar(select(func.count()).select_from(PlaceRow))
    return {
        "rooms": rooms or 0,
        "subsites": subsites or 0,
        "groups": (places or 0) - (subsites or 0),
    }


async def states(
    index: Index, rooms: Iterable[RoomId], types: Iterable[str]
) -> dict[RoomId, dict[tuple[str, str], dict[str, Any]]]:
    """Some of the state of several rooms. What is Plein's counts from the bot only."""
    async with index.reading() as session:
        rows = await session.execute(
            select(StateRow.room_id, StateRow.type, StateRow.state_key, StateRow.content)
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .where(
                StateRow.room_id.in_(set(rooms)),
                StateRow.type.in_(set(types)),
                or_(StateRow.type.not_like("nl.plein.%"), StateRow.sender == RoomRow.creator),
            )
        )
        found: dict[RoomId, dict[tuple[str, str], dict[str, Any]]] = {}
        for room, kind, key, content in rows:
            found.setdefault(room, {})[kind, key] = content
        return found
