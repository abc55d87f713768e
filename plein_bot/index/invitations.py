"""Invitations."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.invitations import (
    OPEN,
    Invitation,
    InvitationKind,
    InvitationState,
    Making,
    digest,
)
from plein_bot.domain.mails import Mail
from plein_bot.index import mails
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put_new, sql_table
from plein_bot.index.tables.base import Words
from plein_bot.index.tables.invitations import InvitationRow, InvitationUseRow

_AT_ONCE = 500
"""Of a long list so many stand in one transaction: others want to write in between."""


async def make(
    index: Index,
    new: Iterable[Making],
    *,
    place: RoomId,
    inviter: UserId,
    text: str,
    expires_at: datetime,
    cause: str,
    now: datetime,
    several: bool = False,
) -> None:
    """Make invitations and queue their mails, each with its own or neither.

    What the cause made before stays as it is, and so does an open invitation of the same guest to
    the same place.
    """
    for some in chunks(new, _AT_ONCE):
        async with index.session() as session:
            await _end_what_is_over(session, InvitationRow.place == place, now)
            known = await _known(session, place, cause, [one.guest for one in some])
            rows = [
                _row(one, place, inviter, text, expires_at, cause, now, several)
                for one in some
                if one.guest not in known
            ]
            await put_new(session, sql_table(InvitationRow), rows, ("cause", "guest"))
            await mails.add(session, [m.mail for m in some if m.mail and m.guest not in known])
        index.announce()


async def _known(
    session: AsyncSession, place: RoomId, cause: str, guests: Collection[str]
) -> frozenset[str]:
    found = await session.scalars(
        select(InvitationRow.guest).where(
            InvitationRow.guest.in_(guests),
            or_(
                InvitationRow.cause == cause,
                (InvitationRow.place == place) & InvitationRow.state.in_(OPEN),
            ),
        )
    )
    return frozenset(found)


def _row(
    one: Making,
    place: RoomId,
    inviter: UserId,
    text: str,
    expires_at: datetime,
    cause: str,
    now: datetime,
    several: bool,
) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "place": place,
        "inviter": inviter,
        "person": one.person,
        "address": one.address,
        "name": one.name,
        "text": text,
        "language": one.language,
        "state": InvitationState.SENT,
        "made_at": now,
        "expires_at": expires_at,
        "uses": one.uses,
        "used": 0,
        "several": several,
        "digest": digest(one.token) if one.token else None,
        # A mail carries its token by itself.
        "unsaid": one.token if one.mail is None else None,
        "mail": one.mail.cause if one.mail else None,
        "cause": cause,
        "guest": one.guest,
    }


async def numbered(index: Index, number: int) -> Invitation | None:
    found = await _some(index, InvitationRow.number == number)
    return found[0] if found else None


async def of_token(index: Index, token: str) -> Invitation | None:
    found = await _some(index, InvitationRow.digest == digest(token))
    return found[0] if found else None


async def of_cause(index: Index, cause: str) -> tuple[Invitation, ...]:
    return await _some(index, InvitationRow.cause == cause)


async def in_places(index: Index, places: Iterable[RoomId]) -> tuple[Invitation, ...]:
    return await _some(index, InvitationRow.place.in_(set(places)))


async def made_by(index: Index, inviter: UserId) -> tuple[Invitation, ...]:
    return await _some(index, InvitationRow.inviter == inviter)


async def open_in(index: Index, place: RoomId, now: datetime) -> dict[str, Invitation]:
    """The open invitations to a place, by the guest."""
    query = select(InvitationRow).where(
        InvitationRow.place == place,
        InvitationRow.state.in_(OPEN),
        InvitationRow.expires_at > now,
    )
    async with index.reading() as session:
        return {row.guest: _invitation(row) for row in await session.scalars(query)}


async def to_person(
    index: Index, place: RoomId, person: UserId, cause: str = ""
) -> Invitation | None:
    """The invitation of a Matrix ID to a place that is open, or that this cause has ended."""
    found = await _some(
        index,
        InvitationRow.place == place,
        InvitationRow.person == person,
        InvitationRow.kind == InvitationKind.PERSON,
        or_(InvitationRow.state.in_(OPEN), InvitationRow.decided_cause == cause),
    )
    return found[-1] if found else None


async def over_at(index: Index, now: datetime, limit: int = 200) -> tuple[Invitation, ...]:
    """Those whose end has come and that still stand as open, the oldest first."""
    return await _some(
        index, InvitationRow.state.in_(OPEN), InvitationRow.expires_at <= now, limit=limit
    )


async def unsaid(index: Index, number: int) -> str | None:
    """The token of a link that has not been said yet."""
    async with index.reading() as session:
        return await session.scalar(
            select(InvitationRow.unsaid).where(InvitationRow.number == number)
        )


async def said(index: Index, number: int) -> None:
    """The link stands in the chat of whoever made it: from here on there is the hash alone."""
    async with index.session() as session:
        await session.execute(
            update(InvitationRow).where(InvitationRow.number == number).values(unsaid=None)
        )


async def decide(
    index: Index, number: int, state: InvitationState, by: UserId, cause: str, now: datetime
) -> None:
    """End an invitation, or open it. One that was over already stays as it was."""
    async with index.session() as session:
        await session.execute(
            update(InvitationRow)
            .where(InvitationRow.number == number, InvitationRow.state.in_(OPEN))
            .values(state=state, decided_by=by, decided_cause=cause, decided_at=now)
        )
    index.announce()


async def prolong(index: Index, number: int, expires_at: datetime) -> None:
    """Somebody was invited again who had not come yet."""
    async with index.session() as session:
        await session.execute(
            update(InvitationRow)
            .where(InvitationRow.number == number, InvitationRow.expires_at < expires_at)
            .values(expires_at=expires_at)
        )


async def send_again(
    index: Index, number: int, token: str, mail: Mail, expires_at: datetime
) -> None:
    """A new token takes the place of the old one; the same mail takes it once."""
    async with index.session() as session:
        row = await session.get(InvitationRow, number)
        if row is None or row.mail == mail.cause:
            return
        row.digest, row.mail, row.expires_at = digest(token), mail.cause, expires_at
        row.state = InvitationState.SENT if row.state not in OPEN else row.state
        await mails.add(session, [mail])
    index.announce()


async def forget_addresses(index: Index, before: datetime) -> None:
    """Of what ended before this moment nobody needs to know any more whom it was for.

    But where an account was made, its password is chosen anew by that address.
    """
    with_account = select(InvitationUseRow.invitation).where(InvitationUseRow.made_here.is_(True))
    forgotten = literal("forgotten ", Words()) + cast(InvitationRow.number, Text)
    async with index.session() as session:
        await session.execute(
            update(InvitationRow)
            .where(
                InvitationRow.address.is_not(None),
                InvitationRow.state.not_in(OPEN),
                InvitationRow.decided_at < before,
                InvitationRow.number.not_in(with_account),
            )
            .values(address=None, name="", text="", guest=forgotten)
        )


async def _end_what_is_over(
    session: AsyncSession, condition: ColumnElement[bool], now: datetime
) -> None:
    await session.execute(
        update(InvitationRow)
        .where(condition, InvitationRow.state.in_(OPEN), InvitationRow.expires_at <= now)
        .where(InvitationRow.kind != InvitationKind.PERSON)
        .values(state=InvitationState.EXPIRED, decided_at=now)
    )


async def _some(
    index: Index, *conditions: ColumnElement[bool], limit: int | None = None
) -> tuple[Invitation, ...]:
    query = select(InvitationRow).where(*conditions).order_by(InvitationRow.number).limit(limit)
    async with index.reading() as session:
        return tuple(_invitation(row) for row in await session.scalars(query))


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        number=row.number,
        kind=row.kind,
        place=row.place,
        inviter=row.inviter,
        person=row.person,
        address=row.address,
        name=row.name,
        text=row.text,
        language=row.language,
        state=row.state,
        made_at=row.made_at,
        expires_at=row.expires_at,
        cause=row.cause,
        uses=row.uses,
        used=row.used,
        several=row.several,
        mail=row.mail,
        decided_cause=row.decided_cause,
    )
