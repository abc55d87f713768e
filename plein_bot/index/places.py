"""Subsites and groups, folded from the state of their rooms and read as domain objects."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    delete,
    exists,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Membership
from plein_bot.domain.finding import Spelling
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Kind, Place, Posting, Visibility
from plein_bot.domain.replacing import REPLACED_BY
from plein_bot.domain.settings import from_content
from plein_bot.index import rooms as room_rows
from plein_bot.index.database import Index
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow, StateRow

MARKERS = {
    Kind.SUBSITE: "nl.plein.subsite",
    Kind.GROUP: "nl.plein.group",
    Kind.STAFF: "nl.plein.staff",
    Kind.INNER: "nl.plein.inner",
    Kind.POLICY: "nl.plein.list",
}
_PLACES = (Kind.SUBSITE, Kind.GROUP)
MOST_FOUND = 5000
TYPES = frozenset({*MARKERS.values(), "m.room.create", "m.room.name", "m.room.topic"})


async def fold(session: AsyncSession, room: RoomId, types: Collection[str]) -> None:
    """Make the row of one room's place again, after state of these types changed."""
    if TYPES.isdisjoint(types):
        return
    row = await session.get(RoomRow, room)
    marker = MARKERS.get(Kind(row.kind)) if row and row.managed and row.kind in set(Kind) else None
    state: dict[str, dict[str, Any]] = {}
    if row and marker:
        found = await session.execute(
            select(StateRow.type, StateRow.content).where(
                StateRow.room_id == room,
                StateRow.state_key == "",
                StateRow.type.in_(TYPES),
                # What makes a place a place counts only from the bot, whoever had the power.
                or_(StateRow.type.not_like("nl.plein.%"), StateRow.sender == row.creator),
            )
        )
        state = {kind: content for kind, content in found}
    content = state.get(marker or "", {})
    if row and marker and row.kind in _PLACES and not _says_what_it_is(content):
        content = await _as_it_was(session, row, marker)
    if row and isinstance(content.get("subsite"), str):
        row.subsite = content["subsite"]
    replaced = isinstance(content.get(REPLACED_BY), str)
    if not row or row.kind not in _PLACES or replaced or not _says_what_it_is(content):
        await session.execute(delete(PlaceRow).where(PlaceRow.room_id == room))
        return
    name = _text(state.get("m.room.name"), "name") or content["slug"]
    await session.merge(
        PlaceRow(
            room_id=room,
            slug=content["slug"],
            subsite=RoomId(row.subsite) if row.subsite else None,
            name=name,
            lookup=" ".join(name.split()).casefold(),
            topic=_text(state.get("m.room.topic"), "topic"),
            content=content,
            public=_is_public(row, content),
        )
    )


def _is_public(row: RoomRow, content: dict[str, Any]) -> bool:
    """Whether everybody is in its present audience (`domain.reading.is_present`)."""
    settings = from_content(content, subsite=row.subsite is None)
    return row.subsite is not None and settings.visibility is Visibility.PUBLIC


def _says_what_it_is(content: dict[str, Any]) -> bool:
    return isinstance(content.get("slug"), str)


async def _as_it_was(session: AsyncSession, row: RoomRow, marker: str) -> dict[str, Any]:
    """What the bot last said that the place is, where somebody wrote over it or redacted it.

    Nothing before that: settings that are older than the last may be more open.
    """
    said = await session.scalar(
        select(EventRow.content)
        .where(
            EventRow.room_id == row.room_id,
            EventRow.type == marker,
            EventRow.state_key == "",
            EventRow.sender == row.creator,
        )
        .order_by(EventRow.position.desc())
        .limit(1)
    )
    if said is not None and not _says_what_it_is(said):
        known = await session.get(PlaceRow, row.room_id)
        return known.content if known else {}
    return said or {}


def _text(content: dict[str, Any] | None, key: str) -> str:
    value = (content or {}).get(key)
    return value if isinstance(value, str) else ""


