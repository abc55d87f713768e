"""Whom policy lists hit in the subsites that follow them, and what is done about it."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.policy_lists import Hit, HitState
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put_new, sql_table
from plein_bot.index.tables.ledger import AuditRow
from plein_bot.index.tables.policies import PolicyHitRow


class NewHit(NamedTuple):
    list_room: RoomId
    person: UserId
    state: HitState


def _hit(row: PolicyHitRow) -> Hit:
    return Hit(
        number=row.number,
        subsite=row.subsite,
        list_room=row.list_room,
        person=row.person,
        state=row.state,
        cause=row.cause,
        notice=row.notice,
        decided_cause=row.decided_cause,
    )


async def of_subsite(
    index: Index, subsite: RoomId, people: Collection[UserId] | None = None
) -> tuple[Hit, ...]:
    """By number; with `people` only theirs."""
    query = select(PolicyHitRow).where(PolicyHitRow.subsite == subsite)
    if people is not None:
        query = query.where(PolicyHitRow.person.in_(set(people)))
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(PolicyHitRow.number))
        return tuple(map(_hit, rows))


async def numbered(index: Index, number: int) -> Hit | None:
    async with index.reading() as session:
        row = await session.get(PolicyHitRow, number)
        return _hit(row) if row else None


async def behind(index: Index, notice: EventId) -> Hit | None:
    """The hit that a message in the staff room asks about."""
    async with index.reading() as session:
        row = await session.scalar(select(PolicyHitRow).where(PolicyHitRow.notice == notice))
        return _hit(row) if row else None


async def add(index: Index, subsite: RoomId, new: Iterable[NewHit], cause: str) -> None:
    """Write hits down; those that are known already stay as they are."""
    now = datetime.now(UTC)
    rows = [{"subsite": subsite, **one._asdict(), "found_at": now, "cause": cause} for one in new]
    if rows:
        async with index.session() as session:
            key = ("subsite", "person", "list_room")
            await put_new(session, sql_table(PolicyHitRow), rows, key=key)


async def held(index: Index, subsite: RoomId) -> frozenset[RoomId]:
    """The lists of which the staff have yet to say whether they may shut out so many."""
    query = select(PolicyHitRow.list_room).where(
        PolicyHitRow.subsite == subsite, PolicyHitRow.state == HitState.HELD
    )
    async with index.reading() as session:
        return frozenset(await session.scalars(query.distinct()))


async def shut_out_since(
    index: Index, subsite: RoomId, since: datetime, but: str
) -> dict[RoomId, int]:
    """How many each list shut out of its own accord: not with `but`, an action of the staff."""
    agreed = select(AuditRow.cause).where(AuditRow.action == but, AuditRow.place == subsite)
    query = (
        select(PolicyHitRow.list_room, func.count())
        .where(
            PolicyHitRow.subsite == subsite,
            PolicyHitRow.state.in_([HitState.BEGUN, HitState.DONE]),
            PolicyHitRow.found_at >= since,
            PolicyHitRow.decided_by.is_(None),
            PolicyHitRow.cause.not_in(agreed),
        )
        .group_by(PolicyHitRow.list_room)
    )
    async with index.reading() as session:
        return {room: n for room, n in await session.execute(query)}


async def agree(index: Index, numbers: Collection[int], cause: str) -> None:
    """What was held goes on, and what was not is as if the staff had asked for it."""
    async with index.session() as session:
        for some in chunks(sorted(numbers)):
            these = update(PolicyHitRow).where(PolicyHitRow.number.in_(some))
            held = these.where(PolicyHitRow.state == HitState.HELD)
            await session.execute(these.values(cause=cause))
            await session.execute(held.values(state=HitState.BEGUN))


async def move(index: Index, numbers: Collection[int], state: HitState) -> None:
    async with index.session() as session:
        for some in chunks(sorted(numbers)):
            await session.execute(
                update(PolicyHitRow).where(PolicyHitRow.number.in_(some)).values(state=state)
            )


async def decide(index: Index, number: int, state: HitState, by: UserId, cause: str) -> None:
    """What the staff say; only of what they were asked."""
    async with index.session() as session:
        await session.execute(
            update(PolicyHitRow)
            .where(PolicyHitRow.number == number, PolicyHitRow.state == HitState.ASKED)
            .values(state=state, decided_by=by, decided_cause=cause)
        )


async def noticed(index: Index, number: int, notice: EventId) -> None:
    async with index.session() as session:
        await session.execute(
            update(PolicyHitRow).where(PolicyHitRow.number == number).values(notice=notice)
        )


async def drop(index: Index, numbers: Collection[int]) -> None:
    if not numbers:
        return
    async with index.session() as session:
        for some in chunks(sorted(numbers)):
            await session.execute(delete(PolicyHitRow).where(PolicyHitRow.number.in_(some)))
