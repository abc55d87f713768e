"""What somebody is being asked, so that "2", "ja" or a reason is understood after a restart too."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import DialogueRow


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One open question. `asked` is what the command needs to go on; its shape is the command's.

    `kind` says which sort of question it is. Of one that is over, `kind` is empty.
    """

    kind: str
    asked: dict[str, Any]
    expires_at: datetime


EITHER = "either"
"""The kind of a question that Plein puts itself: `yes` and `no` each stand for a command line."""

NOTHING = Dialogue("", {}, datetime.max.replace(tzinfo=UTC))


async def current(index: Index, room: RoomId, person: UserId, cause: str) -> Dialogue | None:
    """What is being asked, as it was before `cause` answered it.

    Work that comes by again after a crash so finds the question that it answered the first time.
    """
    async with index.reading() as session:
        row = await session.get(DialogueRow, (room, person))
    if row is None:
        return None
    if row.cause == cause:
        return _read(row.before) if row.before else None
    if not row.kind or row.expires_at < datetime.now(UTC):
        return None
    return Dialogue(row.kind, row.asked, row.expires_at)


async def turn(
    index: Index, room: RoomId, person: UserId, cause: str, to: Dialogue = NOTHING
) -> None:
    """Ask the next thing, or nothing more."""
    before = await current(index, room, person, cause)
    async with index.session() as session:
        row = await session.get(DialogueRow, (room, person))
        notice = _notice(row, cause) if row else None
        await session.merge(
            DialogueRow(
                room=room,
                person=person,
                kind=to.kind,
                asked=to.asked,
                cause=cause,
                notice=None,
                expires_at=to.expires_at,
                before=_written(before) | {"notice": notice} if before else None,
            )
        )


async def noticed(index: Index, room: RoomId, person: UserId, notice: EventId) -> None:
    """Remember the message that asks, because a reaction to it is an answer too."""
    async with index.session() as session:
        await session.execute(
            update(DialogueRow)
            .where(DialogueRow.room == room, DialogueRow.person == person)
            .values(notice=notice)
        )


async def asked_by(index: Index, room: RoomId, person: UserId, notice: EventId, cause: str) -> bool:
    """Whether `notice` is the message that asks this person what `current` says is asked."""
    async with index.reading() as session:
        row = await session.get(DialogueRow, (room, person))
    return row is not None and _notice(row, cause) == notice


def _notice(row: DialogueRow, cause: str) -> str | None:
    """The message that asked, before `cause` answered it."""
    if row.cause != cause:
        return row.notice
    return (row.before or {}).get("notice")


def _written(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "kind": dialogue.kind,
        "asked": dialogue.asked,
        "expires_at": dialogue.expires_at.isoformat(),
    }


def _read(written: dict[str, Any]) -> Dialogue:
    return Dialogue(
        written["kind"], written["asked"], datetime.fromisoformat(written["expires_at"])
    )