def _place(row: PlaceRow, subsite: Place | None) -> Place:
    return Place(
        room=row.room_id,
        slug=row.slug,
        name=row.name,
        settings=from_content(row.content, subsite=row.subsite is None),
        topic=row.topic,
        subsite=subsite,
        archived=row.content.get("archived") is True,
    )


async def _with_subsites(session: AsyncSession, rows: Iterable[PlaceRow]) -> tuple[Place, ...]:
    found = list(rows)
    wanted = {row.subsite for row in found if row.subsite}
    roots = await session.scalars(select(PlaceRow).where(PlaceRow.room_id.in_(wanted)))
    by_room = {row.room_id: _place(row, None) for row in roots}
    return tuple(
        _place(row, by_room.get(row.subsite) if row.subsite else None)
        for row in found
        if row.subsite is None or row.subsite in by_room
    )


_OLD, _ROOT = aliased(PlaceRow), aliased(PlaceRow)
# A room that is to take the place of another is no place as long as the other is one.
_STANDS = (RoomRow.membership == Membership.JOIN, ~exists().where(_OLD.room_id == RoomRow.replaces))
_LIVE = select(PlaceRow).join(RoomRow, RoomRow.room_id == PlaceRow.room_id).where(*_STANDS)


def goes_on(
    room: SQLColumnExpression[RoomId], subsite: SQLColumnExpression[Any]
) -> ColumnElement[bool]:
    """Whether the place of a room is one that `of_room` gives, within another statement."""
    root = or_(subsite.is_(None), exists().where(_ROOT.room_id == subsite))
    return and_(exists().where(RoomRow.room_id == room, *_STANDS), root)


async def of_room(index: Index, room: RoomId) -> Place | None:
    async with index.reading() as session:
        rows = await session.scalars(_LIVE.where(PlaceRow.room_id == room))
        places = await _with_subsites(session, rows)
    return places[0] if places else None


async def is_watched(index: Index, room: RoomId) -> bool:
    """Whether not everything may be said there: only authors start, or comments are closed."""
    async with index.reading() as session:
        row = await session.get(PlaceRow, room)
        if (
            row
            and row.content.get("posting") == Posting.AUTHORS
            and not row.content.get("encrypted")
        ):
            return True
        closed = select(PostRow.event_id).where(PostRow.room_id == room, PostRow.closed.is_(True))
        return (await session.scalar(closed.limit(1))) is not None


async def has_indexed(index: Index, person: UserId) -> bool:
    """Whether somebody is in an encrypted place that is searched."""
    async with index.reading() as session:
        contents = await session.scalars(
            select(PlaceRow.content)
            .join(MemberRow, MemberRow.room_id == PlaceRow.room_id)
            .where(MemberRow.user_id == person, MemberRow.membership == Membership.JOIN)
        )
        return any(one.get("index") is True and one.get("encrypted") is True for one in contents)


async def subsites(index: Index) -> tuple[Place, ...]:
    async with index.reading() as session:
        rows = await session.scalars(
            _LIVE.where(PlaceRow.subsite.is_(None)).order_by(PlaceRow.lookup, PlaceRow.room_id)
        )
        return tuple(_place(row, None) for row in rows)


async def groups_of(index: Index, subsite: Place) -> tuple[Place, ...]:
    """The groups of a subsite by name; `leden` and `publiek` come first."""
    async with index.reading() as session:
        rows = await session.scalars(
            _LIVE.where(PlaceRow.subsite == subsite.room).order_by(
                PlaceRow.slug.not_in(("leden", "publiek")), PlaceRow.lookup, PlaceRow.room_id
            )
        )
        return tuple(_place(row, subsite) for row in rows)


