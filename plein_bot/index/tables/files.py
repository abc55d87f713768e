"""Files, as the projection keeps them, and copies of them that were sent to people."""

import enum
from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.scanning import Verdict
from plein_bot.index.tables.ledger import Ledger
from plein_bot.index.tables.machinery import Machinery
from plein_bot.index.tables.projection import Projection


class FileRow(Projection):
    """A file that stands (`domain/files.SharedFile`). `ts` is `origin_server_ts`.

    Where it is, and how it is opened, stands in the event `latest`.
    """

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_room_id_ts", "room_id", "ts"),)

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    latest: Mapped[EventId]
    room_id: Mapped[RoomId]
    sender: Mapped[UserId]
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int | None]
    ts: Mapped[int]
    folder: Mapped[str]
    description: Mapped[str]


class FileTagRow(Projection):
    __tablename__ = "file_tags"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class Reading(enum.StrEnum):
    BEGUN = "begun"
    READ = "read"
    FAILED = "failed"


class FileTextRow(Ledger):
    """What is in a file; the only copy once the homeserver has purged it.

    `latest` is the event with the file that was read, `tries` how often that was begun. `mime` is
    what it is by its content, `reason` why it could not be read.
    """

    __tablename__ = "file_texts"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    latest: Mapped[EventId]
    state: Mapped[Reading]
    tries: Mapped[int]
    hash: Mapped[str] = mapped_column(index=True)
    mime: Mapped[str]
    text: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


class FileScanRow(Ledger):
    """What the virus scanner said of the file in the event `latest`.

    No `verdict` yet where it failed `tries` times on this file.
    """

    __tablename__ = "file_scans"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    latest: Mapped[EventId]
    verdict: Mapped[Verdict | None]
    finding: Mapped[str]
    tries: Mapped[int]
    at: Mapped[datetime]


class UnreadFileRow(Machinery):
    """A file that is to be read, as it stands in the event `latest`.

    Without it the few that wait would be looked for among all files, after every sync.
    """

    __tablename__ = "unread_files"
    __table_args__ = (Index("ix_unread_files_ts", "ts", "event_id"),)

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    latest: Mapped[EventId]
    ts: Mapped[int]


class FileCopyRow(Ledger):
    """A file that was sent to somebody apart: it goes when `original` does."""

    __tablename__ = "file_copies"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    chat: Mapped[RoomId]
    original: Mapped[EventId] = mapped_column(index=True)


class ZippedFileRow(Ledger):
    """A file that went into a zip that `cause` makes: it goes when `original` does.

    `event_id` is the message with the zip in the direct chat `chat`, while that stands.
    """

    __tablename__ = "zipped_files"

    cause: Mapped[str] = mapped_column(primary_key=True)
    original: Mapped[EventId] = mapped_column(primary_key=True, index=True)
    chat: Mapped[RoomId]
    event_id: Mapped[EventId | None]
