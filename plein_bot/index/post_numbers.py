"""Numbers and short names of posts, given out once."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.slugs import free_slug
from plein_bot.index.database import Index
from plein_bot.index.tables.posts import PostNumberRow, PostRow

_MOST_CALLED = 50


@dataclass(frozen=True, slots=True)
class Given:
    """What a post was given for ever; it may have been withdrawn since."""

    number: int
    event: EventId | None
    room: RoomId
    slug: str
    author: UserId


async def give(
    index: Index, key: str, room: RoomId, author: UserId, slug: str, event: EventId | None = None
) -> Given:
    """The number and the short name of what is to be a post; the first time new ones.

    A short name that is taken in the room gets a number behind it.
    """
    async with index.session() as session:
        row = await session.scalar(select(PostNumberRow).where(PostNumberRow.key == key))
        if row is None:
            taken = set(
                await session.scalars(select(PostNumberRow.slug).where(PostNumberRow.room == room))
            )
            taken |= set(await session.scalars(select(PostRow.slug).where(PostRow.room_id == room)))
            row = PostNumberRow(
                key=key, event=event, room=room, author=author, slug=free_slug(slug, taken)
            )
            session.add(row)
            await session.flush()
        return _given(row)


async def said(index: Index, number: int, event: EventId, room: RoomId) -> None:
    """Where the post of this number stands now."""
    async with index.session() as session:
        await session.execute(
            update(PostNumberRow)
            .where(PostNumberRow.number == number)
            .values(event=event, room=room)
        )


async def find(index: Index, number: int) -> Given | None:
    return await _find(index, PostNumberRow.number == number)


async def of_event(index: Index, event: EventId) -> Given | None:
    return await _find(index, PostNumberRow.event == event)


async def of_key(index: Index, key: str) -> Given | None:
    return await _find(index, PostNumberRow.key == key)


async def called(index: Index, slug: str) -> tuple[Given, ...]:
    """Posts of this short name in any room, the oldest first; some may be gone."""
    query = select(PostNumberRow).where(PostNumberRow.slug == slug).limit(_MOST_CALLED)
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(PostNumberRow.number))
        return tuple(_given(row) for row in rows)


async def _find(index: Index, matches: ColumnElement[bool]) -> Given | None:
    async with index.reading() as session:
        row = await session.scalar(select(PostNumberRow).where(matches))
        return _given(row) if row else None


def _given(row: PostNumberRow) -> Given:
    return Given(row.number, row.event, row.room, row.slug, row.author)