async def matching(index: Index, wanted: Spelling) -> tuple[Place, ...]:
    """Places whose short name is this, or whose name begins so; those go last.

    Every subsite has a group `leden`, so there may be many, of which the reader sees some.
    """
    ways = [PlaceRow.slug == wanted.last]
    if wanted.name:
        # A beginning is a range: that uses the index of `lookup` in both databases, LIKE does not.
        # Not BETWEEN: PostgreSQL takes no collation in the first of its two ends.
        last = wanted.name + "\U0010ffff"
        ways.append(and_(PlaceRow.lookup >= wanted.name, PlaceRow.lookup <= last))
    query = _LIVE.where(or_(*ways))
    order = PlaceRow.slug != wanted.last
    if wanted.subsite is not None:
        root = select(PlaceRow.room_id).where(
            PlaceRow.subsite.is_(None), PlaceRow.slug == wanted.subsite
        )
        query = query.where(PlaceRow.subsite.in_(root))
    async with index.reading() as session:
        rows = await session.scalars(
            query.order_by(order, PlaceRow.lookup, PlaceRow.room_id).limit(MOST_FOUND)
        )
        return await _with_subsites(session, rows)


async def at_path(index: Index, subsite: str, group: str | None = None) -> tuple[Place, ...]:
    """The subsite of this short name, or that group in it; hardly ever there are two."""
    roots = select(PlaceRow.room_id).where(PlaceRow.subsite.is_(None), PlaceRow.slug == subsite)
    inside = and_(PlaceRow.slug == group, PlaceRow.subsite.in_(roots))
    wanted = PlaceRow.room_id.in_(roots) if group is None else inside
    async with index.reading() as session:
        rows = await session.scalars(_LIVE.where(wanted).order_by(PlaceRow.room_id))
        return await _with_subsites(session, rows)


async def group_slugs(index: Index, subsite: Place) -> frozenset[str]:
    async with index.reading() as session:
        return frozenset(
            await session.scalars(select(PlaceRow.slug).where(PlaceRow.subsite == subsite.room))
        )


async def going_on_in(index: Index, room: RoomId) -> RoomId:
    """The room where the place of `room` is now; itself where it was never replaced."""
    return (await all_going_on_in(index, [room]))[room]


async def all_going_on_in(index: Index, rooms: Iterable[RoomId]) -> dict[RoomId, RoomId]:
    """The same for many rooms at once."""
    async with index.reading() as session:
        return await where_now(session, rooms)


async def where_now(session: AsyncSession, rooms: Iterable[RoomId]) -> dict[RoomId, RoomId]:
    """The same within a transaction."""
    now = {room: room for room in rooms}
    asked: set[RoomId] = set()
    while wanted := set(now.values()) - asked:
        contents = await session.execute(
            select(StateRow.room_id, StateRow.content)
            .join(RoomRow, RoomRow.room_id == StateRow.room_id)
            .where(
                StateRow.room_id.in_(wanted),
                StateRow.type.in_(MARKERS.values()),
                StateRow.state_key == "",
                StateRow.sender == RoomRow.creator,
            )
        )
        new = {r: RoomId(c[REPLACED_BY]) for r, c in contents if c.get(REPLACED_BY)}
        now = {room: new.get(at, at) for room, at in now.items()}
        asked |= wanted
    return now


async def of_rooms(index: Index, rooms: Iterable[RoomId]) -> tuple[Place, ...]:
    """The places of these rooms; those that are none are left out."""
    async with index.reading() as session:
        return await read(session, rooms)


async def read(session: AsyncSession, rooms: Iterable[RoomId]) -> tuple[Place, ...]:
    """The same within a transaction."""
    return await _with_subsites(
        session, await session.scalars(_LIVE.where(PlaceRow.room_id.in_(set(rooms))))
    )


async def earlier_rooms(index: Index, rooms: Iterable[RoomId]) -> frozenset[RoomId]:
    """The rooms in whose place these came, and those before them."""
    async with index.reading() as session:
        return await before_these(session, rooms)


