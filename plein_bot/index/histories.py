"""How did things stand when something was said: how visible was it, and who was there?"""

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, literal, select, type_coerce
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.reading import Then
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks, sql_table
from plein_bot.index.sealed import ENCRYPTED
from plein_bot.index.tables.projection import EventRow

_HISTORY = "m.room.history_visibility"
_MEMBER = "m.room.member"


_PERSON = sql_table(EventRow).c.sender.type


async def then(index: Index, person: UserId, events: Collection[EventId]) -> dict[EventId, Then]:
    """Of each event that Plein has: the room's history visibility and somebody's membership then.

    A question for some thousands of them.
    """
    found: dict[EventId, Then] = {}
    async with index.reading() as session:
        for chunk in chunks(events):
            asked = {"person": person, "events": chunk}
            for row in await (await session.connection()).execute(_OF_EVENTS, asked):
                found[row.event_id] = then_of(row.history, row.stay, row.type)
    return found


def facts(event: type[EventRow], prefix: str) -> tuple[ColumnElement[Any], ...]:
    """Columns for `then_of`: `history`, `stay` and `type`, of each row of `event`, as they stand.

    `stay` is that of `:person`.
    """
    stay = _last(event, _MEMBER, bindparam("person", type_=_PERSON))
    return (
        visibility(event).label(f"{prefix}history"),
        stay.label(f"{prefix}stay"),
        event.type.label(f"{prefix}type"),
    )


def visibility(event: type[EventRow]) -> ColumnElement[Any]:
    """The content, as JSON, of the history visibility that held when each row of `event` came."""
    return _last(event, _HISTORY, literal(""))


def is_sealed(kind: str | None) -> bool:
    return kind == ENCRYPTED


@lru_cache(4096)
def visibility_in(content: str | None) -> str:
    return str(json.loads(content or "{}").get("history_visibility", ""))


async def stays(
    index: Index, people: Collection[UserId], rooms: Collection[RoomId]
) -> dict[tuple[RoomId, UserId], list[tuple[int, Membership]]]:
    """How each of these people came and went, by the room's positions, the first first."""
    found: dict[tuple[RoomId, UserId], list[tuple[int, Membership]]] = {}
    async with index.reading() as session:
        rows = await session.execute(
            select(EventRow.room_id, EventRow.state_key, EventRow.position, EventRow.content)
            .where(
                EventRow.room_id.in_(rooms),
                EventRow.type == _MEMBER,
                EventRow.state_key.in_(people),
            )
            .order_by(EventRow.position)
        )
        for room, person, position, content in rows:
            membership = _membership(content.get("membership"))
            found.setdefault((room, UserId(person or "")), []).append((position, membership))
    return found


@lru_cache(4096)
def then_of(history: str | None, stay: str | None, kind: str | None) -> Then:
    """Where nothing was ever said of it, the room is shut and the person away.

    Of a hundred events most have the same.
    """
    return Then(
        visibility_in(history),
        _membership(json.loads(stay or "{}").get("membership")),
        is_sealed(kind),
    )


def _last(event: type[EventRow], kind: str, key: ColumnElement[str]) -> ColumnElement[Any]:
    """What was last said of one thing of the room's state: it held when the event came."""
    change = aliased(EventRow)
    return (
        select(type_coerce(change.content, Text()))
        .where(
            change.room_id == event.room_id,
            change.type == kind,
            change.state_key == key,
            change.position <= event.position,
        )
        .order_by(change.position.desc())
        .limit(1)
        .scalar_subquery()
    )


_OF_EVENTS = select(EventRow.event_id, *facts(EventRow, "")).where(
    EventRow.event_id.in_(bindparam("events", expanding=True))
)


def _membership(value: object) -> Membership:
    known = isinstance(value, str) and value in set(Membership)
    return Membership(value) if known else Membership.LEAVE  # type: ignore[arg-type]
