"""Which encrypted events are to be opened: those of places that say so, and of no others."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index.places import MARKERS, before_these, where_now
from plein_bot.index.rows import Row, put_new, sql_table
from plein_bot.index.tables.projection import EventRow, PlaceRow
from plein_bot.index.tables.sealed import Opening, SealedRow

ENCRYPTED = "m.room.encrypted"

_SEALED = sql_table(SealedRow)
# What is no longer told by itself, with what it was said about.
Gone = set[tuple[RoomId, EventId]]


async def follow(
    session: AsyncSession, changed: Iterable[tuple[RoomId, str]], new: Collection[Row]
) -> Gone:
    """Make the rows what the places say now; `changed` are rooms with types of their state.

    What was opened of a place that does not want that any more is deleted; the caller folds those
    events again.
    """
    gone: Gone = set()
    places = {room for room, kind in changed if kind in MARKERS.values()}
    for room in sorted(places | await before_these(session, places)):
        gone |= await settle(session, room)
    sealed = [row for row in new if row["type"] == ENCRYPTED and not row["redacted"]]
    wanted = {room for room in {row["room_id"] for row in sealed} if await _wants(session, room)}
    await _add(session, ((row["room_id"], row["event_id"]) for row in sealed), wanted)
    return gone


async def settle(session: AsyncSession, room: RoomId) -> Gone:
    """The same for all of a room. Of a room whose place is not known (yet) nothing changes."""
    match await _wants(session, room):
        case None:
            return set()
        case True:
            missing = await session.scalars(
                select(EventRow.event_id).where(
                    EventRow.room_id == room,
                    EventRow.type == ENCRYPTED,
                    EventRow.redacted.is_(False),
                    ~exists().where(SealedRow.event_id == EventRow.event_id),
                )
            )
            await _add(session, ((room, event) for event in missing), {room})
            return set()
        case False:
            mine = select(SealedRow.event_id).where(SealedRow.room_id == room)
            found = await session.execute(
                select(EventRow.event_id, EventRow.relates_to).where(EventRow.event_id.in_(mine))
            )
            gone = {(room, event) for both in found for event in both if event}
            await session.execute(delete(SealedRow).where(SealedRow.room_id == room))
            return gone


async def settle_all(session: AsyncSession) -> Gone:
    """The same for all rooms, and for what was redacted or is not known any more."""
    standing = select(EventRow.event_id).where(
        EventRow.event_id == SealedRow.event_id, EventRow.redacted.is_(False)
    )
    await session.execute(delete(SealedRow).where(~standing.exists()))
    places = await session.execute(select(PlaceRow.room_id, PlaceRow.content))
    wanting = {room for room, content in places if content.get("index") is True}
    having = set(await session.scalars(select(SealedRow.room_id).distinct()))
    gone: Gone = set()
    for room in sorted(wanting | await before_these(session, wanting) | having):
        gone |= await settle(session, room)
    return gone


async def try_again(session: AsyncSession, rooms: Collection[RoomId]) -> None:
    """Keys came for these rooms: what was locked there may be opened now."""
    if rooms:
        await session.execute(
            update(SealedRow)
            .where(SealedRow.room_id.in_(rooms), SealedRow.state == Opening.LOCKED)
            .values(state=Opening.WAITING)
        )


async def _wants(session: AsyncSession, room: RoomId) -> bool | None:
    """Whether the place of a room wants its messages opened, also where it went on in another."""
    now = (await where_now(session, [room]))[room]
    content = await session.scalar(select(PlaceRow.content).where(PlaceRow.room_id == now))
    return None if content is None else content.get("index") is True


async def _add(
    session: AsyncSession, events: Iterable[tuple[RoomId, EventId]], rooms: Collection[RoomId]
) -> None:
    rows = [
        {"event_id": event, "room_id": room, "state": Opening.WAITING}
        for room, event in events
        if room in rooms
    ]
    await put_new(session, _SEALED, rows, key="event_id")
