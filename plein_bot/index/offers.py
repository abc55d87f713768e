"""Offers of ownership."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select, update

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.offers import Offer, OfferState
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import OfferRow


def _offer(row: OfferRow) -> Offer:
    return Offer(
        number=row.number,
        place=row.place,
        person=row.person,
        offered_by=row.offered_by,
        state=row.state,
        offered_at=row.offered_at,
        cause=row.cause,
        decided_cause=row.decided_cause,
        notice=row.notice,
    )


async def make(index: Index, place: RoomId, person: UserId, by: UserId, cause: str) -> Offer:
    """A new offer, in the place of the one that waits; or the one that this cause made before."""
    async with index.session() as session:
        row = await session.scalar(select(OfferRow).where(OfferRow.cause == cause))
        if row is None:
            now = datetime.now(UTC)
            await session.execute(
                update(OfferRow)
                .where(OfferRow.place == place, OfferRow.state == OfferState.WAITING)
                .values(state=OfferState.REPLACED, decided_cause=cause, decided_at=now)
            )
            row = OfferRow(
                place=place,
                person=person,
                offered_by=by,
                state=OfferState.WAITING,
                offered_at=now,
                cause=cause,
            )
            session.add(row)
            await session.flush()
        return _offer(row)


async def replaced_by(index: Index, cause: str) -> Offer | None:
    """The offer whose place was taken by the one that this cause made."""
    found = await _some(
        index, OfferRow.decided_cause == cause, OfferRow.state == OfferState.REPLACED
    )
    return found[0] if found else None


async def noticed(index: Index, number: int, notice: EventId) -> None:
    """Remember the message whose reactions answer."""
    async with index.session() as session:
        await session.execute(
            update(OfferRow).where(OfferRow.number == number).values(notice=notice)
        )


async def behind(index: Index, notice: EventId) -> Offer | None:
    found = await _some(index, OfferRow.notice == notice)
    return found[0] if found else None


async def to(index: Index, person: UserId, cause: str) -> tuple[Offer, ...]:
    """What somebody is offered and has not answered, or has answered by this cause."""
    open_to_it = (OfferRow.state == OfferState.WAITING) | (OfferRow.decided_cause == cause)
    return await _some(index, OfferRow.person == person, open_to_it)


async def waiting_in(index: Index, places: Iterable[RoomId]) -> tuple[Offer, ...]:
    return await _some(index, OfferRow.state == OfferState.WAITING, OfferRow.place.in_(set(places)))


async def waiting_since(index: Index, before: datetime) -> tuple[Offer, ...]:
    return await _some(index, OfferRow.state == OfferState.WAITING, OfferRow.offered_at <= before)


async def _some(index: Index, *conditions: ColumnElement[bool]) -> tuple[Offer, ...]:
    async with index.reading() as session:
        rows = await session.scalars(select(OfferRow).where(*conditions).order_by(OfferRow.number))
        return tuple(_offer(row) for row in rows)


async def decide(index: Index, number: int, state: OfferState, cause: str) -> None:
    """End an offer. One that was over already stays as it was."""
    async with index.session() as session:
        await session.execute(
            update(OfferRow)
            .where(OfferRow.number == number, OfferRow.state == OfferState.WAITING)
            .values(state=state, decided_cause=cause, decided_at=datetime.now(UTC))
        )
