"""Forgetting the content of what was redacted, everywhere that it is kept."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.redaction import pruned
from plein_bot.index.rows import Row, chunks, drop, sql_table
from plein_bot.index.tables.projection import EventRow, MemberRow, RoomRow, StateRow
from plein_bot.index.tables.sealed import SealedRow

_EVENTS, _STATE, _MEMBERS, _SEALED = map(sql_table, (EventRow, StateRow, MemberRow, SealedRow))


@dataclass
class Pruned:
    """What is different now: types of state, and events with those that they were about."""

    types: set[tuple[RoomId, str]] = field(default_factory=set)
    events: set[tuple[RoomId, EventId]] = field(default_factory=set)


async def prune(session: AsyncSession, targets: Collection[tuple[RoomId, EventId]]) -> Pruned:
    """Prune these events as the homeserver does.

    A redaction reaches its own room only: the ids in it are whatever its sender wrote there.
    """
    wanted = set(targets)
    gone = Pruned()
    sealed = [{"event_id": event, "room_id": room} for room, event in sorted(wanted)]
    await drop(session, _SEALED, sealed)
    for chunk in chunks(sorted({event for _, event in wanted})):
        gone.events |= await _prune_events(session, chunk, wanted)
        gone.types |= await _prune_state(session, chunk, wanted)
        gone.types |= await _prune_members(session, chunk, wanted)
    return gone


async def _prune_events(
    session: AsyncSession, chunk: list[EventId], wanted: set[tuple[RoomId, EventId]]
) -> set[tuple[RoomId, EventId]]:
    found = await session.execute(
        select(EventRow.room_id, EventRow.event_id, EventRow.type, EventRow.content)
        .add_columns(EventRow.relates_to, RoomRow.version)
        .join(RoomRow, RoomRow.room_id == EventRow.room_id)
        .where(EventRow.event_id.in_(chunk), EventRow.redacted.is_(False))
    )
    changes: list[Row] = []
    changed: set[tuple[RoomId, EventId]] = set()
    for room, event, kind, content, about, version in found:
        if (room, event) in wanted:
            changed |= {(room, one) for one in (event, about) if one}
            left = pruned(kind, content, version or "")
            target = left.get("redacts")
            redacts = target if isinstance(target, str) else None
            changes.append({"key": event, "left": left, "to": redacts})
    if changes:
        await (await session.connection()).execute(
            update(_EVENTS)
            .where(_EVENTS.c.event_id == bindparam("key"))
            .values(
                content=bindparam("left"),
                redacts=bindparam("to"),
                relation=None,
                relates_to=None,
                redacted=True,
            ),
            changes,
        )
    return changed


async def _prune_state(
    session: AsyncSession, chunk: list[EventId], wanted: set[tuple[RoomId, EventId]]
) -> set[tuple[RoomId, str]]:
    found = await session.execute(
        select(StateRow.room_id, StateRow.event_id, StateRow.type, StateRow.content)
        .add_columns(RoomRow.version)
        .join(RoomRow, RoomRow.room_id == StateRow.room_id)
        .where(StateRow.event_id.in_(chunk))
    )
    changes: list[Row] = []
    changed: set[tuple[RoomId, str]] = set()
    for room, event, kind, content, version in found:
        left = pruned(kind, content, version or "")
        if (room, event) in wanted and left != content:
            changes.append({"room": room, "key": event, "left": left})
            changed.add((room, kind))
    if changes:
        await (await session.connection()).execute(
            update(_STATE)
            .where(_STATE.c.event_id == bindparam("key"), _STATE.c.room_id == bindparam("room"))
            .values(content=bindparam("left")),
            changes,
        )
    return changed


async def _prune_members(
    session: AsyncSession, chunk: list[EventId], wanted: set[tuple[RoomId, EventId]]
) -> set[tuple[RoomId, str]]:
    found = await session.execute(
        select(MemberRow.room_id, MemberRow.event_id).where(
            MemberRow.event_id.in_(chunk), MemberRow.name.is_not(None)
        )
    )
    named = wanted.intersection((room, event) for room, event in found)
    if named:
        await (await session.connection()).execute(
            update(_MEMBERS)
            .where(_MEMBERS.c.event_id == bindparam("key"), _MEMBERS.c.room_id == bindparam("room"))
            .values(name=None),
            [{"room": room, "key": event} for room, event in named],
        )
    return {(room, "m.room.member") for room, _ in named}