async def before_these(session: AsyncSession, rooms: Iterable[RoomId]) -> frozenset[RoomId]:
    """The same within a transaction."""
    asked = set(rooms)
    return frozenset((await with_their_past(session, asked)).keys() - asked)


async def with_their_past(session: AsyncSession, rooms: Iterable[RoomId]) -> dict[RoomId, RoomId]:
    """These rooms and those before them, each with the one of these that it led to."""
    led_to = {room: room for room in rooms}
    newest = dict(led_to)
    while newest:
        found = await session.execute(
            select(RoomRow.replaces, RoomRow.room_id).where(
                RoomRow.room_id.in_(newest), RoomRow.replaces.is_not(None)
            )
        )
        newest = {
            RoomId(before): newest[RoomId(room)]
            for before, room in found
            if before and before not in led_to
        }
        led_to |= newest
    return led_to


async def came_along(index: Index, room: RoomId, person: UserId) -> bool:
    """Whether somebody takes part in the room that this one took the place of."""
    query = (
        select(MemberRow.user_id)
        .join(RoomRow, RoomRow.replaces == MemberRow.room_id)
        .where(
            RoomRow.room_id == room,
            MemberRow.user_id == person,
            MemberRow.membership == Membership.JOIN,
        )
    )
    async with index.reading() as session:
        return await session.scalar(query) is not None


async def staff_room(index: Index, subsite: Place) -> RoomId | None:
    rooms = await furniture_of(index, subsite.room)
    return next((room for room, kind in rooms.items() if kind is Kind.STAFF), None)


async def own_list(index: Index, subsite: RoomId) -> RoomId | None:
    """The room of the policy list that a subsite publishes."""
    rooms = await furniture_of(index, subsite)
    return next((room for room, kind in rooms.items() if kind is Kind.POLICY), None)


async def inner_spaces(index: Index, subsite: RoomId) -> dict[RoomId, int]:
    """The spaces for more groups of a subsite, with their numbers and in the order of these."""
    marker = MARKERS[Kind.INNER]
    inner = [r for r, kind in (await furniture_of(index, subsite)).items() if kind is Kind.INNER]
    states = await room_rows.states(index, inner, [marker])
    numbers = {room: state[marker, ""].get("number") for room, state in states.items()}
    # One whose making broke off has none, and is none yet.
    known = {room: number for room, number in numbers.items() if isinstance(number, int)}
    return dict(sorted(known.items(), key=lambda one: (one[1], one[0])))


async def furniture_of(index: Index, subsite: RoomId) -> dict[RoomId, Kind]:
    """The rooms that a subsite has beside its groups: of its staff, inner spaces, its own list."""
    replaced = select(RoomRow.replaces).where(RoomRow.replaces.is_not(None))
    async with index.reading() as session:
        rows = await session.execute(
            select(RoomRow.room_id, RoomRow.kind)
            .where(
                RoomRow.subsite == subsite,
                RoomRow.kind.in_((Kind.STAFF.value, Kind.INNER.value, Kind.POLICY.value)),
                RoomRow.managed,
                RoomRow.membership == Membership.JOIN,
                RoomRow.room_id.not_in(replaced),
            )
            .order_by(RoomRow.room_id)
        )
        return {room: Kind(kind) for room, kind in rows if kind}


async def subsite_of_staff_room(index: Index, room: RoomId) -> Place | None:
    return await _subsite_of(index, room, Kind.STAFF)


async def subsite_of_inner_space(index: Index, room: RoomId) -> Place | None:
    return await _subsite_of(index, room, Kind.INNER)


async def _subsite_of(index: Index, room: RoomId, kind: Kind) -> Place | None:
    async with index.reading() as session:
        subsite = await session.scalar(
            select(RoomRow.subsite).where(
                RoomRow.room_id == room, RoomRow.kind == kind.value, RoomRow.managed
            )
        )
    return await of_room(index, RoomId(subsite)) if subsite else None
