"""Which events came in, and which are yet to be attended to?"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.email.store import reached
from bridges.email.store.tables import EventRow, TransactionRow

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    event_id: str
    room_id: str
    sender: str
    kind: str
    state_key: str | None
    content: Json
    unsigned: Json
    redacts: str | None
    at: float
    tries: int


async def keep(session: AsyncSession, transaction: str, events: list[Json], now: float) -> None:
    """Write down a transaction. One that is known is left as it is, and so is a known event."""
    if await session.get(TransactionRow, transaction) is not None:
        return
    session.add(TransactionRow(id=transaction, at=now))
    named = [
        event
        for event in events
        if all(isinstance(event.get(name), str) for name in ("event_id", "room_id", "type"))
    ]
    fetched = await reached.fetched(session, [event["event_id"] for event in named])
    new = [event for event in named if event["event_id"] not in fetched]
    for event in new:
        await _keep(session, event)
    for event in {event["room_id"]: event for event in new}.values():
        await reached.reach(session, event["room_id"], event["event_id"], _moment(event))


async def catch_up(session: AsyncSession, room_id: str, events: list[Json], now: float) -> None:
    """Write down what was in a room and had not come, in its order."""
    fetched = await reached.fetched(session, [event["event_id"] for event in events])
    for event in events:
        if event["event_id"] not in fetched:
            await _keep(session, event | {"room_id": room_id})
            await reached.fetch(session, event["event_id"], now)
    await reached.reach(session, room_id, events[-1]["event_id"], _moment(events[-1]))


async def begin_at(session: AsyncSession, room_id: str, event: Json) -> None:
    """Of a room that was not known, nothing is looked for that was said before this."""
    await reached.reach(session, room_id, event["event_id"], _moment(event))


async def _keep(session: AsyncSession, event: Json) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "event_id": event["event_id"],
        "room_id": event["room_id"],
        "content": json.dumps(event),
        "tries": 0,
        "due": 0.0,
    }
    statement = dialect.insert(EventRow).values(**values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["event_id"]))


async def rooms(session: AsyncSession, now: float) -> list[str]:
    """Those of which the first event is due."""
    first = select(func.min(EventRow.number).label("number")).group_by(EventRow.room_id).subquery()
    statement = (
        select(EventRow.room_id)
        .join(first, EventRow.number == first.c.number)
        .where(EventRow.due <= now)
    )
    return list(await session.scalars(statement))


async def begin(session: AsyncSession, room_id: str) -> Event | None:
    """The first event of a room, with one try more than it had."""
    row = await session.scalar(
        select(EventRow).where(EventRow.room_id == room_id).order_by(EventRow.number).limit(1)
    )
    if row is None:
        return None
    row.tries += 1
    await session.flush()
    raw = json.loads(row.content)
    return Event(
        row.number,
        row.event_id,
        row.room_id,
        str(raw.get("sender", "")),
        str(raw["type"]),
        raw["state_key"] if isinstance(raw.get("state_key"), str) else None,
        raw["content"] if isinstance(raw.get("content"), dict) else {},
        raw["unsigned"] if isinstance(raw.get("unsigned"), dict) else {},
        _redacted(raw),
        _moment(raw),
        row.tries,
    )


def _redacted(raw: Json) -> str | None:
    content = raw.get("content")
    # Room version 11 moved it into the content.
    found = raw.get("redacts") or (content.get("redacts") if isinstance(content, dict) else None)
    return found if isinstance(found, str) else None


def _moment(raw: Json) -> float:
    at = raw.get("origin_server_ts")
    return at / 1000 if isinstance(at, int) else 0.0


async def done(session: AsyncSession, number: int) -> None:
    await session.execute(delete(EventRow).where(EventRow.number == number))


async def later(session: AsyncSession, number: int, due: float) -> None:
    await session.execute(update(EventRow).where(EventRow.number == number).values(due=due))


async def forget_transactions(session: AsyncSession, before: float) -> None:
    await session.execute(delete(TransactionRow).where(TransactionRow.at < before))
    await reached.forget(session, before)
