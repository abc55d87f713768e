"""Who took part in thinking along about a post."""

from sqlalchemy import or_, select

from plein_bot.domain.ids import UserId
from plein_bot.domain.posts import Post
from plein_bot.index.database import Index
from plein_bot.index.tables.polls import PollRow, VoteRow
from plein_bot.index.tables.projection import EventRow, RoomRow


async def participants(index: Index, post: Post) -> frozenset[UserId]:
    """Whoever commented, reacted or voted, and did not take it back; its author is not counted."""
    async with index.reading() as session:
        creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == post.room))
        spoke = await session.scalars(
            select(EventRow.sender).where(
                EventRow.room_id == post.room,
                EventRow.relates_to == post.event,
                or_(EventRow.relation == "m.thread", EventRow.relation == "m.annotation"),
                EventRow.redacted.is_(False),
            )
        )
        voted = await session.scalars(
            select(VoteRow.person)
            .join(PollRow, PollRow.event_id == VoteRow.poll)
            .where(PollRow.room_id == post.room, PollRow.thread == post.event)
        )
        return frozenset({*spoke, *voted} - {creator, post.author})
