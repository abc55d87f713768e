"""The audit as people read it: entry by entry, whoever is behind a key put in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.audits import END, ENDED, FIRST, OUTCOME
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import ActorRow, AuditRow

_AT_ONCE = 500

_BY, _ABOUT = aliased(ActorRow), aliased(ActorRow)


@dataclass(frozen=True, slots=True)
class Entry:
    """`by` is None once they are forgotten, and so is `whom` where it `concerns` somebody."""

    number: int
    at: datetime
    action: str
    place: RoomId
    outcome: str
    event: EventId | None
    why: str
    by: UserId | None
    whom: UserId | None
    concerns: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """None leaves it open. `until` is over when it begins.

    Entries with one of the reasons in `without` are left out.
    """

    rooms: frozenset[RoomId]
    whom: UserId | None = None
    by: UserId | None = None
    actions: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    without: frozenset[str] = frozenset()


async def count(index: Index, wanted: Wanted) -> int:
    query = _narrowed(select(func.count()).select_from(AuditRow), wanted)
    async with index.reading() as session:
        return await session.scalar(query) or 0


async def newest(index: Index, wanted: Wanted, *, skip: int, most: int) -> tuple[Entry, ...]:
    query = _narrowed(_entries(), wanted).order_by(AuditRow.number.desc()).offset(skip).limit(most)
    async with index.reading() as session:
        return tuple(Entry(*row) for row in await session.execute(query))


async def oldest_first(index: Index, wanted: Wanted) -> AsyncIterator[tuple[Entry, ...]]:
    """All of them, some at a time."""
    last = 0
    while True:
        query = _narrowed(_entries(), wanted).where(AuditRow.number > last)
        async with index.reading() as session:
            rows = await session.execute(query.order_by(AuditRow.number).limit(_AT_ONCE))
            some = tuple(Entry(*row) for row in rows)
        if not some:
            return
        yield some
        last = some[-1].number


async def actions_in(index: Index, rooms: frozenset[RoomId]) -> tuple[str, ...]:
    """What was ever done there."""
    query = select(AuditRow.action).where(AuditRow.place.in_(rooms)).distinct()
    async with index.reading() as session:
        return tuple(sorted(await session.scalars(query)))


async def people_in(index: Index, rooms: frozenset[RoomId]) -> frozenset[UserId]:
    """Who did something there, and to whom something was done."""
    here = AuditRow.place.in_(rooms)
    keys = select(AuditRow.actor).where(here).union(select(AuditRow.whom).where(here))
    async with index.reading() as session:
        return frozenset(
            await session.scalars(select(ActorRow.user_id).where(ActorRow.key.in_(keys)))
        )


def _entries() -> Select[*tuple[Any, ...]]:
    return (
        select(
            AuditRow.number,
            AuditRow.at,
            AuditRow.action,
            AuditRow.place,
            OUTCOME,
            func.coalesce(END.event, AuditRow.event),
            func.coalesce(func.nullif(END.why, ""), AuditRow.why),
            _BY.user_id,
            _ABOUT.user_id,
            AuditRow.whom != "",
        )
        .outerjoin(END, ENDED)
        .outerjoin(_BY, _BY.key == AuditRow.actor)
        .outerjoin(_ABOUT, _ABOUT.key == AuditRow.whom)
    )


def _narrowed(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = query.where(FIRST, AuditRow.place.in_(wanted.rooms))
    for column, person in ((AuditRow.whom, wanted.whom), (AuditRow.actor, wanted.by)):
        if person is not None:
            key = select(ActorRow.key).where(ActorRow.user_id == person).scalar_subquery()
            query = query.where(column == key)
    if wanted.actions is not None:
        query = query.where(AuditRow.action.in_(wanted.actions))
    if wanted.without:
        query = query.where(AuditRow.why.not_in(wanted.without))
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    return query
