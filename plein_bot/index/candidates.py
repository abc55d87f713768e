"""What may have been looked for, the newest first, with all that it takes to judge who reads it.

Both databases answer this with one statement, which is made once for each shape that it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    TextClause,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.reading import Now, Then
from plein_bot.domain.search import Hit, SearchKind
from plein_bot.index import histories
from plein_bot.index.database import Index
from plein_bot.index.places import goes_on
from plein_bot.index.rows import sql_table
from plein_bot.index.search_events import lowest_at
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow
from plein_bot.index.tables.search import SearchRow
from plein_bot.index.terms import Match, for_postgresql, for_sqlite

_SHOWN = ("id", "event_id", "latest", "room_id", "kind", "author", "ts")
_FULL_TEXT = table("full_text", column("rowid", Integer()))
_SEARCH = sql_table(SearchRow).c
_EVENT, _LATEST = aliased(EventRow), aliased(EventRow)
_PERSON = bindparam("person", type_=_SEARCH.author.type)


@dataclass(frozen=True, slots=True)
class Within:
    """Which of what matches: all, or that in some rooms, of some kind, of somebody, of a time."""

    rooms: frozenset[RoomId] | None = None
    kind: SearchKind | None = None
    author: UserId | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that matches. `thens` are how things stood when it was said, and when it became
    what it is.

    `now` is how the reader stands with its room; None where that is no place, or none any more.
    """

    hit: Hit
    now: Now | None
    thens: tuple[Then, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The newest of what matches. `before` is where the next batch begins; None where none does."""

    candidates: tuple[Candidate, ...]
    before: int | None


async def newest(
    index: Index,
    person: UserId,
    matches: Sequence[Match],
    within: Within,
    *,
    most: int,
    before: int | None = None,
) -> tuple[Batch, ...]:
    """Of each match what stands in rooms that somebody may be in the audience of.

    The room alone does not say what they may read of it: each is yet to be judged.
    """
    async with index.reading() as session:
        return tuple(
            [await _newest(session, person, match, within, most, before) for match in matches]
        )


async def _newest(
    session: AsyncSession,
    person: UserId,
    match: Match,
    within: Within,
    most: int,
    before: int | None,
) -> Batch:
    filters = {
        "rooms": None if within.rooms is None else sorted(within.rooms),
        "kind": within.kind,
        "author": within.author,
        "since": lowest_at(within.since) if within.since else None,
        "until": lowest_at(within.until) if within.until else None,
        "before": before,
    }
    given: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    postgresql = session.get_bind().dialect.name == "postgresql"
    question = _judgeable(len(match.phrases) if postgresql else None, frozenset(given))
    given |= {"person": person, "most": most, **_asked(match, postgresql=postgresql)}
    rows = (await (await session.connection()).execute(question, given)).all()
    return Batch(tuple(map(_candidate, rows)), rows[-1].id if len(rows) == most else None)


async def newest_anywhere(index: Index, match: Match, most: int) -> int:
    """How many the full-text index alone finds, whoever may read them: only to measure by."""
    async with index.reading() as session:
        postgresql = session.get_bind().dialect.name == "postgresql"
        question = _bare(len(match.phrases) if postgresql else None)
        given = {"most": most, **_asked(match, postgresql=postgresql)}
        return len((await (await session.connection()).execute(question, given)).all())


def _candidate(row: Sequence[Any]) -> Candidate:
    # In the order of the columns: looking each up by its name takes half of the time.
    _, event, latest, room, kind, author, ts, is_place, public, membership, *facts = row
    hit = Hit(event, latest, room, kind, author, datetime.fromtimestamp(ts / 1000, UTC))
    now = Now(is_in=membership is Membership.JOIN, is_public=public) if is_place else None
    then = histories.then_of(*facts[:3])
    if latest == event:
        return Candidate(hit, now, (then,))
    return Candidate(hit, now, (then, histories.then_of(*facts[3:])))


# Of SQLite there are no phrases beside the full-text query: they are in it.
_Phrases = int | None


@cache
def _bare(phrases: _Phrases) -> Select[Any]:
    number, source, conditions = _matching(phrases)
    question = select(_SEARCH.event_id).select_from(source).where(*conditions)
    return question.order_by(number.desc()).limit(bindparam("most", type_=Integer()))


@cache
def _judgeable(phrases: _Phrases, filters: frozenset[str]) -> Select[Any]:
    """What matches first, and for so few rows what they are judged by.

    Asked for at once, PostgreSQL goes through all places to look up those of a hundred rows.
    """
    number, source, conditions = _matching(phrases)
    hit = (
        select(*(_SEARCH[name] for name in _SHOWN))
        .select_from(source)
        .where(*conditions, _in_reach(phrases), *_filtering(filters, number))
        # The newest first: both databases can then stop at as many as are asked for.
        .order_by(number.desc())
        .limit(bindparam("most", type_=Integer()))
        .subquery("hit")
        .c
    )
    goes_on_there = and_(PlaceRow.room_id.is_not(None), goes_on(PlaceRow.room_id, PlaceRow.subsite))
    return (
        select(
            *hit,
            goes_on_there.label("is_place"),
            PlaceRow.public,
            MemberRow.membership,
            *histories.facts(_EVENT, ""),
            *histories.facts(_LATEST, "latest_"),
        )
        .outerjoin(PlaceRow, PlaceRow.room_id == hit.room_id)
        .outerjoin(MemberRow, and_(MemberRow.room_id == hit.room_id, MemberRow.user_id == _PERSON))
        .outerjoin(_EVENT, _EVENT.event_id == hit.event_id)
        # Most were never changed, and then there is nothing to look up.
        .outerjoin(_LATEST, _LATEST.event_id == func.nullif(hit.latest, hit.event_id))
        .order_by(hit.id.desc())
    )


def _in_reach(phrases: _Phrases) -> ColumnElement[bool]:
    """Rooms that somebody is in, public ones, and those in whose place others came."""
    joined = select(MemberRow.room_id).where(
        MemberRow.user_id == _PERSON, MemberRow.membership == Membership.JOIN
    )
    replaced = select(RoomRow.replaces).where(RoomRow.replaces.is_not(None))
    place = aliased(PlaceRow)
    public = exists().where(place.room_id == _SEARCH.room_id, place.public)
    # The plus keeps SQLite from going through the rooms and asking of each row if it has the words.
    room: ColumnElement[RoomId] = _SEARCH.room_id
    if phrases is None:
        room = literal_column("+search.room_id")
    return or_(room.in_(union(joined, replaced)), public)


def _filtering(filters: frozenset[str], number: ColumnElement[int]) -> list[ColumnElement[bool]]:
    conditions = {
        "rooms": _SEARCH.room_id.in_(bindparam("rooms", expanding=True)),
        "kind": _SEARCH.kind == bindparam("kind", type_=_SEARCH.kind.type),
        "author": _SEARCH.author == bindparam("author", type_=_SEARCH.author.type),
        "since": number >= bindparam("since", type_=_SEARCH.id.type),
        "until": number < bindparam("until", type_=_SEARCH.id.type),
        "before": number < bindparam("before", type_=_SEARCH.id.type),
    }
    return [conditions[name] for name in sorted(filters)]


def _matching(phrases: _Phrases) -> tuple[ColumnElement[int], Any, list[Any]]:
    """By which number, from where, and under which conditions a database has what matches."""
    if phrases is None:
        source = _FULL_TEXT.join(sql_table(SearchRow), _SEARCH.id == _FULL_TEXT.c.rowid)
        return _FULL_TEXT.c.rowid, source, [text("full_text MATCH :match")]
    found = text("search.full_text @@ CAST(:match AS tsquery)")
    return _SEARCH.id, sql_table(SearchRow), [found, *map(_phrase, range(phrases))]


def _phrase(number: int) -> TextClause:
    return text(f"strpos(' ' || search.words || ' ', :phrase{number}) > 0")


def _asked(match: Match, *, postgresql: bool) -> dict[str, str]:
    if not postgresql:
        return {"match": for_sqlite(match)}
    phrases = {f"phrase{n}": f" {' '.join(one)} " for n, one in enumerate(match.phrases)}
    return {"match": for_postgresql(match), **phrases}
