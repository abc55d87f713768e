"""What was found, as it is shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from plein_bot.domain.events import Membership
from plein_bot.domain.files import shown_name
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.search import Hit
from plein_bot.domain.talk import text_of
from plein_bot.index.database import Index
from plein_bot.index.said import Said
from plein_bot.index.tables.files import FileRow, FileTextRow
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import MemberRow
from plein_bot.index.tables.search import SearchRow


async def one(index: Index, event: EventId) -> Hit | None:
    async with index.reading() as session:
        row = await session.scalar(select(SearchRow).where(SearchRow.event_id == event))
        if row is None:
            return None
        at = datetime.fromtimestamp(row.ts / 1000, UTC)
        return Hit(row.event_id, row.latest, row.room_id, row.kind, row.author, at)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of something that was found. `number` is that of a post."""

    title: str
    text: str
    number: int | None = None


async def shown(index: Index, hits: Collection[Hit]) -> dict[EventId, Shown]:
    """As it reads now; what is gone in the meantime is absent."""
    async with index.reading() as session:
        posts = await session.scalars(
            select(PostRow).where(PostRow.event_id.in_([hit.event for hit in hits]))
        )
        found = {row.event_id: Shown(row.title, row.text, row.number) for row in posts}
        files = await session.execute(
            select(FileRow, FileTextRow.text)
            .outerjoin(FileTextRow, FileTextRow.event_id == FileRow.event_id)
            .where(FileRow.event_id.in_([hit.event for hit in hits]))
        )
        for file, inside in files:
            said = f"{file.description} {inside or ''}".strip()
            found.setdefault(file.event_id, Shown(shown_name(file.name), said))
        latest = {hit.latest: hit.event for hit in hits if hit.event not in found}
        for row in await session.scalars(
            select(Said).where(Said.event_id.in_(latest), Said.redacted.is_(False))
        ):
            new = row.content.get("m.new_content") if row.relation == "m.replace" else None
            content = new if isinstance(new, dict) else row.content
            found[latest[row.event_id]] = Shown("", text_of(content))
        return found


async def rooms_of(index: Index, person: UserId) -> frozenset[RoomId]:
    """The rooms that somebody is in."""
    async with index.reading() as session:
        return frozenset(
            await session.scalars(
                select(MemberRow.room_id).where(
                    MemberRow.user_id == person, MemberRow.membership == Membership.JOIN
                )
            )
        )
