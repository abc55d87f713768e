"""Sanctions: what befell whom in a place, and what of it still stands."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.sanctions import END, Measure, Sanction, SanctionKind, as_kept, as_told
from plein_bot.domain.timers import Timer
from plein_bot.index import timers
from plein_bot.index.database import Index
from plein_bot.index.tables.sanctions import SanctionRow


def _sanction(row: SanctionRow) -> Sanction:
    return Sanction(
        number=row.number,
        kind=row.kind,
        place=row.place,
        person=row.person,
        by=row.by,
        reason=as_told(row.reason, row.values),
        at=row.made_at,
        cause=row.cause,
        until=row.ends_at,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
        case=row.case,
    )


async def impose(
    index: Index, measure: Measure, people: Iterable[UserId], by: UserId, cause: str
) -> tuple[Sanction, ...]:
    """Write down what is about to befall these people, with the timers that end it.

    All or none of it; what this cause wrote before stays as it was.
    """
    return await impose_all(index, [(measure, tuple(people))], by, cause)


async def impose_all(
    index: Index, measures: Iterable[tuple[Measure, Iterable[UserId]]], by: UserId, cause: str
) -> tuple[Sanction, ...]:
    """The same for several places at once."""
    now = datetime.now(UTC)
    async with index.session() as session:
        rows: list[SanctionRow] = []
        fresh: list[SanctionRow] = []
        for measure, people in measures:
            known = {row.person: row for row in await _of_cause(session, cause, measure)}
            for person in people:
                if person not in known:
                    known[person] = _row(measure, person, by, cause, now)
                    fresh.append(known[person])
            rows += known.values()
        session.add_all(fresh)
        await session.flush()
        made = [_sanction(row) for row in fresh]
        await timers.put_down(session, [_timer(one) for one in made if one.until])
        imposed = tuple(_sanction(row) for row in rows)
    if made:
        index.announce()
    return tuple(sorted(imposed, key=lambda one: one.number))


def _row(measure: Measure, person: UserId, by: UserId, cause: str, now: datetime) -> SanctionRow:
    reason, values = as_kept(measure.reason)
    return SanctionRow(
        kind=measure.kind,
        place=measure.place,
        person=person,
        by=by,
        reason=reason,
        values=values,
        made_at=now,
        ends_at=measure.until,
        case=measure.case,
        cause=cause,
    )


def _timer(one: Sanction) -> Timer:
    assert one.until, "only what ends has a timer"
    return Timer(one.timer, END, one.place, one.until, one.cause, {"sanction": one.number})


async def _of_cause(session: AsyncSession, cause: str, measure: Measure) -> list[SanctionRow]:
    rows = await session.scalars(
        select(SanctionRow).where(
            SanctionRow.cause == cause,
            SanctionRow.kind == measure.kind,
            SanctionRow.place == measure.place,
        )
    )
    return list(rows)


async def of_cause(
    index: Index, cause: str, kind: SanctionKind, place: RoomId | None = None
) -> tuple[Sanction, ...]:
    """What this cause imposed before it was interrupted; without a `place` that in all of them."""
    where = (SanctionRow.place == place,) if place else ()
    return await _some(index, SanctionRow.cause == cause, SanctionRow.kind == kind, *where)


async def numbered(index: Index, number: int) -> Sanction | None:
    async with index.reading() as session:
        row = await session.get(SanctionRow, number)
        return _sanction(row) if row else None


async def end(index: Index, numbers: Collection[int], by: UserId) -> None:
    """Lift these, and take away their timers. What was lifted already stays as it was."""
    async with index.session() as session:
        await session.execute(
            update(SanctionRow)
            .where(SanctionRow.number.in_(set(numbers)), SanctionRow.lifted_at.is_(None))
            .values(lifted_at=datetime.now(UTC), lifted_by=by)
        )
        await timers.take_away(session, [f"{END}:{number}" for number in numbers])


async def standing(
    index: Index, kind: SanctionKind, places: Collection[RoomId], people: Collection[UserId]
) -> tuple[Sanction, ...]:
    """Those of a kind that were not lifted, of these people in these places."""
    return await _some(
        index,
        SanctionRow.kind == kind,
        SanctionRow.place.in_(set(places)),
        SanctionRow.person.in_(set(people)),
        SanctionRow.lifted_at.is_(None),
    )


async def in_places(
    index: Index, places: Collection[RoomId], person: UserId | None = None
) -> tuple[Sanction, ...]:
    """All of these places, the newest first; with `person` those of one."""
    whose = (SanctionRow.person == person,) if person else ()
    return (await _some(index, SanctionRow.place.in_(set(places)), *whose))[::-1]


async def of_person(index: Index, person: UserId) -> tuple[Sanction, ...]:
    return (await _some(index, SanctionRow.person == person))[::-1]


async def _some(index: Index, *conditions: ColumnElement[bool]) -> tuple[Sanction, ...]:
    async with index.reading() as session:
        rows = await session.scalars(
            select(SanctionRow).where(*conditions).order_by(SanctionRow.number)
        )
        return tuple(map(_sanction, rows))
