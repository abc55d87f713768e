"""Mail on its way out."""

from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from plein_bot.domain.mails import Mail, MailState, next_try
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import MailRow


async def queue(index: Index, mail: Mail) -> None:
    """Put a mail in the queue; the same cause puts it there once."""
    async with index.session() as session:
        if await session.get(MailRow, mail.cause) is None:
            session.add(
                MailRow(
                    cause=mail.cause,
                    address=mail.address,
                    subject=mail.subject,
                    text=mail.text,
                    message_id=mail.message_id,
                    written_at=mail.written_at,
                    due_at=mail.written_at,
                    state=MailState.QUEUED,
                )
            )
    index.announce()


async def due(index: Index, now: datetime) -> tuple[Mail, ...]:
    """What should go out now, the oldest first; a hundred at most."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(MailRow)
            .where(MailRow.state == MailState.QUEUED, MailRow.due_at <= now)
            .order_by(MailRow.due_at, MailRow.cause)
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
    """Remember that it went, and forget what it said."""
    await _end(index, cause, MailState.SENT, None)


async def failed(index: Index, cause: str, error: str) -> None:
    await _end(index, cause, MailState.FAILED, error)


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
            .values(state=state, error=error, text="", subject="")
        )
    index.announce()


def _mail(row: MailRow) -> Mail:
    return Mail(
        row.cause,
        row.address,
        row.subject,
        row.text,
        row.message_id,
        row.written_at,
        row.tries,
    )
