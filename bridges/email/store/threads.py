"""Which mail is which event, and which address answers it?"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store.tables import MessageRow, ReplyRow


@dataclass(frozen=True, slots=True)
class Known:
    """A mail that is an event: `root` is the thread that it stands in, or its own event."""

    message_id: str
    event_id: str
    room_id: str
    root: str
    subject: str


@dataclass(frozen=True, slots=True)
class Reply:
    token: str
    user_id: str
    event_id: str
    room_id: str


def _known(row: MessageRow) -> Known:
    return Known(row.message_id, row.event_id, row.room_id, row.root, row.subject)


async def know(session: AsyncSession, known: Known) -> None:
    """Write down which event a mail is. What is known stays: everybody who got a mail has its
    Message-ID, and whoever used that again would have the answers to somebody else."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(MessageRow).values(
        message_id=known.message_id,
        event_id=known.event_id,
        room_id=known.room_id,
        root=known.root,
        subject=known.subject,
    )
    await session.execute(
        statement.on_conflict_do_nothing(index_elements=["message_id", "room_id"])
    )


async def first_known(
    session: AsyncSession, message_ids: Sequence[str], room_id: str
) -> Known | None:
    """The first of these mails that is an event in that room: nobody answers into another."""
    for message_id in message_ids:
        row = await session.get(MessageRow, (message_id, room_id))
        if row is not None:
            return _known(row)
    return None


async def of_event(session: AsyncSession, event_id: str) -> list[Known]:
    found = await session.scalars(
        select(MessageRow).where(MessageRow.event_id == event_id).order_by(MessageRow.message_id)
    )
    return [_known(row) for row in found]


async def give_reply(session: AsyncSession, reply: Reply) -> None:
    await session.merge(
        ReplyRow(
            token=reply.token,
            user_id=reply.user_id,
            event_id=reply.event_id,
            room_id=reply.room_id,
        )
    )


async def reply(session: AsyncSession, token: str) -> Reply | None:
    row = await session.get(ReplyRow, token)
    return Reply(row.token, row.user_id, row.event_id, row.room_id) if row else None


async def withdraw(session: AsyncSession, event_id: str) -> None:
    """What was redacted is answered no more; its thread stays known by the others."""
    await session.execute(delete(ReplyRow).where(ReplyRow.event_id == event_id))
