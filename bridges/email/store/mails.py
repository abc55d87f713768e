"""Which mails are to go out, in which order?"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store import queues
from bridges.email.store.tables import MailRow

DAILY = "daily:"
"""How the cause of a daily mail begins."""


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DROPPED = "dropped"
    """Not to be sent after all: its reader left, or what it tells was withdrawn."""
    FAILED = "failed"
    GATHERED = "gathered"
    """A text for somebody's daily mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail on its way. One with an event goes only to who is still in its room."""

    cause: str
    recipient: str
    content: bytes
    user_id: str | None = None
    room_id: str | None = None
    event_id: str | None = None
    state: MailState = MailState.QUEUED
    due: float = 0.0
    number: int = 0
    tries: int = 0
    at: float = 0.0

    @property
    def is_daily(self) -> bool:
        """It is written of its parts when it goes out, and has no content before that."""
        return self.cause.startswith(DAILY)

    @property
    def is_answer(self) -> bool:
        """It tells or asks somebody about a mail of their own; they wait for it."""
        return self.cause.partition(":")[0] in {"confirm", "told", "chosen", "knocked"}


def _mail(row: MailRow) -> Mail:
    return Mail(
        row.cause,
        row.recipient,
        row.content or b"",
        row.user_id,
        row.room_id,
        row.event_id,
        MailState(row.state),
        row.due,
        row.number,
        row.tries,
        row.at,
    )


async def queue(session: AsyncSession, mail: Mail, now: float) -> bool:
    """Whether it is new: one of the same cause is never queued twice."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "cause": mail.cause,
        "recipient": mail.recipient,
        "user_id": mail.user_id,
        "room_id": mail.room_id,
        "event_id": mail.event_id,
        "content": mail.content,
        "state": mail.state.value,
        "at": now,
        "tries": 0,
        "due": mail.due,
    }
    statement = (
        dialect.insert(MailRow)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["cause"])
        .returning(MailRow.number)
    )
    return await session.scalar(statement) is not None


async def recipients(session: AsyncSession, now: float) -> list[str]:
    """Those of whom the first mail is due."""
    return await queues.due(session, MailRow, MailRow.recipient, MailState.QUEUED.value, now)


async def begin(session: AsyncSession, recipient: str) -> Mail | None:
    row = await queues.begin(session, MailRow, MailRow.recipient, recipient, MailState.QUEUED.value)
    return _mail(row) if row else None


async def waits(session: AsyncSession, cause: str) -> bool:
    """Whether a mail is still to go out, and nobody has begun with that."""
    waiting = (MailState.QUEUED.value, MailState.GATHERED.value)
    statement = select(MailRow.number).where(
        MailRow.cause == cause, MailRow.state.in_(waiting), MailRow.tries == 0
    )
    return await session.scalar(statement) is not None


async def caused(session: AsyncSession, recipient: str | None, cause: str, moment: float) -> int:
    """How many mails go to an address, or to any, since then for causes that begin so."""
    statement = select(func.count()).where(MailRow.cause.startswith(cause), MailRow.at > moment)
    if recipient is not None:
        statement = statement.where(MailRow.recipient == recipient)
    return await session.scalar(statement) or 0


async def becomes(session: AsyncSession, number: int, state: MailState) -> None:
    """The row stays for a while, so that nothing is mailed twice; the text goes."""
    await session.execute(
        update(MailRow).where(MailRow.number == number).values(state=state.value, content=None)
    )


async def later(session: AsyncSession, number: int, due: float) -> None:
    await session.execute(update(MailRow).where(MailRow.number == number).values(due=due))


async def withdraw(session: AsyncSession, event_id: str) -> None:
    """What was redacted is not mailed any more."""
    waiting = (MailState.QUEUED.value, MailState.GATHERED.value)
    await session.execute(
        update(MailRow)
        .where(MailRow.event_id == event_id, MailRow.state.in_(waiting))
        .values(state=MailState.DROPPED.value, content=None)
    )


async def gathered(session: AsyncSession, now: float) -> dict[str, int]:
    """For whom a daily mail is due, with the number of its first text."""
    found = await session.execute(
        select(MailRow.user_id, func.min(MailRow.number))
        .where(MailRow.state == MailState.GATHERED.value, MailRow.due <= now)
        .group_by(MailRow.user_id)
    )
    return {user_id: first for user_id, first in found if user_id}


async def parts(session: AsyncSession, daily: Mail) -> list[Mail]:
    """The texts of a daily mail: those that were due when it was queued, in order."""
    found = await session.scalars(select(MailRow).where(_of(daily)).order_by(MailRow.number))
    return [_mail(row) for row in found]


def _of(daily: Mail) -> ColumnElement[bool]:
    return and_(
        MailRow.user_id == daily.user_id,
        MailRow.state == MailState.GATHERED.value,
        MailRow.due <= daily.at,
    )


async def over(session: AsyncSession, mail: Mail, state: MailState) -> None:
    """A mail is sent, dropped or failed, and with a daily one its texts."""
    if mail.is_daily:
        await session.execute(
            update(MailRow).where(_of(mail)).values(state=state.value, content=None)
        )
    await becomes(session, mail.number, state)


async def forget_old(session: AsyncSession, before: float) -> None:
    over = (MailState.SENT.value, MailState.DROPPED.value, MailState.FAILED.value)
    await session.execute(delete(MailRow).where(MailRow.state.in_(over), MailRow.at < before))


async def counted(session: AsyncSession) -> dict[str, int]:
    """How many mails are in each state."""
    statement = select(MailRow.state, func.count()).group_by(MailRow.state)
    return {state: number for state, number in await session.execute(statement)}
