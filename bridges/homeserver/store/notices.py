"""What does the relay itself have to say, and to whom?

It is written in the transaction that changes what it tells of, so that it is said once, whatever
happens in between.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from bridges.homeserver.store.database import Session
from bridges.homeserver.store.tables import ChatRow, NoticeRow, QuestionRow

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """An event of the relay's account. It goes into a room, or into the chat with a `person`.

    `content` of a file is its name and its text; it is brought to the homeserver as it goes out.
    """

    cause: str
    side: str
    content: Mapping[str, Any]
    room: str | None = None
    person: str | None = None
    kind: str = "m.room.message"
    state_key: str | None = None

    @property
    def lane(self) -> str:
        return f"{self.side} {self.room or self.person}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """`begun` is when it was tried before, or None."""

    number: int
    notice: Notice
    tries: int
    begun: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody was asked to say yes to: accepting a link, as it stood then."""

    link: int
    room: str
    fingerprint: str
    until: float


async def write(session: Session, notices: list[Notice], now: float) -> None:
    """What has the same cause is written once, wherever it is to go."""
    for one in notices:
        known = exists().where(NoticeRow.side == one.side, NoticeRow.cause == one.cause)
        if await session.scalar(select(known)):
            continue
        session.add(
            NoticeRow(
                cause=one.cause,
                side=one.side,
                lane=one.lane,
                room_id=one.room,
                person=one.person,
                kind=one.kind,
                state_key=one.state_key,
                content=json.dumps(dict(one.content)),
                at=now,
            )
        )
        await session.flush()


async def is_answered(session: Session, side: str, event_id: str) -> bool:
    """Whether an event was seen to already, for what is done for one is written with its notice."""
    known = exists().where(NoticeRow.side == side, NoticeRow.cause == first_of(event_id))
    return bool(await session.scalar(select(known)))


def first_of(event_id: str) -> str:
    """The cause of the answer to an event; there is always one."""
    return f"{event_id}:answer"


async def lanes(session: Session, now: float) -> list[str]:
    first = (
        select(func.min(NoticeRow.number).label("number"))
        .where(~NoticeRow.sent)
        .group_by(NoticeRow.lane)
        .subquery()
    )
    statement = (
        select(NoticeRow.lane)
        .join(first, NoticeRow.number == first.c.number)
        .where(NoticeRow.due <= now)
    )
    return list(await session.scalars(statement))


async def begin(session: Session, lane: str, now: float) -> Waiting | None:
    row = await session.scalar(
        select(NoticeRow)
        .where(NoticeRow.lane == lane, ~NoticeRow.sent)
        .order_by(NoticeRow.number)
        .limit(1)
    )
    if row is None:
        return None
    notice = Notice(
        row.cause,
        row.side,
        json.loads(row.content),
        row.room_id,
        row.person,
        row.kind,
        row.state_key,
    )
    before, row.begun = row.begun, row.begun or now
    await session.flush()
    return Waiting(row.number, notice, row.tries, before)


async def sent(session: Session, number: int) -> None:
    """It stays a while, so that nobody says it again; what it said does not."""
    await session.execute(
        update(NoticeRow).where(NoticeRow.number == number).values(sent=True, content="{}")
    )


async def later(session: Session, number: int, due: float, *, counts: bool) -> None:
    values: dict[str, Any] = {"due": due}
    if counts:
        values["tries"] = NoticeRow.tries + 1
    await session.execute(update(NoticeRow).where(NoticeRow.number == number).values(**values))


async def forget_old(session: Session, before: float) -> None:
    await session.execute(delete(NoticeRow).where(NoticeRow.sent, NoticeRow.at < before))
    await session.execute(delete(QuestionRow).where(QuestionRow.until < before))


async def chat(session: Session, side: str, person: str) -> str | None:
    """The newest direct chat with somebody: the one where they look."""
    statement = (
        select(ChatRow.room_id)
        .where(ChatRow.side == side, ChatRow.user_id == person)
        .order_by(ChatRow.at.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def chats_in(session: Session, side: str, room: str, person: str, now: float) -> None:
    if await session.get(ChatRow, (side, room)) is None:
        session.add(ChatRow(side=side, room_id=room, user_id=person, at=now))
        await session.flush()


async def is_chat(session: Session, side: str, room: str, person: str) -> bool:
    row = await session.get(ChatRow, (side, room))
    return row is not None and row.user_id == person


async def ask(session: Session, side: str, here: str, person: str, question: Question) -> None:
    """One question at a time: the newest."""
    await settle(session, side, here, person)
    session.add(
        QuestionRow(
            side=side,
            here=here,
            user_id=person,
            link=question.link,
            room_id=question.room,
            fingerprint=question.fingerprint,
            until=question.until,
        )
    )
    await session.flush()


async def asked(session: Session, side: str, here: str, person: str, now: float) -> Question | None:
    row = await session.get(QuestionRow, (side, here, person))
    if row is None or row.until < now:
        return None
    return Question(row.link, row.room_id, row.fingerprint, row.until)


async def settle(session: Session, side: str, here: str, person: str) -> None:
    """The question is answered, either way."""
    await session.execute(
        delete(QuestionRow).where(
            QuestionRow.side == side, QuestionRow.here == here, QuestionRow.user_id == person
        )
    )
