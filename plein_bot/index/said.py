"""What is said in rooms, as folds and readers see it: also what came encrypted and was opened."""

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.rows import sql_table
from plein_bot.index.tables import Table
from plein_bot.index.tables.projection import EventRow
from plein_bot.index.tables.sealed import SealedRow

_EVENTS, _SEALED = sql_table(EventRow).c, sql_table(SealedRow).c


class Said(Table):
    """An event as its sender meant it. Of what is not opened, as the homeserver gave it.

    The relation is the one outside the ciphertext: there it counts (specification, "Sending
    encrypted events").
    """

    __table__ = (
        select(
            _EVENTS.event_id,
            _EVENTS.room_id,
            _EVENTS.position,
            _EVENTS.sender,
            _EVENTS.ts,
            _EVENTS.relation,
            _EVENTS.relates_to,
            _EVENTS.redacted,
            func.coalesce(_SEALED.type, _EVENTS.type).label("type"),
            func.coalesce(_SEALED.content, _EVENTS.content).label("content"),
        )
        .join_from(EventRow, SealedRow, _SEALED.event_id == _EVENTS.event_id, isouter=True)
        .subquery("said")
    )
    __mapper_args__ = {"primary_key": [__table__.c.event_id]}

    if TYPE_CHECKING:
        event_id: Mapped[EventId]
        room_id: Mapped[RoomId]
        position: Mapped[int]
        sender: Mapped[UserId]
        ts: Mapped[int]
        relation: Mapped[str | None]
        relates_to: Mapped[EventId | None]
        redacted: Mapped[bool]
        type: Mapped[str]
        content: Mapped[Json]
