"""Requests to take part."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import or_, select, update

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.requests import Request, RequestState
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import RequestRow


def _request(row: RequestRow) -> Request:
    return Request(
        number=row.number,
        place=row.place,
        person=row.person,
        reason=row.reason,
        state=row.state,
        opened_at=row.opened_at,
        cause=row.cause,
        decided_by=row.decided_by,
        decided_cause=row.decided_cause,
        notice=row.notice,
    )


async def open_one(index: Index, place: RoomId, person: UserId, reason: str, cause: str) -> Request:
    """The request that waits already, or that this cause opened before; else a new one."""
    async with index.session() as session:
        row = await session.scalar(
            select(RequestRow)
            .where(
                RequestRow.place == place,
                RequestRow.person == person,
                or_(RequestRow.cause == cause, RequestRow.state == RequestState.WAITING),
            )
            .order_by(RequestRow.number.desc())
            .limit(1)
        )
        if row is None:
            row = RequestRow(
                place=place,
                person=person,
                reason=reason,
                state=RequestState.WAITING,
                opened_at=datetime.now(UTC),
                cause=cause,
            )
            session.add(row)
            await session.flush()
        return _request(row)


async def numbered(index: Index, number: int) -> Request | None:
    async with index.reading() as session:
        row = await session.get(RequestRow, number)
        return _request(row) if row else None


async def noticed(index: Index, number: int, notice: EventId) -> None:
    """Remember the message in the staff room whose reactions decide."""
    async with index.session() as session:
        await session.execute(
            update(RequestRow).where(RequestRow.number == number).values(notice=notice)
        )


async def explain(index: Index, number: int, reason: str) -> None:
    async with index.session() as session:
        await session.execute(
            update(RequestRow).where(RequestRow.number == number).values(reason=reason)
        )


async def behind(index: Index, notice: EventId) -> Request | None:
    async with index.reading() as session:
        row = await session.scalar(select(RequestRow).where(RequestRow.notice == notice))
        return _request(row) if row else None


async def waiting_of(index: Index, place: RoomId, person: UserId) -> Request | None:
    found = await _waiting(index, RequestRow.place == place, RequestRow.person == person)
    return found[0] if found else None


async def own(index: Index, place: RoomId, person: UserId, cause: str) -> Request | None:
    """The request that waits, or that this cause has ended."""
    async with index.reading() as session:
        row = await session.scalar(
            select(RequestRow)
            .where(
                RequestRow.place == place,
                RequestRow.person == person,
                or_(RequestRow.decided_cause == cause, RequestRow.state == RequestState.WAITING),
            )
            .order_by(RequestRow.number.desc())
            .limit(1)
        )
        return _request(row) if row else None


async def waiting_since(index: Index, before: datetime) -> tuple[Request, ...]:
    return await _waiting(index, RequestRow.opened_at <= before)


async def waiting_for(
    index: Index, places: Iterable[RoomId], *, of: UserId | None = None
) -> tuple[Request, ...]:
    """What waits in these places; with `of` that of one person."""
    theirs = (RequestRow.person == of,) if of else ()
    return await _waiting(index, RequestRow.place.in_(set(places)), *theirs)


async def _waiting(index: Index, *conditions: object) -> tuple[Request, ...]:
    async with index.reading() as session:
        rows = await session.scalars(
            select(RequestRow)
            .where(RequestRow.state == RequestState.WAITING, *conditions)  # type: ignore[arg-type]
            .order_by(RequestRow.number)
        )
        return tuple(_request(row) for row in rows)


async def decide(index: Index, number: int, state: RequestState, by: UserId, cause: str) -> None:
    """End a request. One that was decided already stays as it was."""
    async with index.session() as session:
        await session.execute(
            update(RequestRow)
            .where(RequestRow.number == number, RequestRow.state == RequestState.WAITING)
            .values(state=state, decided_by=by, decided_cause=cause, decided_at=datetime.now(UTC))
        )
