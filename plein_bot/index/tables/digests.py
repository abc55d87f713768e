"""Digests: how often people want one, and what they have read."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.digests import Often, Way
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.tables.ledger import Ledger
from plein_bot.index.tables.machinery import Machinery


class DigestRow(Ledger):
    """How somebody wants their digest. All that came before `until` was told.

    Where it was ended, `stopped` is how often it came.
    `number` stands for them in the link that ends it, and is never given to somebody else.
    """

    __tablename__ = "digests"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[UserId] = mapped_column(unique=True)
    often: Mapped[Often]
    stopped: Mapped[Often | None]
    way: Mapped[Way]
    until: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)


class ReceiptRow(Machinery):
    """How far somebody who gets digests has read a room, as their client told everybody there.

    `thread` is the event at the root of one, "main" for what stands in none, "" for all of it.
    """

    __tablename__ = "receipts"

    room_id: Mapped[RoomId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(primary_key=True, index=True)
    thread: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[EventId]
    ts: Mapped[int] = mapped_column(index=True)
