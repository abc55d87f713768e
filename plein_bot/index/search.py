"""What was said, found by its words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    TextClause,
    column,
    literal_column,
    select,
    table,
    text,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute

from plein_bot.domain.events import Membership
from plein_bot.domain.files import shown_name
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.search import Hit, SearchKind
from plein_bot.domain.talk import text_of
from plein_bot.index.database import Index
from plein_bot.index.said import Said
from plein_bot.index.search_events import lowest_at
from plein_bot.index.tables.files import FileRow, FileTextRow
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import MemberRow, PlaceRow, RoomRow
from plein_bot.index.tables.search import SearchRow
from plein_bot.index.terms import Match, for_postgresql, for_sqlite

_HIT = (
    SearchRow.id,
    SearchRow.event_id,
    SearchRow.latest,
    SearchRow.room_id,
    SearchRow.kind,
    SearchRow.author,
    SearchRow.ts,
)
_FULL_TEXT = table("full_text", column("rowid", Integer()))
_Question = Select[int, EventId, EventId, RoomId, SearchKind, UserId, int]


@dataclass(frozen=True, slots=True)
class Within:
    """Which of what matches: all, or that in some rooms, of some kind, of somebody, of a time."""

    rooms: frozenset[RoomId] | None = None
    kind: SearchKind | None = None
    author: UserId | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The newest of what matches. `before` is where the next batch begins; None where none does."""

    hits: tuple[Hit, ...]
    before: int | None


async def newest(
    index: Index, person: UserId, match: Match, within: Within, *, most: int, before: int | None
) -> Batch:
    """Of what matches in rooms that somebody may be in the audience of; each is yet to be judged.

    The room alone does not say what they may read of it (`actions/reading.py`).
    """
    async with index.reading() as session:
        postgresql = session.get_bind().dialect.name == "postgresql"
        query = _ask_postgresql(match) if postgresql else _ask_sqlite(match)
        number = SearchRow.id if postgresql else _FULL_TEXT.c.rowid
        conditions = _conditions(within, _in_reach(person), number)
        if before is not None:
            conditions.append(number < before)
        # The newest first: both databases can then stop at as many as are asked for.
        query = query.where(*conditions).order_by(number.desc()).limit(most)
        rows = (await session.execute(query)).all()
    hits = tuple(
        Hit(
            event=row.event_id,
            latest=row.latest,
            room=row.room_id,
            kind=row.kind,
            author=row.author,
            at=datetime.fromtimestamp(row.ts / 1000, UTC),
        )
        for row in rows
    )
    return Batch(hits, rows[-1].id if len(rows) == most else None)


async def newest_anywhere(index: Index, match: Match, most: int) -> tuple[EventId, ...]:
    """What the full-text index alone finds, whoever may read it: only to measure by."""
    async with index.reading() as session:
        postgresql = session.get_bind().dialect.name == "postgresql"
        query = _ask_postgresql(match) if postgresql else _ask_sqlite(match)
        number = SearchRow.id if postgresql else _FULL_TEXT.c.rowid
        rows = await session.execute(query.order_by(number.desc()).limit(most))
        return tuple(row.event_id for row in rows)


def _in_reach(person: UserId) -> Select[str]:
    """Rooms that somebody is in, public ones, and those in whose place others came."""
    joined = select(MemberRow.room_id).where(
        MemberRow.user_id == person, MemberRow.membership == Membership.JOIN
    )
    public = select(PlaceRow.room_id).where(PlaceRow.public.is_(True))
    earlier = select(RoomRow.replaces).where(RoomRow.replaces.is_not(None))
    everything = union(joined, public, earlier).subquery()
    return select(everything.c[0])


# The plus keeps SQLite from going through the rooms and asking of each row if it has the words.
_ROOM: ColumnElement[RoomId] = literal_column("+search.room_id")


def _conditions(
    within: Within, reach: Select[str], number: ColumnElement[int] | InstrumentedAttribute[int]
) -> list[ColumnElement[bool]]:
    room = _ROOM if number is _FULL_TEXT.c.rowid else SearchRow.room_id
    conditions: list[ColumnElement[bool]] = [room.in_(reach)]
    if within.rooms is not None:
        conditions.append(room.in_(within.rooms))
    if within.kind:
        conditions.append(SearchRow.kind == within.kind)
    if within.author:
        conditions.append(SearchRow.author == within.author)
    if within.since:
        conditions.append(number >= lowest_at(within.since))
    if within.until:
        conditions.append(number < lowest_at(within.until))
    return conditions


def _ask_postgresql(match: Match) -> _Question:
    found = text("search.full_text @@ CAST(:match AS tsquery)")
    return select(*_HIT).where(found.bindparams(match=for_postgresql(match)), *_phrases(match))


def _ask_sqlite(match: Match) -> _Question:
    return (
        select(*_HIT)
        .join_from(_FULL_TEXT, SearchRow, SearchRow.id == _FULL_TEXT.c.rowid)
        .where(text("full_text MATCH :match").bindparams(match=for_sqlite(match)))
    )


def _phrases(match: Match) -> list[TextClause]:
    return [
        text(f"strpos(' ' || search.words || ' ', :phrase{number}) > 0").bindparams(
            **{f"phrase{number}": f" {' '.join(phrase)} "}
        )
        for number, phrase in enumerate(match.phrases)
    ]


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
