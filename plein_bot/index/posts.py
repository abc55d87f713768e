"""Posts, found again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.consultations import Consultation, Outcome
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.posts import Echo, Post
from plein_bot.index.database import Index
from plein_bot.index.tables.posts import PostRow, PostTagRow
from plein_bot.index.tables.projection import EventRow, RoomRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts of these rooms: all of them, or those of one tag, author, month, or featured."""

    rooms: Collection[RoomId]
    tag: str | None = None
    author: UserId | None = None
    featured: bool = False
    since: datetime | None = None
    until: datetime | None = None


async def wanted(index: Index, what: Wanted) -> tuple[Post, ...]:
    """The newest first; featured ones before them."""
    query = select(PostRow).where(PostRow.room_id.in_(what.rooms), *_conditions(what))
    async with index.reading() as session:
        rows = list(
            await session.scalars(
                query.order_by(PostRow.featured.desc(), PostRow.posted_at.desc(), PostRow.event_id)
            )
        )
        return await _posts(session, rows)


def _conditions(what: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if what.tag:
        tagged = select(PostTagRow.event_id).where(PostTagRow.tag == what.tag)
        conditions.append(PostRow.event_id.in_(tagged))
    if what.author:
        conditions.append(PostRow.author == what.author)
    if what.featured:
        conditions.append(PostRow.featured.is_(True))
    if what.since:
        conditions.append(PostRow.posted_at >= _milliseconds(what.since))
    if what.until:
        conditions.append(PostRow.posted_at < _milliseconds(what.until))
    return conditions


async def thought_about(
    index: Index, rooms: Collection[RoomId] | None, *, only_open: bool = False
) -> tuple[Post, ...]:
    """The posts of these rooms, or of all, about which people think along or did."""
    query = select(PostRow).where(PostRow.closes_at.is_not(None))
    if only_open:
        query = query.where(PostRow.ended_at.is_(None))
    if rooms is not None:
        query = query.where(PostRow.room_id.in_(rooms))
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(PostRow.closes_at, PostRow.event_id))
        return await _posts(session, list(rows))


async def numbered(index: Index, number: int) -> Post | None:
    return await _one(index, PostRow.number == number)


async def of_event(index: Index, event: EventId) -> Post | None:
    """The post that this event is; or is the card of."""
    return await _one(index, or_(PostRow.event_id == event, PostRow.card == event))


async def called(index: Index, rooms: Collection[RoomId], slug: str) -> tuple[Post, ...]:
    """The posts of this short name in these rooms, the one that had it first before the others."""
    query = select(PostRow).where(PostRow.room_id.in_(rooms), PostRow.slug == slug)
    async with index.reading() as session:
        return await _posts(session, list(await session.scalars(query.order_by(PostRow.number))))


async def of_events(index: Index, events: Collection[EventId]) -> tuple[Post, ...]:
    async with index.reading() as session:
        rows = list(await session.scalars(select(PostRow).where(PostRow.event_id.in_(events))))
        return await _posts(session, rows)


async def _one(index: Index, *conditions: ColumnElement[bool]) -> Post | None:
    async with index.reading() as session:
        row = await session.scalar(select(PostRow).where(*conditions).limit(1))
        return (await _posts(session, [row]))[0] if row else None


async def _posts(session: AsyncSession, rows: list[PostRow]) -> tuple[Post, ...]:
    found = await session.execute(
        select(PostTagRow.event_id, PostTagRow.tag)
        .where(PostTagRow.event_id.in_([row.event_id for row in rows]))
        .order_by(PostTagRow.tag)
    )
    tags: dict[EventId, list[str]] = {}
    for event, tag in found:
        tags.setdefault(event, []).append(tag)
    return tuple(
        Post(
            number=row.number,
            event=row.event_id,
            card=row.card,
            room=row.room_id,
            slug=row.slug,
            author=row.author,
            title=row.title,
            text=row.text,
            tags=tuple(tags.get(row.event_id, ())),
            posted_at=_moment(row.posted_at),
            edited_at=_moment(row.edited_at) if row.edited_at else None,
            featured=row.featured,
            closed=row.closed,
            typed=row.typed,
            latest=row.latest,
            kept=row.kept,
            consultation=_consultation(row),
        )
        for row in rows
    )


def _consultation(row: PostRow) -> Consultation | None:
    if row.closes_at is None:
        return None
    outcome = None
    if row.outcome is not None and row.outcome_by and row.outcome_at and row.outcome_event:
        at = _moment(row.outcome_at)
        outcome = Outcome(row.outcome, row.outcome_by, at, row.outcome_event)
    ended_at = _moment(row.ended_at) if row.ended_at else None
    return Consultation(_moment(row.closes_at), ended_at, outcome)


async def echoes(index: Index, events: Collection[EventId]) -> dict[EventId, Echo]:
    """How much each post called forth, with one question for all of them."""
    async with index.reading() as session:
        creators = select(RoomRow.creator).where(RoomRow.room_id == EventRow.room_id)
        comments = await session.execute(
            select(EventRow.relates_to, func.count())
            .where(
                EventRow.relates_to.in_(events),
                EventRow.relation == "m.thread",
                EventRow.type == "m.room.message",
                EventRow.sender != creators.scalar_subquery(),
            )
            .group_by(EventRow.relates_to)
        )
        counted = {event: number for event, number in comments if event}
        reactions: dict[EventId, dict[str, set[UserId]]] = {}
        for row in await session.scalars(
            select(EventRow).where(
                EventRow.relates_to.in_(events), EventRow.relation == "m.annotation"
            )
        ):
            relation = row.content.get("m.relates_to", {})
            key = str(relation.get("key", ""))[:32]
            if row.relates_to:
                by_key = reactions.setdefault(row.relates_to, {})
                by_key.setdefault(key, set()).add(row.sender)
    return {
        event: Echo(
            counted.get(event, 0),
            {key: len(people) for key, people in sorted(reactions.get(event, {}).items())},
        )
        for event in events
    }


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
