"""Who gets a digest, and until when each was told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from plein_bot.domain.digests import Often, Subscription, Way
from plein_bot.domain.ids import UserId
from plein_bot.domain.mails import Mail
from plein_bot.domain.timers import Timer
from plein_bot.index import mails, timers
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put_new, sql_table
from plein_bot.index.tables.digests import DigestRow
from plein_bot.index.tables.ledger import AddressRow, PreferenceRow


@dataclass(frozen=True, slots=True)
class Done:
    """What became of somebody's turn: a mail, a timer for their chat, or there was nothing."""

    subscription: Subscription
    until: datetime
    next_at: datetime | None
    mail: Mail | None = None
    timer: Timer | None = None


async def unknown(index: Index, since: datetime) -> tuple[UserId, ...]:
    """Who has proven an address after a moment, and has not got a digest yet."""
    has = select(DigestRow.user_id).where(DigestRow.user_id == AddressRow.user_id).exists()
    query = select(AddressRow.user_id).where(~has, AddressRow.proven_at > since).distinct()
    async with index.reading() as session:
        return tuple(await session.scalars(query.order_by(AddressRow.user_id)))


async def begin(index: Index, new: Collection[Subscription]) -> None:
    """From now on these get one; whoever chose meanwhile keeps what they chose."""
    async with index.session(unseen=True) as session:
        await put_new(session, sql_table(DigestRow), [_row(one) for one in new], "user_id")


def _row(one: Subscription) -> dict[str, Any]:
    return {
        "user_id": one.person,
        "often": one.often,
        "way": one.way,
        "until": one.until,
        "next_at": one.next_at,
    }


async def of_person(index: Index, person: UserId) -> Subscription | None:
    async with index.reading() as session:
        row = await session.scalar(select(DigestRow).where(DigestRow.user_id == person))
    return _subscription(row) if row else None


async def numbered(index: Index, number: int) -> Subscription | None:
    async with index.reading() as session:
        row = await session.get(DigestRow, number)
    return _subscription(row) if row else None


async def numbered_all(index: Index, numbers: Collection[int]) -> dict[int, Subscription]:
    found: dict[int, Subscription] = {}
    async with index.reading() as session:
        for some in chunks(numbers):
            rows = await session.scalars(select(DigestRow).where(DigestRow.number.in_(some)))
            found |= {row.number: _subscription(row) for row in rows}
    return found


async def choose(index: Index, wanted: Subscription) -> None:
    """How somebody wants it from now on. What was told stays told; where they want no mails, none
    that waits goes out any more."""
    async with index.session(unseen=True) as session:
        row = await session.scalar(select(DigestRow).where(DigestRow.user_id == wanted.person))
        if row is None:
            session.add(DigestRow(**_row(wanted)))
            return
        if not wanted.is_mailed:
            await mails.withdraw_digests(session, row.number)
        if row.often is Often.NEVER:
            row.until = wanted.until
        elif wanted.often is Often.NEVER:
            row.stopped = row.often
        row.often, row.way, row.next_at = wanted.often, wanted.way, wanted.next_at


async def due(index: Index, now: datetime, most: int) -> tuple[Subscription, ...]:
    """Whose turn it is, the first first."""
    query = select(DigestRow).where(DigestRow.next_at <= now)
    async with index.reading() as session:
        rows = await session.scalars(query.order_by(DigestRow.next_at).limit(most))
        return tuple(_subscription(row) for row in rows)


async def next_due(index: Index) -> datetime | None:
    async with index.reading() as session:
        return await session.scalar(select(func.min(DigestRow.next_at)))


async def finish(index: Index, done: Sequence[Done]) -> None:
    """Move everybody on and send what there is, all of it or nothing.

    Who chose otherwise since they were asked for keeps that choice, and gets nothing now.
    """
    async with index.session(unseen=True) as session:
        found = await session.execute(
            select(DigestRow.number, DigestRow.often, DigestRow.way, DigestRow.until).where(
                DigestRow.number.in_([one.subscription.number for one in done])
            )
        )
        now = {number: (often, way, until) for number, often, way, until in found}
        still = [one for one in done if now.get(one.subscription.number) == _asked(one)]
        moved = [
            {"key": one.subscription.number, "told": one.until, "next": one.next_at}
            for one in still
        ]
        if moved:
            await (await session.connection()).execute(_MOVE, moved)
        await mails.add(session, [one.mail for one in still if one.mail])
        await timers.put_down(session, [one.timer for one in still if one.timer])
    index.announce()


_MOVE = (
    update(sql_table(DigestRow))
    .where(sql_table(DigestRow).c.number == bindparam("key"))
    .values(until=bindparam("told"), next_at=bindparam("next"))
)


def _asked(one: Done) -> tuple[Often, Way, datetime]:
    return one.subscription.often, one.subscription.way, one.subscription.until


async def addresses(index: Index, people: Collection[UserId], since: datetime) -> dict[UserId, str]:
    """The address that each of these proved last, and after a moment."""
    found: dict[UserId, str] = {}
    async with index.reading() as session:
        for chunk in chunks(people):
            rows = await session.execute(
                select(AddressRow.user_id, AddressRow.address)
                .where(AddressRow.user_id.in_(chunk), AddressRow.proven_at > since)
                .order_by(AddressRow.proven_at, AddressRow.address)
            )
            found |= {user: address for user, address in rows}
    return found


async def languages(index: Index, people: Collection[UserId]) -> dict[UserId, str]:
    """The languages that people chose."""
    found: dict[UserId, str] = {}
    async with index.reading() as session:
        for chunk in chunks(people):
            rows = await session.execute(
                select(PreferenceRow.user_id, PreferenceRow.language).where(
                    PreferenceRow.user_id.in_(chunk), PreferenceRow.language.is_not(None)
                )
            )
            found |= {user: language for user, language in rows if language}
    return found


def _subscription(row: DigestRow) -> Subscription:
    return Subscription(
        row.user_id, row.often, row.way, row.until, row.next_at, row.number, row.stopped
    )
