"""What encrypted messages say, where the place wants them found."""

import enum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index.tables.ledger import Ledger


class Opening(enum.StrEnum):
    WAITING = "waiting"
    LOCKED = "locked"
    OPENED = "opened"


class SealedRow(Ledger):
    """An encrypted event of a place with `index: yes`. No other has a row.

    `type` and `content` are what its sender sealed, once it is opened; of what is never searched
    they stay empty. It is `LOCKED` as long as its key is missing. The only copy once the homeserver
    has purged the event, or the keys are lost.
    """

    __tablename__ = "sealed"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    room_id: Mapped[RoomId] = mapped_column(index=True)
    state: Mapped[Opening] = mapped_column(default=Opening.WAITING)
    type: Mapped[str | None]
    content: Mapped[Json | None]


# Nearly all of them are opened, and the few that wait are asked for after every sync.
Index(
    "ix_sealed_waiting",
    SealedRow.event_id,
    sqlite_where=SealedRow.state == Opening.WAITING,
    postgresql_where=SealedRow.state == Opening.WAITING,
)
