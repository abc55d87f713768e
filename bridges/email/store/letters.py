"""Which mails came in, and what became of them?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store import queues
from bridges.email.store.tables import LetterRow, UploadRow


class LetterState(StrEnum):
    NEW = "new"
    UNCONFIRMED = "unconfirmed"
    """Nobody has yet said that it comes from its address."""
    KNOCKING = "knocking"
    """Its author waits to be let in."""
    DONE = "done"
    REFUSED = "refused"
    ASIDE = "aside"
    """It failed for good; `plein-email status` shows it, and `retry` tries it again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail as it came, for one recipient. `author` is whose ghost would say it."""

    number: int
    lane: str
    sender: str
    recipient: str
    author: str
    content: bytes
    state: LetterState
    at: float
    tries: int
    room_id: str | None
    vouched: bool


def identity(message_id: str, content: bytes, sender: str, recipient: str) -> str:
    """The same for the same mail that comes again."""
    what = message_id.encode(errors="replace") or content
    parts = (what, sender.encode(errors="replace"), recipient.encode(errors="replace"))
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8) + part)
    return whole.hexdigest()


def short(whole: str) -> str:
    """Long enough to be nobody else's, short enough for a transaction id."""
    return whole[:32]


async def identity_of(session: AsyncSession, number: int) -> str:
    statement = select(LetterRow.identity).where(LetterRow.number == number)
    return (await session.scalars(statement)).one()


def _stored(row: LetterRow) -> Stored:
    return Stored(
        row.number,
        row.lane,
        row.sender,
        row.recipient,
        row.author,
        row.content or b"",
        LetterState(row.state),
        row.at,
        row.tries,
        row.room_id,
        row.vouched is not None,
    )


async def keep(session: AsyncSession, letters: Sequence[dict[str, object]]) -> None:
    """Write mails down; those that are known already are left as they are."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for letter in letters:
        values = {"state": LetterState.NEW.value, "tries": 0, "due": 0.0, **letter}
        statement = dialect.insert(LetterRow).values(**values)
        await session.execute(statement.on_conflict_do_nothing(index_elements=["identity"]))


async def since(session: AsyncSession, sender: str, moment: float) -> int:
    """How many mails somebody sent since then."""
    statement = select(func.count()).where(LetterRow.sender == sender, LetterRow.at > moment)
    return await session.scalar(statement) or 0


async def since_of(session: AsyncSession, author: str, moment: float) -> int:
    """How many mails are in somebody's name since then, whoever sent them."""
    statement = select(func.count()).where(LetterRow.author == author, LetterRow.at > moment)
    return await session.scalar(statement) or 0


async def lanes(session: AsyncSession, now: float) -> list[str]:
    """Those of which the first mail is due."""
    return await queues.due(session, LetterRow, LetterRow.lane, LetterState.NEW.value, now)


async def begin(session: AsyncSession, lane: str) -> Stored | None:
    """The first new mail of a lane."""
    row = await queues.begin(session, LetterRow, LetterRow.lane, lane, LetterState.NEW.value)
    return _stored(row) if row else None


async def by_number(session: AsyncSession, number: int) -> Stored | None:
    row = await session.get(LetterRow, number)
    return _stored(row) if row else None


async def becomes(
    session: AsyncSession, number: int, state: LetterState, room_id: str | None = None
) -> None:
    """What is done or refused keeps its row, by which it is known again, and loses its content."""
    values: dict[str, object] = {"state": state.value}
    if state in {LetterState.DONE, LetterState.REFUSED}:
        values["content"] = None
    if room_id is not None:
        values["room_id"] = room_id
    await session.execute(update(LetterRow).where(LetterRow.number == number).values(**values))


async def apart(session: AsyncSession, number: int, due: float) -> None:
    """Not before then, in a lane of its own: what comes behind it goes first."""
    await session.execute(
        update(LetterRow).where(LetterRow.number == number).values(due=due, lane=f"mail:{number}")
    )


async def let_in(session: AsyncSession, author: str, room_id: str) -> None:
    """What somebody wrote while they waited at a room's door is new again."""
    await session.execute(
        update(LetterRow)
        .where(
            LetterRow.author == author,
            LetterRow.room_id == room_id,
            LetterRow.state == LetterState.KNOCKING.value,
        )
        .values(state=LetterState.NEW.value, due=0.0)
    )


async def vouch(session: AsyncSession, number: int, at: float) -> None:
    """A mail is its author's own: it is new again. Only this one, for others may be forged."""
    await session.execute(
        update(LetterRow)
        .where(LetterRow.number == number, LetterRow.state == LetterState.UNCONFIRMED.value)
        .values(state=LetterState.NEW.value, due=0.0, vouched=at)
    )


async def asked_about(session: AsyncSession, author: str, since: float) -> int:
    """About how many mails somebody was asked since then, and did not answer."""
    statement = select(func.count()).where(
        LetterRow.author == author,
        LetterRow.state == LetterState.UNCONFIRMED.value,
        LetterRow.at > since,
    )
    return await session.scalar(statement) or 0


async def expire(session: AsyncSession, before: float) -> None:
    """What waited too long is refused, what was done long ago is forgotten."""
    waiting = (LetterState.UNCONFIRMED.value, LetterState.KNOCKING.value)
    await session.execute(
        update(LetterRow)
        .where(LetterRow.state.in_(waiting), LetterRow.at < before)
        .values(state=LetterState.REFUSED.value, content=None)
    )


async def upload(session: AsyncSession, letter: int, part: int) -> str | None:
    row = await session.get(UploadRow, (letter, part))
    return row.uri if row else None


async def took_address(session: AsyncSession, letter: int, part: int, uri: str) -> None:
    session.add(UploadRow(letter=letter, part=part, uri=uri))


async def forget_old(session: AsyncSession, before: float) -> None:
    gone = select(LetterRow.number).where(
        LetterRow.at < before,
        LetterRow.state.in_((LetterState.DONE.value, LetterState.REFUSED.value)),
    )
    await session.execute(delete(UploadRow).where(UploadRow.letter.in_(gone)))
    await session.execute(delete(LetterRow).where(LetterRow.number.in_(gone)))


async def counted(session: AsyncSession) -> dict[str, int]:
    """How many mails are in each state."""
    statement = select(LetterRow.state, func.count()).group_by(LetterRow.state)
    return {state: number for state, number in await session.execute(statement)}


async def retry(session: AsyncSession) -> int:
    """What was set aside is new again; how many."""
    aside = select(LetterRow).where(LetterRow.state == LetterState.ASIDE.value)
    found = list(await session.scalars(aside))
    for row in found:
        row.state, row.tries, row.due = LetterState.NEW.value, 1, 0.0
    return len(found)
