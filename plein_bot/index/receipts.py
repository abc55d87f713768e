"""How far people who get digests have read, as long as that matters to one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select

from plein_bot.domain.digests import LONGEST, Often, Receipt
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index import sync_tokens
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put, sql_table
from plein_bot.index.tables.digests import DigestRow, ReceiptRow
from plein_bot.index.tables.projection import EventRow, RoomRow


def _name(bot: UserId) -> UserId:
    return UserId(f"receipts of {bot}")


async def heard_until(index: Index, bot: UserId) -> str | None:
    """Where in the sync stream to go on listening."""
    return await sync_tokens.token(index, _name(bot))


async def keep(index: Index, bot: UserId, told: Iterable[Receipt], token: str) -> None:
    """Of rooms that Plein made, and people who get a digest; what is older than one goes."""
    heard = {(one.room, one.person, one.thread): one for one in told}
    oldest = int((datetime.now(UTC) - LONGEST).timestamp() * 1000)
    async with index.session(unseen=True) as session:
        rooms: set[RoomId] = set()
        for chunk in chunks({one.room for one in heard.values()}):
            query = select(RoomRow.room_id).where(RoomRow.room_id.in_(chunk), RoomRow.managed)
            rooms |= set(await session.scalars(query))
        people: set[UserId] = set()
        for some in chunks({one.person for one in heard.values()}):
            getting = select(DigestRow.user_id).where(
                DigestRow.user_id.in_(some), DigestRow.often != Often.NEVER
            )
            people |= set(await session.scalars(getting))
        rows = [
            {
                "room_id": one.room,
                "user_id": one.person,
                "thread": one.thread,
                "event_id": one.event,
                "ts": one.ts,
            }
            for one in heard.values()
            if one.room in rooms and one.person in people
        ]
        await put(session, sql_table(ReceiptRow), rows)
        await session.execute(delete(ReceiptRow).where(ReceiptRow.ts < oldest))
        await sync_tokens.save(session, _name(bot), token)


async def read_by(
    index: Index, people: Collection[UserId], rooms: Collection[RoomId]
) -> Mapping[tuple[RoomId, UserId], Mapping[str, int]]:
    """Up to which position of each of these rooms, and of its threads, these people have read."""
    found: dict[tuple[RoomId, UserId], dict[str, int]] = {}
    async with index.reading() as session:
        for chunk in chunks(people):
            rows = await session.execute(
                select(ReceiptRow.room_id, ReceiptRow.user_id, ReceiptRow.thread, EventRow.position)
                .join(
                    EventRow,
                    (EventRow.event_id == ReceiptRow.event_id)
                    & (EventRow.room_id == ReceiptRow.room_id),
                )
                .where(ReceiptRow.user_id.in_(chunk))
            )
            for room, user, thread, position in rows:
                if room in rooms:
                    found.setdefault((room, user), {})[thread] = position
    return found
