"""What a rebuild takes along from the old projection, because the homeserver no longer has it."""

from collections.abc import Sequence

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index.folding import fold_events, fold_nouns
from plein_bot.index.pruning import prune
from plein_bot.index.rows import CHUNK, Row, chunks, put, sql_table
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow, StateRow

_ROOMS, _EVENTS, _STATE, _MEMBERS, _PLACES = map(
    sql_table, (RoomRow, EventRow, StateRow, MemberRow, PlaceRow)
)


async def carry_over(old: AsyncSession, new: AsyncSession) -> None:
    """Bring into `new` the rooms that were not shown again, and the events that were purged.

    What was redacted stays pruned, in whichever of the two it was.
    """
    shown = {row["room_id"]: row for row in await _all_rooms(new)}
    with_state = set(await new.scalars(select(StateRow.room_id).distinct()))
    managed: list[RoomId] = []
    for row in await _all_rooms(old):
        room: RoomId = row["room_id"]
        if room not in with_state:
            await put(new, _ROOMS, [_as_it_is_now(row, shown.get(room))])
            for table in (_STATE, _MEMBERS):
                await _copy(old, new, table, room)
            if row["managed"]:
                managed.append(room)
    for room in (await old.scalars(select(EventRow.room_id).distinct())).all():
        await _carry_events(old, new, room)
    managed += await _carry_places(old, new)
    for room in managed:
        types = await new.scalars(select(StateRow.type).where(StateRow.room_id == room).distinct())
        await fold_nouns(new, {(room, kind) for kind in types})


async def _all_rooms(session: AsyncSession) -> list[Row]:
    return [dict(row) for row in (await session.execute(select(_ROOMS))).mappings()]


def _as_it_is_now(row: Row, shown: Row | None) -> Row:
    if shown:
        return {**row, "membership": shown["membership"], "gone": False}
    # Invitations and knocks are not among the rooms that are read again, so they say nothing.
    if row["membership"] is not Membership.JOIN:
        return row
    return {**row, "membership": Membership.LEAVE, "gone": True}


async def _copy(old: AsyncSession, new: AsyncSession, table: SqlTable, room: RoomId) -> None:
    found = await old.stream(select(table).where(table.c.room_id == room))
    async for rows in found.mappings().partitions(CHUNK):
        await put(new, table, [dict(row) for row in rows])


async def _carry_places(old: AsyncSession, new: AsyncSession) -> list[RoomId]:
    """What a place was says nobody any more where the event that made it one was redacted.

    Returns the rooms; their folds tell whether they are places still.
    """
    known = set(await new.scalars(select(RoomRow.room_id)))
    standing = set(await new.scalars(select(PlaceRow.room_id)))
    rows = [dict(row) for row in (await old.execute(select(_PLACES))).mappings()]
    missed = [row for row in rows if row["room_id"] in known - standing]
    await put(new, _PLACES, missed)
    return [row["room_id"] for row in missed]


async def _carry_events(old: AsyncSession, new: AsyncSession, room: RoomId) -> None:
    before, now = await _in_order(old, room), await _in_order(new, room)
    held = set(before).difference(now)
    if not held:
        return
    position = {event: number for number, event in enumerate(merged(before, now), start=1)}
    moved = [
        {"key": event, "to": -position[event]}
        for number, event in enumerate(now, start=1)
        if position[event] != number
    ]
    if moved:
        # By way of negative numbers, so that no two have the same position in between.
        connection = await new.connection()
        await connection.execute(
            update(_EVENTS)
            .where(_EVENTS.c.event_id == bindparam("key"))
            .values(position=bindparam("to")),
            moved,
        )
        await connection.execute(
            update(_EVENTS)
            .where(_EVENTS.c.room_id == room, _EVENTS.c.position < 0)
            .values(position=-_EVENTS.c.position)
        )
    for chunk in chunks(sorted(held)):
        found = await old.execute(select(_EVENTS).where(_EVENTS.c.event_id.in_(chunk)))
        rows = [
            {**row, "position": position[row["event_id"]], "held_here_only": True}
            for row in found.mappings()
        ]
        await put(new, _EVENTS, rows)
    redactions = await new.scalars(
        select(EventRow.redacts).where(EventRow.room_id == room, EventRow.redacts.is_not(None))
    )
    await prune(new, {(room, target) for target in redactions if target in held})
    about = await new.scalars(
        select(EventRow.relates_to).where(EventRow.room_id == room, EventRow.held_here_only)
    )
    await fold_events(new, {(room, event) for event in {*held, *about} if event})


async def _in_order(session: AsyncSession, room: RoomId) -> list[EventId]:
    query = select(EventRow.event_id).where(EventRow.room_id == room).order_by(EventRow.position)
    return list(await session.scalars(query))


def merged(before: Sequence[EventId], now: Sequence[EventId]) -> list[EventId]:
    """All events in one order: that of `now`, the others each after what they used to follow."""
    standing = set(now)
    anchor: EventId | None = None
    following: dict[EventId | None, list[EventId]] = {}
    for event in before:
        if event in standing:
            anchor = event
        else:
            following.setdefault(anchor, []).append(event)
    order = following.get(None, [])
    for event in now:
        order += [event, *following.get(event, [])]
    return order
