"""What is new since a moment, for whoever it is. Nothing of it is judged yet (`actions/crowds.py`).

When something became a post its card says, whose time is that of our own homeserver.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from plein_bot.domain.digests import News, NewsKind, Stage
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.invitations import OPEN, InvitationKind
from plein_bot.index import histories
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks
from plein_bot.index.tables.files import FileRow
from plein_bot.index.tables.invitations import InvitationRow
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow

_AT_ONCE = 500
_EVENT, _LATEST, _CARD = aliased(EventRow), aliased(EventRow), aliased(EventRow)


async def joined(index: Index, people: Collection[UserId]) -> dict[UserId, set[RoomId]]:
    """The rooms that each of these people is in."""
    found: dict[UserId, set[RoomId]] = {}
    async with index.reading() as session:
        for chunk in chunks(people):
            rows = await session.execute(
                select(MemberRow.user_id, MemberRow.room_id).where(
                    MemberRow.user_id.in_(chunk), MemberRow.membership == Membership.JOIN
                )
            )
            for user, room in rows:
                found.setdefault(user, set()).add(room)
    return found


async def public_rooms(index: Index) -> dict[RoomId, RoomId]:
    """The groups that everybody reads along with, and the subsite of each."""
    query = select(PlaceRow.room_id, PlaceRow.subsite).where(PlaceRow.public.is_(True))
    async with index.reading() as session:
        return {room: subsite for room, subsite in await session.execute(query) if subsite}


async def posts(index: Index, since: datetime, until: datetime) -> tuple[News, ...]:
    """What became a post after `since` and not after `until`, the newest first.

    Numbers are given out in that order, give or take a few.
    """
    first, last = _milliseconds(since), _milliseconds(until)
    found: list[News] = []
    before: int | None = None
    async with index.reading() as session:
        while True:
            query = _posts().order_by(PostRow.number.desc()).limit(_AT_ONCE)
            if before is not None:
                query = query.where(PostRow.number < before)
            rows = (await session.execute(query)).all()
            found += [_post(row) for row in rows if first < row.made <= last and _is_whole(row)]
            if len(rows) < _AT_ONCE or all(row.made <= first for row in rows):
                return tuple(found)
            before = rows[-1].number


async def closing(index: Index, first: datetime, last: datetime) -> tuple[News, ...]:
    """Posts about which people can think along until a moment between these."""
    query = _posts().where(
        PostRow.closes_at > _milliseconds(first),
        PostRow.closes_at <= _milliseconds(last),
        PostRow.ended_at.is_(None),
    )
    async with index.reading() as session:
        rows = await session.execute(query.order_by(PostRow.closes_at, PostRow.number))
        return tuple(_post(row) for row in rows if _is_whole(row))


async def files(
    index: Index, rooms: Collection[RoomId], since: datetime, until: datetime
) -> tuple[News, ...]:
    """Files that were sent to these rooms meanwhile, the newest first."""
    found: list[News] = []
    async with index.reading() as session:
        for chunk in chunks(rooms):
            query = _with_stages(_FILES, FileRow).where(
                FileRow.room_id.in_(chunk),
                FileRow.ts > _milliseconds(since),
                FileRow.ts <= _milliseconds(until),
            )
            rows = await session.execute(query)
            found += [_file(row) for row in rows if _is_whole(row)]
    return tuple(sorted(found, key=lambda one: (one.at, one.event), reverse=True))


def _posts() -> Select[Any]:
    query = select(
        PostRow.event_id,
        PostRow.room_id,
        PostRow.author,
        PostRow.title,
        PostRow.number,
        PostRow.closes_at,
        PostRow.ended_at,
        _CARD.ts.label("made"),
    )
    return _with_stages(query, PostRow).join(_CARD, _CARD.event_id == PostRow.card)


_FILES = select(FileRow.event_id, FileRow.room_id, FileRow.sender, FileRow.name, FileRow.ts)


def _with_stages(query: Any, table: type[PostRow] | type[FileRow]) -> Select[Any]:
    """How things stood when it was said, and when it became what it is."""
    whole: Select[Any] = (
        query.add_columns(
            *_stage(_EVENT, "first"),
            *_stage(_LATEST, "last"),
            (_LATEST.event_id == _EVENT.event_id).label("unchanged"),
            _EVENT.relation.label("relation"),
            _EVENT.relates_to.label("relates_to"),
        )
        .join(_EVENT, _EVENT.event_id == table.event_id)
        .outerjoin(_LATEST, _LATEST.event_id == table.latest)
    )
    return whole


def _stage(event: type[EventRow], prefix: str) -> tuple[ColumnElement[Any], ...]:
    return (
        event.position.label(f"{prefix}_position"),
        histories.visibility(event).label(f"{prefix}_history"),
        event.type.label(f"{prefix}_type"),
    )


def _is_whole(row: Any) -> bool:
    """Of what became something by an event that Plein does not have, nobody knows who reads it."""
    return row.last_position is not None


def _stages(row: Any) -> tuple[Stage, ...]:
    stages = tuple(
        Stage(position, histories.visibility_in(history), histories.is_sealed(kind))
        for position, history, kind in (
            (row.first_position, row.first_history, row.first_type),
            (row.last_position, row.last_history, row.last_type),
        )
    )
    return stages[:1] if row.unchanged else stages


def _thread(row: Any) -> EventId:
    inside = row.relation == "m.thread" and row.relates_to
    return EventId(row.relates_to if inside else row.event_id)


def _post(row: Any) -> News:
    is_open = row.closes_at is not None and row.ended_at is None
    return News(
        NewsKind.POST,
        row.event_id,
        row.room_id,
        row.author,
        row.title,
        _moment(row.made),
        _stages(row),
        _thread(row),
        _moment(row.closes_at) if is_open else None,
    )


def _file(row: Any) -> News:
    return News(
        NewsKind.FILE,
        row.event_id,
        row.room_id,
        row.sender,
        row.name,
        _moment(row.ts),
        _stages(row),
        _thread(row),
    )


async def texts(index: Index, events: Collection[EventId]) -> dict[EventId, str]:
    """What stands in these posts."""
    found: dict[EventId, str] = {}
    async with index.reading() as session:
        for chunk in chunks(events):
            rows = await session.execute(
                select(PostRow.event_id, PostRow.text).where(PostRow.event_id.in_(chunk))
            )
            found |= {event: text for event, text in rows}
    return found


async def names(
    index: Index, wanted: Iterable[tuple[RoomId, UserId]]
) -> dict[tuple[RoomId, UserId], str]:
    """What people are called in the rooms where they are."""
    pairs = set(wanted)
    found: dict[tuple[RoomId, UserId], str] = {}
    async with index.reading() as session:
        for chunk in chunks({room for room, _ in pairs}):
            rows = await session.execute(
                select(MemberRow.room_id, MemberRow.user_id, MemberRow.name).where(
                    MemberRow.room_id.in_(chunk),
                    MemberRow.user_id.in_({user for _, user in pairs}),
                    MemberRow.membership == Membership.JOIN,
                    MemberRow.name.is_not(None),
                )
            )
            found |= {(r, user): name for r, user, name in rows if name and (r, user) in pairs}
    return found


async def new_places(index: Index, since: datetime, until: datetime) -> dict[RoomId, datetime]:
    """When the rooms of places were made, of those that took the place of no other."""
    query = (
        select(PlaceRow.room_id, EventRow.ts)
        .join(RoomRow, RoomRow.room_id == PlaceRow.room_id)
        .join(EventRow, (EventRow.room_id == PlaceRow.room_id) & (EventRow.position == 1))
        .where(
            RoomRow.replaces.is_(None),
            EventRow.type == "m.room.create",
            EventRow.ts > _milliseconds(since),
            EventRow.ts <= _milliseconds(until),
        )
        .order_by(EventRow.ts, PlaceRow.room_id)
    )
    async with index.reading() as session:
        return {room: _moment(ts) for room, ts in await session.execute(query)}


async def invitations(
    index: Index, people: Collection[UserId], since: datetime, until: datetime
) -> dict[UserId, list[tuple[RoomId, datetime]]]:
    """The places that these people were invited to meanwhile, and are still: with the moment."""
    found: dict[UserId, list[tuple[RoomId, datetime]]] = {}
    async with index.reading() as session:
        for chunk in chunks(people):
            rows = await session.execute(
                select(InvitationRow.person, InvitationRow.place, InvitationRow.made_at)
                .join(
                    MemberRow,
                    (MemberRow.room_id == InvitationRow.place)
                    & (MemberRow.user_id == InvitationRow.person),
                )
                .where(
                    InvitationRow.kind == InvitationKind.PERSON,
                    InvitationRow.person.in_(chunk),
                    InvitationRow.state.in_(OPEN),
                    InvitationRow.expires_at > until,
                    InvitationRow.made_at > since,
                    InvitationRow.made_at <= until,
                    MemberRow.membership == Membership.INVITE,
                )
                .order_by(InvitationRow.number)
            )
            for person, place, at in rows:
                if person:
                    found.setdefault(person, []).append((place, at))
    return found


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
