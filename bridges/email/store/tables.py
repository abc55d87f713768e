"""The tables of the bridge. All of it is ledger: nothing of this stands anywhere else.

Moments are seconds since 1970. What somebody wrote is kept until it is sent on, and no longer.
"""

from sqlalchemy import Float, Index, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bridges.common.database import NAMES


class Table(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text(), bytes: LargeBinary(), float: Float(), int: Integer()}


class TransactionRow(Table):
    """A transaction of the homeserver that was stored."""

    __tablename__ = "transactions"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]


class EventRow(Table):
    """An event that is to be attended to. It goes when that is done."""

    __tablename__ = "events"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    room_id: Mapped[str] = mapped_column(index=True)
    content: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)


class ReachedRow(Table):
    """The newest event of a room that came in, said `at`: what comes after it has yet to come."""

    __tablename__ = "reached"
    room_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    at: Mapped[float]


class FetchedRow(Table):
    """An event that the bridge fetched by itself; a homeserver that brings it still, is late."""

    __tablename__ = "fetched"
    event_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]


class PersonRow(Table):
    """Somebody who takes part by mail. `confirmed` is when their address was proven, or null.

    `edits` says that they want a mail of what is changed. `bounces` of their mails came back
    shortly after one another, at `bounced` the last. `renewed` is how often they asked for another
    link to choose by.
    """

    __tablename__ = "people"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    choice: Mapped[str]
    confirmed: Mapped[float | None]
    registered: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[float | None]
    bounces: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[float | None]
    edits: Mapped[bool] = mapped_column(default=False)
    renewed: Mapped[int] = mapped_column(default=0)


class LetterRow(Table):
    """A mail to one of our addresses. `identity` is what the same mail has when it comes again.

    `vouched` is when the owner of its author's address said that it is theirs, or null. `content`
    is null once it is posted or refused.
    """

    __tablename__ = "letters"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(unique=True)
    lane: Mapped[str]
    sender: Mapped[str] = mapped_column(index=True)
    recipient: Mapped[str]
    author: Mapped[str] = mapped_column(index=True)
    content: Mapped[bytes | None]
    state: Mapped[str]
    at: Mapped[float]
    room_id: Mapped[str | None]
    vouched: Mapped[float | None]
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)
    __table_args__ = (Index(None, "state", "lane"),)


class UploadRow(Table):
    """The address in the media repository that part of a letter has, taken before it is sent."""

    __tablename__ = "uploads"
    letter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str]


class MessageRow(Table):
    """A Message-ID and the event that it is the mail of, so that replies find their thread.

    One mail to several places is an event in each.
    """

    __tablename__ = "messages"
    message_id: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(index=True)
    root: Mapped[str]
    subject: Mapped[str]


class ReplyRow(Table):
    """A reply address that was given to somebody with the mail about an event."""

    __tablename__ = "replies"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    event_id: Mapped[str]
    room_id: Mapped[str]


class RoomRow(Table):
    """A place in which ghosts are or were, as its state says."""

    __tablename__ = "rooms"
    room_id: Mapped[str] = mapped_column(primary_key=True)
    subsite: Mapped[str]
    group: Mapped[str]
    name: Mapped[str]
    replaced_by: Mapped[str | None]


class MemberRow(Table):
    """A ghost that has joined a room."""

    __tablename__ = "members"
    room_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class MailRow(Table):
    """A mail on its way out. `cause` is what it is about and for whom: the same makes one mail.

    `content` is null once the mail server has it; for a summary it is one text of it.
    """

    __tablename__ = "mails"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cause: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str | None]
    room_id: Mapped[str | None]
    event_id: Mapped[str | None] = mapped_column(index=True)
    content: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(index=True)
    at: Mapped[float]
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)
