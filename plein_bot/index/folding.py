"""How what the homeserver tells becomes the projection: live, and again in a rebuild.

A noun that has tables of its own adds its fold to `FOLDS` where it is made of state, and to
`EVENT_FOLDS` where it is made of messages and what is said about them.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import (
    file_events,
    organisations,
    places,
    poll_events,
    post_events,
    sealed,
    search_events,
)
from plein_bot.index.pruning import prune
from plein_bot.index.rows import Row, chunks, drop, put, put_new, sql_table
from plein_bot.index.tables.projection import EventRow, MemberRow, RoomRow, StateRow
from plein_bot.index.updates import MEMBER, News, Told, facts_of, is_seen_from_outside

# Called with the types of state that may have changed in a managed room, after the change.
Fold = Callable[[AsyncSession, RoomId, frozenset[str]], Awaitable[None]]

# Called with events of a managed room that are new or were redacted, and those that they are about.
EventFold = Callable[[AsyncSession, RoomId, frozenset[EventId]], Awaitable[None]]

FOLDS: tuple[Fold, ...] = (places.fold, organisations.fold)
# What is found of a post or a file is made of its row, so that comes last.
EVENT_FOLDS: tuple[EventFold, ...] = (
    post_events.fold,
    poll_events.fold,
    file_events.fold,
    search_events.fold,
)

_ROOMS, _EVENTS, _STATE, _MEMBERS = map(sql_table, (RoomRow, EventRow, StateRow, MemberRow))


async def fold(session: AsyncSession, told: Iterable[Told], bot: UserId) -> None:
    """Fold updates into the projection, in their order. Telling the same again changes nothing."""
    for turn in _each_room_once(told):
        await _fold(session, turn, bot)


def _each_room_once(told: Iterable[Told]) -> Iterator[list[Told]]:
    turn: dict[RoomId, Told] = {}
    for update in told:
        if update.room in turn:
            yield list(turn.values())
            turn = {}
        turn[update.room] = update
    yield list(turn.values())


async def _fold(session: AsyncSession, told: list[Told], bot: UserId) -> None:
    before = await _known_rooms(session, [update.room for update in told])
    facts = {update.room: facts_of(update, before.get(update.room, {}), bot) for update in told}
    managed = {room for room, row in facts.items() if row["managed"]}
    known = await _known_events(
        session, [e.event_id for update in told if update.room in managed for e in update.timeline]
    )
    news = News()
    for update in told:
        standing = before.get(update.room, {})
        if any(standing.get(name, ...) != fact for name, fact in facts[update.room].items()):
            news.rooms.append(facts[update.room])
        if not is_seen_from_outside(update):
            news.tell_state(update, known)
            news.tell_redactions(update)
            if update.room in managed:
                news.tell_events(update, known, after=standing.get("last") or 0)
    types, events = await _write(session, news)
    of_places = {key for key in types if key[0] in managed}
    await fold_nouns(session, of_places)
    gone = await sealed.follow(session, of_places, news.events.values())
    await fold_events(session, gone | {key for key in events if key[0] in managed})


async def fold_nouns(session: AsyncSession, changed: Collection[tuple[RoomId, str]]) -> None:
    """Call the folds of the nouns for what changed: rooms, with types of their state."""
    # Objects that a fold has read before do not know what was written past them.
    session.expunge_all()
    types: dict[RoomId, set[str]] = {}
    for room, kind in changed:
        types.setdefault(room, set()).add(kind)
    for room in sorted(types):
        for noun in FOLDS:
            await noun(session, room, frozenset(types[room]))
    await session.flush()


async def fold_events(session: AsyncSession, changed: Collection[tuple[RoomId, EventId]]) -> None:
    """Call the folds of what is made of messages, room by room."""
    session.expunge_all()
    events: dict[RoomId, set[EventId]] = {}
    for room, event in changed:
        events.setdefault(room, set()).add(event)
    for room in sorted(events):
        # A room may be read whole; a statement takes so many values and no more.
        for some in chunks(sorted(events[room])):
            for noun in EVENT_FOLDS:
                await noun(session, room, frozenset(some))
    await session.flush()


async def _write(
    session: AsyncSession, news: News
) -> tuple[set[tuple[RoomId, str]], set[tuple[RoomId, EventId]]]:
    """Returns the types of state, and the events, that may be different now."""
    changed = await _types_of(session, news.replaced)
    await put(session, _ROOMS, news.rooms)
    await put_new(session, _EVENTS, news.events.values(), key="event_id")
    replaced = [{"room_id": room} for room in sorted(news.replaced)]
    await drop(session, _STATE, replaced)
    await drop(session, _MEMBERS, replaced)
    await put(session, _STATE, news.state.values())
    await put(session, _MEMBERS, news.members.values())
    changed |= {(room, kind) for room, kind, _ in news.state}
    changed |= {(room, MEMBER) for room, _ in news.members}
    gone = await prune(session, news.redacted)
    said = (row for row in news.events.values() if row["state_key"] is None)
    told = {(row["room_id"], one) for row in said for one in _about(row)}
    return changed | gone.types, gone.events | told


def _about(row: Row) -> Iterator[EventId]:
    yield row["event_id"]
    if row["relates_to"]:
        yield row["relates_to"]


async def _known_rooms(session: AsyncSession, rooms: list[RoomId]) -> dict[RoomId, Row]:
    # A subquery per room finds the end of its index; grouping would read all of its events.
    last = (
        select(func.max(_EVENTS.c.position))
        .where(_EVENTS.c.room_id == _ROOMS.c.room_id)
        .scalar_subquery()
    )
    known: dict[RoomId, Row] = {}
    for chunk in chunks(rooms):
        query = select(_ROOMS, last.label("last")).where(_ROOMS.c.room_id.in_(chunk))
        for row in (await session.execute(query)).mappings():
            known[row["room_id"]] = dict(row)
    return known


async def _known_events(session: AsyncSession, events: list[EventId]) -> set[EventId]:
    known: set[EventId] = set()
    for chunk in chunks(events):
        known.update(
            await session.scalars(select(EventRow.event_id).where(EventRow.event_id.in_(chunk)))
        )
    return known


async def _types_of(session: AsyncSession, rooms: Collection[RoomId]) -> set[tuple[RoomId, str]]:
    types: set[tuple[RoomId, str]] = set()
    for chunk in chunks(rooms):
        found = await session.execute(
            select(StateRow.room_id, StateRow.type).where(StateRow.room_id.in_(chunk)).distinct()
        )
        types.update((room, kind) for room, kind in found)
    return types
