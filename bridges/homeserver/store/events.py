"""Which events came in, where are they to go, and which has the relay itself to see to?"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store import crossings, reached
from bridges.homeserver.store.crossings import CrossingKind
from bridges.homeserver.store.tables import EventRow, LinkRow, TransactionRow

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An event as its homeserver gave it, whole in `raw`."""

    number: int
    side: str
    room_id: str
    event_id: str
    raw: Json
    tries: int = 0

    @property
    def sender(self) -> str:
        return str(self.raw.get("sender", ""))

    @property
    def kind(self) -> str:
        return str(self.raw.get("type", ""))

    @property
    def content(self) -> Json:
        content = self.raw.get("content")
        return content if isinstance(content, dict) else {}

    @property
    def state_key(self) -> str | None:
        key = self.raw.get("state_key")
        return key if isinstance(key, str) else None


@dataclass(frozen=True, slots=True)
class Concerns:
    """What there is to do: cross, `late` also where the link rests; be seen to by the relay,
    `alone` only where its room has no link, and so is perhaps a chat with the relay. Whoever
    `goes` is gone at the other end too, at once, also where the link rests."""

    crosses: bool
    late: bool
    ours: bool
    alone: bool = False
    goes: bool = False


async def keep(
    session: AsyncSession,
    side: str,
    transaction: str,
    events: list[Json],
    now: float,
    concerns: Callable[[Json], Concerns],
) -> None:
    """Write down a transaction, and over which links its events go.

    One that is known is left as it is, and so is a known event. `concerns` is asked of each.
    """
    if await session.get(TransactionRow, (side, transaction)) is not None:
        return
    session.add(TransactionRow(side=side, id=transaction, at=now))
    named = [
        event
        for event in events
        if all(isinstance(event.get(name), str) for name in ("event_id", "room_id", "type"))
    ]
    fetched = await reached.fetched(session, side, [event["event_id"] for event in named])
    new = [event for event in named if event["event_id"] not in fetched]
    for event in new:
        await _keep(session, side, event, now, concerns(event), None)
    await reached.reach(session, side, {event["room_id"]: event["event_id"] for event in new})


async def catch_up(
    session: AsyncSession,
    side: str,
    room_id: str,
    events: list[Json],
    now: float,
    concerns: Callable[[Json], Concerns],
) -> None:
    """Write down what was in a room and had not come, in its order. It goes over the links that
    were there when it was said."""
    fetched = await reached.fetched(session, side, [event["event_id"] for event in events])
    for event in events:
        if event["event_id"] not in fetched:
            said = event.get("origin_server_ts", 0) / 1000
            whole = event | {"room_id": room_id}
            await _keep(session, side, whole, now, concerns(whole), said)
            await reached.fetch(session, side, event["event_id"], now)
    await reached.reach(session, side, {room_id: events[-1]["event_id"]})


async def _keep(
    session: AsyncSession,
    side: str,
    event: Json,
    now: float,
    what: Concerns,
    said: float | None,
) -> None:
    to = await _links(session, side, event["room_id"], what, said)
    # What was fetched is of a linked room: said before it was linked, it is said to nobody here.
    ours = what.ours or (what.alone and not to and said is None)
    if not to and not ours:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(EventRow)
        .values(
            side=side,
            room_id=event["room_id"],
            event_id=event["event_id"],
            content=json.dumps(event),
            at=now,
            attended=not ours,
            tries=0,
            due=0.0,
        )
        .on_conflict_do_nothing(index_elements=["side", "event_id"])
        .returning(EventRow.number)
    )
    number = await session.scalar(statement)
    if number is not None:
        for link, far, rests in to:
            apart = rests and what.goes
            kind = CrossingKind.DEPARTURE if apart else CrossingKind.EVENT
            await crossings.add(session, link, far, kind, number, now, apart=apart)


async def _links(
    session: AsyncSession, side: str, room: str, what: Concerns, said: float | None
) -> list[tuple[int, str, bool]]:
    """Over which links an event of a room goes, to which sides, and whether the link rests."""
    if not what.crosses:
        return []
    states = ("active", "paused") if what.late or what.goes else ("active",)
    statement = (
        select(LinkRow)
        .where(
            LinkRow.state.in_(states),
            or_(
                (LinkRow.offering_side == side) & (LinkRow.offering_room == room),
                (LinkRow.accepting_side == side) & (LinkRow.accepting_room == room),
            ),
        )
        .order_by(LinkRow.number)
    )
    return [
        (
            row.number,
            row.accepting_side if row.offering_side == side else row.offering_side,
            row.state == "paused",
        )
        for row in await session.scalars(statement)
        if said is None or row.since <= said
    ]


async def get(session: AsyncSession, number: int) -> Event | None:
    row = await session.get(EventRow, number)
    return _event(row) if row is not None else None


async def rooms(session: AsyncSession, now: float) -> list[str]:
    """Those with something that the relay has to see to, and can now."""
    first = (
        select(func.min(EventRow.number).label("number"))
        .where(~EventRow.attended)
        .group_by(EventRow.side, EventRow.room_id)
        .subquery()
    )
    statement = (
        select(EventRow.side, EventRow.room_id)
        .join(first, EventRow.number == first.c.number)
        .where(EventRow.due <= now)
    )
    return [f"{side} {room}" for side, room in await session.execute(statement)]


async def begin(session: AsyncSession, side: str, room: str) -> Event | None:
    """The first that the relay has to see to in a room, with one try more than it had."""
    row = await session.scalar(
        select(EventRow)
        .where(EventRow.side == side, EventRow.room_id == room, ~EventRow.attended)
        .order_by(EventRow.number)
        .limit(1)
    )
    if row is None:
        return None
    row.tries += 1
    await session.flush()
    return _event(row)


async def attended(session: AsyncSession, number: int) -> None:
    await session.execute(update(EventRow).where(EventRow.number == number).values(attended=True))
    await crossings.forget_event(session, number)


async def later(session: AsyncSession, number: int, due: float) -> None:
    await session.execute(update(EventRow).where(EventRow.number == number).values(due=due))


async def forget_transactions(session: AsyncSession, before: float) -> None:
    await session.execute(delete(TransactionRow).where(TransactionRow.at < before))
    await reached.forget(session, before)


def _event(row: EventRow) -> Event:
    return Event(
        row.number, row.side, row.room_id, row.event_id, json.loads(row.content), row.tries
    )
