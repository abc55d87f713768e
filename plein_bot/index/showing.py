"""Posts as pages and feeds show them: the newest first, and what they called forth.

What is given here is yet to be judged (`actions/reading.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import exists, func, select, tuple_, union

from plein_bot.domain.events import Membership
from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.polls import Poll
from plein_bot.domain.posts import Post
from plein_bot.index import files, polls, posts
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks
from plein_bot.index.tables.files import FileRow
from plein_bot.index.tables.polls import PollRow
from plein_bot.index.tables.posts import PostRow, PostTagRow
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow


class Cursor(NamedTuple):
    """Between two posts in the order of their time; the number tells those of one moment apart."""

    ts: int
    number: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts, the newest first. `older` is where the next batch begins; None where none does."""

    posts: tuple[Post, ...]
    older: Cursor | None


async def newest(
    index: Index,
    person: UserId,
    *,
    most: int,
    rooms: Collection[RoomId] | None = None,
    before: Cursor | None = None,
    tag: str | None = None,
) -> Batch:
    """The newest posts of these rooms; without them, of all that somebody may be an audience of."""
    query = select(PostRow.event_id, PostRow.posted_at, PostRow.number)
    if rooms is not None:
        query = query.where(PostRow.room_id.in_(rooms))
    else:
        joined = select(MemberRow.room_id).where(
            MemberRow.user_id == person, MemberRow.membership == Membership.JOIN
        )
        public = select(PlaceRow.room_id).where(PlaceRow.public.is_(True))
        earlier = select(RoomRow.replaces).where(RoomRow.replaces.is_not(None))
        reach = union(joined, public, earlier).subquery()
        # Not the column itself: a database would go through the rooms and sort all that is there.
        query = query.where(func.coalesce(PostRow.room_id, "").in_(select(reach.c[0])))
    if tag:
        tagged = select(PostTagRow.event_id).where(PostTagRow.tag == tag)
        query = query.where(PostRow.event_id.in_(tagged))
    if before:
        query = query.where(tuple_(PostRow.posted_at, PostRow.number) < tuple_(*before))
    query = query.order_by(PostRow.posted_at.desc(), PostRow.number.desc()).limit(most)
    async with index.reading() as session:
        found = (await session.execute(query)).all()
    by_event = {
        post.event: post for post in await posts.of_events(index, [one[0] for one in found])
    }
    last = found[-1] if len(found) == most else None
    return Batch(
        tuple(by_event[event] for event, _, _ in found if event in by_event),
        Cursor(last[1], last[2]) if last else None,
    )


async def joined(index: Index, person: UserId) -> tuple[RoomId, ...]:
    """The rooms that somebody is in, as far as Plein knows them."""
    query = select(MemberRow.room_id).where(
        MemberRow.user_id == person, MemberRow.membership == Membership.JOIN
    )
    async with index.reading() as session:
        return tuple(await session.scalars(query))


async def kinds_about(index: Index, post: EventId, bot: UserId) -> frozenset[str]:
    """The types of what people said about a post, so that nothing is asked of what is not there."""
    query = select(EventRow.type).where(
        EventRow.relates_to == post, EventRow.sender != bot, EventRow.redacted.is_(False)
    )
    async with index.reading() as session:
        return frozenset(await session.scalars(query.distinct()))


class Reaction(NamedTuple):
    event: EventId
    post: EventId
    person: UserId
    key: str


async def reactions(index: Index, events: Collection[EventId]) -> tuple[Reaction, ...]:
    async with index.reading() as session:
        rows = await session.execute(
            select(EventRow.event_id, EventRow.relates_to, EventRow.sender, EventRow.content).where(
                EventRow.relates_to.in_(events),
                EventRow.relation == "m.annotation",
                EventRow.redacted.is_(False),
            )
        )
        found: list[Reaction] = []
        for event, post, person, content in rows:
            relation = content.get("m.relates_to")
            key = relation.get("key") if isinstance(relation, dict) else None
            if post and isinstance(key, str) and key.strip():
                found.append(Reaction(event, post, person, key[:32]))
        return tuple(found)


async def remarks(index: Index, events: Collection[EventId]) -> tuple[tuple[EventId, EventId], ...]:
    """What people said in the threads of posts, as (post, event): to be counted.

    Not the files that its author put with a post: they are part of it.
    """
    with_post = (
        exists()
        .where(FileRow.event_id == EventRow.event_id)
        .where(PostRow.event_id == EventRow.relates_to, PostRow.author == EventRow.sender)
    )
    creator = select(RoomRow.creator).where(RoomRow.room_id == EventRow.room_id).scalar_subquery()
    async with index.reading() as session:
        rows = await session.execute(
            select(EventRow.relates_to, EventRow.event_id).where(
                EventRow.relates_to.in_(events),
                EventRow.relation == "m.thread",
                EventRow.type == "m.room.message",
                EventRow.sender != creator,
                ~with_post,
                EventRow.redacted.is_(False),
            )
        )
        return tuple((post, event) for post, event in rows if post)


async def posts_around(index: Index, events: Collection[EventId]) -> dict[EventId, EventId]:
    """Which post each of these is, or stands in the thread of; what belongs to none is absent."""
    found: dict[EventId, EventId] = {}
    async with index.reading() as session:
        for chunk in chunks(events):
            own = select(PostRow.event_id).where(PostRow.event_id.in_(chunk))
            found |= {event: event for event in await session.scalars(own)}
            threads = await session.execute(
                select(EventRow.event_id, PostRow.event_id)
                .join(PostRow, PostRow.event_id == EventRow.relates_to)
                .where(EventRow.event_id.in_(chunk), EventRow.relation == "m.thread")
            )
            found |= {event: post for event, post in threads}
    return found


async def numbered(index: Index, first: int, last: int) -> tuple[Post, ...]:
    """The posts with these numbers, both ends included."""
    async with index.reading() as session:
        query = select(PostRow.event_id).where(PostRow.number.between(first, last))
        events = list(await session.scalars(query))
    return await posts.of_events(index, events)


async def highest(index: Index) -> int:
    """The highest number that a post has."""
    async with index.reading() as session:
        return await session.scalar(select(func.max(PostRow.number))) or 0


async def files_of(index: Index, post: EventId) -> tuple[SharedFile, ...]:
    """The file that a post was, and those in its thread, the newest first."""
    thread = select(EventRow.event_id).where(
        EventRow.relates_to == post, EventRow.relation == "m.thread"
    )
    async with index.reading() as session:
        query = select(FileRow.event_id).where(
            FileRow.event_id.in_(
                thread.union(select(PostRow.event_id).where(PostRow.event_id == post))
            )
        )
        events = list(await session.scalars(query))
    return await files.of_events(index, events)


async def polls_of(index: Index, post: Post) -> tuple[Poll, ...]:
    """The polls in the thread of a post, in the order in which they were asked."""
    query = select(PollRow.event_id).where(
        PollRow.room_id == post.room, PollRow.thread == post.event
    )
    async with index.reading() as session:
        events = list(await session.scalars(query.order_by(PollRow.started_at)))
    found = [await polls.of_event(index, event) for event in events]
    return tuple(poll for poll in found if poll)
