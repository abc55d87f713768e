"""Mail on its way out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.mails import PATIENCE, Mail, MailState, Told, next_try, pause
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, put_new, sql_table
from plein_bot.index.tables.ledger import MailRow


async def queue(index: Index, mail: Mail) -> None:
    """Put a mail in the queue; the same cause puts it there once."""
    async with index.session() as session:
        await add(session, [mail])
    index.announce()


async def add(session: AsyncSession, mails: Iterable[Mail]) -> None:
    """The same together with other rows. Whoever ends the session announces it."""
    rows = [
        {
            "cause": mail.cause,
            "address": mail.address,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "several": mail.several,
            "unsubscribe": mail.unsubscribe,
            "digest": mail.told.subscription if mail.told else None,
            "since": mail.told.since if mail.told else None,
            "until": mail.told.until if mail.told else None,
            "message_id": mail.message_id,
            "written_at": mail.written_at,
            "due_at": mail.written_at,
            "tries": 0,
            "state": MailState.QUEUED,
        }
        for mail in mails
    ]
    await put_new(session, sql_table(MailRow), rows, "cause")


async def due(index: Index, now: datetime) -> tuple[Mail, ...]:
    """What should go out now, the oldest first; a hundred at most.

    Somebody waits for a code; of a list of invitations nobody waits for the last.
    """
    async with index.reading() as session:
        rows = await session.scalars(
            select(MailRow)
            .where(MailRow.state == MailState.QUEUED, MailRow.due_at <= now)
            .order_by(MailRow.several, MailRow.due_at, MailRow.cause)
            .limit(100)
        )
        return tuple(_mail(row) for row in rows)


async def next_due(index: Index) -> datetime | None:
    async with index.reading() as session:
        return await session.scalar(
            select(MailRow.due_at)
            .where(MailRow.state == MailState.QUEUED)
            .order_by(MailRow.due_at)
            .limit(1)
        )


async def sent(index: Index, cause: str) -> None:
    """Remember that it went, and forget what it said. Whoever sends several announces it."""
    await _end(index, cause, MailState.SENT, None)


async def failed(index: Index, cause: str, error: str) -> None:
    await _end(index, cause, MailState.FAILED, error)
    index.announce()


async def put_off(index: Index, mail: Mail, error: str) -> datetime | None:
    """Try again later; None where it has been tried long enough, and has failed."""
    again = next_try(mail, datetime.now(UTC))
    if again is None:
        await failed(index, mail.cause, error)
        return None
    async with index.session() as session:
        await session.execute(
            update(MailRow)
            .where(MailRow.cause == mail.cause)
            .values(due_at=again, tries=mail.tries + 1, error=error)
        )
    index.announce()
    return again


async def put_all_off(index: Index, error: str) -> None:
    """The mail server is away: whatever was due is tried again later, as if it had been tried."""
    now = datetime.now(UTC)
    due = (MailRow.state == MailState.QUEUED, MailRow.due_at <= now)
    too_old = MailRow.written_at < now - PATIENCE
    async with index.session() as session:
        await session.execute(
            update(MailRow)
            .where(*due, too_old)
            .values(state=MailState.FAILED, error=error, text="", html="", subject="")
        )
        tried = await session.scalars(select(MailRow.tries).where(*due).distinct())
        for tries in sorted(tried, reverse=True):
            await session.execute(
                update(MailRow)
                .where(*due, MailRow.tries == tries)
                .values(due_at=now + pause(tries), tries=tries + 1, error=error)
            )
    index.announce()


async def states(index: Index, causes: Iterable[str]) -> dict[str, tuple[MailState, str]]:
    """What became of mails, and of what failed or waits for another try why."""
    found: dict[str, tuple[MailState, str]] = {}
    async with index.reading() as session:
        for some in chunks(set(causes)):
            rows = await session.execute(
                select(MailRow.cause, MailRow.state, MailRow.error).where(MailRow.cause.in_(some))
            )
            found |= {cause: (state, error or "") for cause, state, error in rows}
    return found


async def withdraw(index: Index, cause: str) -> None:
    """A mail that has not gone yet goes no more."""
    async with index.session() as session:
        await session.execute(
            delete(MailRow).where(MailRow.cause == cause, MailRow.state == MailState.QUEUED)
        )


async def withdraw_digests(session: AsyncSession, subscription: int) -> None:
    """None of somebody's that has not gone yet goes any more."""
    waiting = MailRow.state == MailState.QUEUED
    await session.execute(delete(MailRow).where(MailRow.digest == subscription, waiting))


async def wait(index: Index, causes: Collection[str], until: datetime) -> None:
    """These cannot be judged now; it is no failure of theirs."""
    async with index.session() as session:
        for some in chunks(causes):
            await session.execute(
                update(MailRow).where(MailRow.cause.in_(some)).values(due_at=until)
            )


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """How many digests went out by mail since a moment, wait, and could not be handed over."""

    sent: int
    waiting: int
    failed: int


async def digest_counts(index: Index, since: datetime) -> DigestCounts:
    async with index.reading() as session:
        rows = await session.execute(
            select(MailRow.state, func.count())
            .where(MailRow.digest.is_not(None), MailRow.written_at > since)
            .group_by(MailRow.state)
        )
        found = {state: number for state, number in rows}
    return DigestCounts(
        found.get(MailState.SENT, 0),
        found.get(MailState.QUEUED, 0),
        found.get(MailState.FAILED, 0),
    )


async def forget_ended(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(
            delete(MailRow).where(MailRow.state != MailState.QUEUED, MailRow.written_at < before)
        )


async def _end(index: Index, cause: str, state: MailState, error: str | None) -> None:
    async with index.session() as session:
        await session.execute(
            update(MailRow)
            .where(MailRow.cause == cause)
            .values(state=state, error=error, text="", html="", subject="")
        )


def _mail(row: MailRow) -> Mail:
    return Mail(
        row.cause,
        row.address,
        row.subject,
        row.text,
        row.message_id,
        row.written_at,
        row.tries,
        row.html,
        row.several,
        row.unsubscribe,
        Told(row.digest, row.since, row.until) if row.digest and row.since and row.until else None,
    )
