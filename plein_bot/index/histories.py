"""How did things stand when something was said: how visible was it, and who was there?"""

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, literal, select, type_coerce
from sqlalchemy.orm import aliased

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, UserId
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
        _last(event, _HISTORY, literal("")).label(f"{prefix}history"),
        stay.label(f"{prefix}stay"),
        event.type.label(f"{prefix}type"),
    )


@lru_cache(4096)
def then_of(history: str | None, stay: str | None, kind: str | None) -> Then:
    """Where nothing was ever said of it, the room is shut and the person away.

    Of a hundred events most have the same.
    """
    return Then(
        str(json.loads(history or "{}").get("history_visibility", "")),
        _membership(json.loads(stay or "{}").get("membership")),
        kind == ENCRYPTED,
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
