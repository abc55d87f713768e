"""Who came by which invitation: each counted once, however often they press the button."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.invitations import OPEN, InvitationKind, InvitationState
from plein_bot.index.database import Index
from plein_bot.index.tables.invitations import InvitationRow, InvitationUseRow


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody who said by a link who they are."""

    invitation: int
    person: UserId
    form: str
    made_here: bool
    is_done: bool


async def claim(
    index: Index, number: int, person: UserId, form: str, now: datetime, *, made_here: bool = False
) -> Use | None:
    """Take one of the uses that are left; None where none is.

    The same form, and the same person, has the one that it took before.
    """
    async with index.session() as session:
        same = (InvitationUseRow.form == form) | (InvitationUseRow.person == person)
        row = await session.scalar(
            select(InvitationUseRow).where(InvitationUseRow.invitation == number, same).limit(1)
        )
        if row is not None:
            return _use(row)
        left = await session.execute(
            update(InvitationRow)
            .where(
                InvitationRow.number == number,
                InvitationRow.state.in_(OPEN),
                InvitationRow.expires_at > now,
                InvitationRow.used < InvitationRow.uses,
            )
            .values(used=InvitationRow.used + 1, state=InvitationState.OPENED)
            .returning(InvitationRow.number)
        )
        if left.scalar_one_or_none() is None:
            return None
        row = InvitationUseRow(
            invitation=number, person=person, form=form, made_here=made_here, claimed_at=now
        )
        session.add(row)
        return _use(row)


async def release(index: Index, use: Use) -> None:
    """It came to nothing: the use is left for another try."""
    await _take_away(index, use.invitation, use.person, InvitationUseRow.done_at.is_(None))


async def give_back(index: Index, number: int, person: UserId) -> None:
    """They did not come, and cannot any more: the use is left for somebody else."""
    await _take_away(index, number, person, InvitationUseRow.joined_at.is_(None))


async def _take_away(
    index: Index, number: int, person: UserId, condition: ColumnElement[bool]
) -> None:
    async with index.session() as session:
        gone = await session.execute(
            delete(InvitationUseRow)
            .where(
                InvitationUseRow.invitation == number,
                InvitationUseRow.person == person,
                condition,
            )
            .returning(InvitationUseRow.invitation)
        )
        if gone.scalar_one_or_none() is not None:
            await session.execute(
                update(InvitationRow)
                .where(InvitationRow.number == number)
                .values(used=InvitationRow.used - 1)
            )


async def done(index: Index, use: Use, now: datetime) -> None:
    """They are invited on the homeserver."""
    async with index.session() as session:
        await session.execute(
            update(InvitationUseRow)
            .where(
                InvitationUseRow.invitation == use.invitation,
                InvitationUseRow.person == use.person,
            )
            .values(done_at=now)
        )


async def by_form(index: Index, number: int, form: str) -> Use | None:
    found = await _some(index, InvitationUseRow.invitation == number, InvitationUseRow.form == form)
    return found[0] if found else None


async def of_invitation(index: Index, number: int) -> tuple[Use, ...]:
    return await _some(index, InvitationUseRow.invitation == number)


async def unfinished(index: Index, before: datetime) -> tuple[Use, ...]:
    """Those that were taken and came to nothing yet."""
    return await _some(
        index, InvitationUseRow.done_at.is_(None), InvitationUseRow.claimed_at < before
    )


async def not_come(index: Index, before: datetime) -> tuple[Use, ...]:
    """Who was invited by a link before a moment, and has not come; whose account was made by it
    has no other way in."""
    links = select(InvitationRow.number).where(
        InvitationRow.kind == InvitationKind.LINK, InvitationRow.state.in_(OPEN)
    )
    return await _some(
        index,
        InvitationUseRow.done_at < before,
        InvitationUseRow.joined_at.is_(None),
        InvitationUseRow.made_here.is_(False),
        InvitationUseRow.invitation.in_(links),
    )


async def of_person(
    index: Index, person: UserId, places: Collection[RoomId], cause: str
) -> tuple[int, ...]:
    """The invitations by which somebody came to these places, that are open or ended by this."""
    async with index.reading() as session:
        found = await session.scalars(
            select(InvitationUseRow.invitation)
            .join(InvitationRow, InvitationRow.number == InvitationUseRow.invitation)
            .where(
                InvitationUseRow.person == person,
                InvitationRow.place.in_(places),
                InvitationRow.state.in_(OPEN) | (InvitationRow.decided_cause == cause),
            )
            .order_by(InvitationUseRow.invitation)
        )
        return tuple(found)


async def joined(index: Index, number: int, person: UserId, now: datetime) -> None:
    async with index.session() as session:
        await session.execute(
            update(InvitationUseRow)
            .where(InvitationUseRow.invitation == number, InvitationUseRow.person == person)
            .where(InvitationUseRow.joined_at.is_(None))
            .values(joined_at=now)
        )


async def _some(index: Index, *conditions: ColumnElement[bool]) -> tuple[Use, ...]:
    query = select(InvitationUseRow).where(*conditions).order_by(InvitationUseRow.claimed_at)
    async with index.reading() as session:
        return tuple(_use(row) for row in await session.scalars(query))


def _use(row: InvitationUseRow) -> Use:
    return Use(row.invitation, row.person, row.form, bool(row.made_here), row.done_at is not None)
