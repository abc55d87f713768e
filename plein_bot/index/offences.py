"""What somebody did in a room from some event on: their messages, and whom they invited."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.watching import SAID
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import EventRow, MemberRow
from plein_bot.index.updates import MEMBER

_STAYS_LOOKED_AT = 100


def _position(event: EventId) -> ScalarSelect[int]:
    return select(EventRow.position).where(EventRow.event_id == event).scalar_subquery()


async def messages_since(
    index: Index, room: RoomId, person: UserId, since: EventId
) -> tuple[EventId, ...]:
    """What they said from `since` on and stands, in its order."""
    query = select(EventRow.event_id).where(
        EventRow.room_id == room,
        EventRow.position >= _position(since),
        EventRow.sender == person,
        EventRow.type.in_(SAID),
        EventRow.redacted.is_(False),
    )
    async with index.reading() as session:
        return tuple(await session.scalars(query.order_by(EventRow.position)))


async def standing(index: Index, events: Collection[EventId]) -> frozenset[EventId]:
    """Those of these events that nobody took away."""
    query = select(EventRow.event_id).where(
        EventRow.event_id.in_(set(events)), EventRow.redacted.is_(False)
    )
    async with index.reading() as session:
        return frozenset(await session.scalars(query))


async def invited_since(
    index: Index, room: RoomId, person: UserId, since: EventId
) -> tuple[UserId, ...]:
    """Whom they invited from `since` on, and who has neither come nor declined."""
    query = (
        select(MemberRow.user_id)
        .join(EventRow, EventRow.event_id == MemberRow.event_id)
        .where(
            MemberRow.room_id == room,
            MemberRow.membership == Membership.INVITE,
            MemberRow.sender == person,
            EventRow.position >= _position(since),
        )
    )
    async with index.reading() as session:
        return tuple(await session.scalars(query.order_by(EventRow.position)))


async def said_before(index: Index, room: RoomId, person: UserId, event: EventId, most: int) -> int:
    """How many messages they had sent there before this one; counted up to `most`."""
    some = (
        select(EventRow.event_id)
        .where(
            EventRow.room_id == room,
            EventRow.type.in_(SAID),
            EventRow.sender == person,
            EventRow.position < _position(event),
        )
        .limit(most)
        .subquery()
    )
    async with index.reading() as session:
        return await session.scalar(select(func.count()).select_from(some)) or 0


async def here_since(index: Index, room: RoomId, person: UserId, event: EventId) -> datetime | None:
    """When the stay began in which they sent this; None where nothing is known of it.

    A new name or picture looks like another coming in; it is none.
    """
    here = aliased(EventRow)
    query = (
        select(here.content, here.ts)
        .where(
            here.room_id == room,
            here.type == MEMBER,
            here.state_key == person,
            here.position < _position(event),
        )
        .order_by(here.position.desc())
        .limit(_STAYS_LOOKED_AT)
    )
    began: int | None = None
    async with index.reading() as session:
        for content, ts in await session.execute(query):
            if content.get("membership") != Membership.JOIN:
                break
            began = ts
    return None if began is None else datetime.fromtimestamp(began / 1000, UTC)
