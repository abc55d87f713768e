"""What was said, and just before and after it, for who has to judge it."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.said import Said

_MESSAGES = ("m.room.message", "m.room.encrypted", "m.sticker", "m.poll.start")
_REPLACES = "m.replace"


@dataclass(frozen=True, slots=True)
class Quote:
    """A message as it reads now. `content` is empty where it was taken away or is sealed."""

    event: EventId
    room: RoomId
    sender: UserId
    ts: int
    type: str
    content: Json
    redacted: bool


async def of(index: Index, event: EventId) -> Quote | None:
    """What this event says, in the last version that its sender gave it."""
    async with index.reading() as session:
        row = await session.get(Said, event)
        return await _quote(session, row) if row else None


async def around(index: Index, quote: Quote, most: int) -> tuple[list[Quote], list[Quote]]:
    """The last messages before it in its room, and the first after it."""
    async with index.reading() as session:
        row = await session.get(Said, quote.event)
        if row is None:
            return [], []
        messages = select(Said).where(
            Said.room_id == row.room_id,
            Said.type.in_(_MESSAGES),
            Said.redacted.is_(False),
            or_(Said.relation.is_(None), Said.relation != _REPLACES),
        )
        before = await session.scalars(
            messages.where(Said.position < row.position).order_by(Said.position.desc()).limit(most)
        )
        after = await session.scalars(
            messages.where(Said.position > row.position).order_by(Said.position).limit(most)
        )
        return (
            [await _quote(session, one) for one in list(before)[::-1]],
            [await _quote(session, one) for one in list(after)],
        )


async def _quote(session: AsyncSession, row: Said) -> Quote:
    edited = await session.scalar(
        select(Said.content)
        .where(
            and_(Said.relates_to == row.event_id, Said.relation == _REPLACES),
            Said.sender == row.sender,
            Said.redacted.is_(False),
        )
        .order_by(Said.position.desc())
        .limit(1)
    )
    new = (edited or {}).get("m.new_content")
    content = new if isinstance(new, dict) else row.content
    return Quote(
        row.event_id,
        row.room_id,
        row.sender,
        row.ts,
        row.type,
        {} if row.redacted else content,
        row.redacted,
    )
