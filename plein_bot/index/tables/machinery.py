"""Machinery: how far the process has got. It is neither rebuilt nor exported."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.protections import Mode, Protection
from plein_bot.index.tables.base import Table


class Machinery(Table):
    __abstract__ = True


class SyncTokenRow(Machinery):
    """How far into the sync stream the projection and the work have got, per account of the bot."""

    __tablename__ = "sync_tokens"

    bot: Mapped[UserId] = mapped_column(primary_key=True)
    next_batch: Mapped[str]


class Progress(enum.StrEnum):
    WAITING = "waiting"
    DONE = "done"
    ASIDE = "aside"


class WorkRow(Machinery):
    """Something to be done once, in the order of `sequence` within its lane.

    `number` is what a person was told when the work was set aside; it is never given out again.
    """

    __tablename__ = "work"
    # Without it SQLite gives the number of a forgotten row to the next one.
    __table_args__ = {"sqlite_autoincrement": True}

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    lane: Mapped[str]
    incoming: Mapped[Json]
    progress: Mapped[Progress] = mapped_column(default=Progress.WAITING)
    number: Mapped[int | None] = mapped_column(unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


# Of a day's work only a handful is outstanding, and that handful is asked for after every sync.
Index(
    "ix_work_waiting",
    WorkRow.sequence,
    sqlite_where=WorkRow.progress == Progress.WAITING,
    postgresql_where=WorkRow.progress == Progress.WAITING,
)


class CounterRow(Machinery):
    """The last number given out under a name."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class LeaseRow(Machinery):
    """Who may write. `until` is in milliseconds since 1970 by the database's clock."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[int]


class LineRow(Machinery):
    """What became of a line that somebody typed, so that editing it is understood; for a day."""

    __tablename__ = "lines"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    understood: Mapped[bool]
    cause: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class UndecryptableRow(Machinery):
    """An encrypted message whose key has not come, as the homeserver gave it."""

    __tablename__ = "undecryptables"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    room_id: Mapped[RoomId] = mapped_column(index=True)
    sender: Mapped[UserId]
    raw: Mapped[Json]
    received_at: Mapped[datetime]


class HitRow(Machinery):
    """Somebody did more in a place than a protection allows, from the event `since` on; for a day.

    `cause` is the work that saw to it, `notice` the line in which the staff read of it.
    """

    __tablename__ = "hits"
    __table_args__ = (UniqueConstraint("room_id", "person", "protection", "since"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    room_id: Mapped[RoomId]
    person: Mapped[UserId]
    protection: Mapped[Protection]
    mode: Mapped[Mode]
    since: Mapped[EventId]
    at: Mapped[datetime] = mapped_column(index=True)
    cause: Mapped[str | None] = mapped_column(index=True)
    notice: Mapped[EventId | None]
