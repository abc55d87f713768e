"""Ledger: the only copy of what people told Plein. It is backed up, exported and never rebuilt."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.mails import MailState
from plein_bot.domain.offers import OfferState
from plein_bot.domain.requests import RequestState
from plein_bot.index.tables.base import Table


class Ledger(Table):
    __abstract__ = True


class AddressRow(Ledger):
    """An e-mail address, in lower case, that one Matrix ID proved to be theirs."""

    __tablename__ = "addresses"

    address: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(index=True)
    proven_at: Mapped[datetime]


class CodeRow(Ledger):
    """A code that was mailed to prove an address. Only its keyed hash is kept, and for an hour."""

    __tablename__ = "codes"

    cause: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    sent_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


class MailRow(Ledger):
    """A mail on its way out. `cause` is the work and step that wrote it, so that it is sent once.

    What was sent stays without its text, so that its cause is known. Of `several` at once each
    lets a mail that somebody waits for go first. `html` says the same as `text`, or nothing.
    `unsubscribe` is the address by which somebody wants no more of these, where there is one.
    `digest` is the subscription that it was made for, of what happened between `since` and `until`.
    """

    __tablename__ = "mails"

    cause: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    several: Mapped[bool] = mapped_column(default=False)
    unsubscribe: Mapped[str] = mapped_column(default="")
    digest: Mapped[int | None]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    message_id: Mapped[str]
    written_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[MailState]
    error: Mapped[str | None]


class PreferenceRow(Ledger):
    """What somebody chose, or did last.

    The language of answers, the place last used, and the direct chat in which they last spoke.
    """

    __tablename__ = "preferences"

    user_id: Mapped[UserId] = mapped_column(primary_key=True)
    language: Mapped[str | None]
    last_place: Mapped[RoomId | None]
    chat: Mapped[RoomId | None]


class RequestRow(Ledger):
    """A request to take part. `number` is what people call it; it is never given out again."""

    __tablename__ = "requests"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    place: Mapped[RoomId]
    person: Mapped[UserId]
    reason: Mapped[str]
    state: Mapped[RequestState]
    opened_at: Mapped[datetime]
    cause: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UserId | None]
    decided_cause: Mapped[str | None]
    notice: Mapped[EventId | None] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("place", "person", "cause"),
        {"sqlite_autoincrement": True},
    )


# One request of a person for a place waits at a time, however often they ask.
Index(
    "ix_requests_waiting",
    RequestRow.place,
    RequestRow.person,
    unique=True,
    sqlite_where=RequestRow.state == RequestState.WAITING,
    postgresql_where=RequestRow.state == RequestState.WAITING,
)


class TimerRow(Ledger):
    """Something that is due at a moment; gone once it has become work."""

    __tablename__ = "timers"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    lane: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    subject: Mapped[dict[str, Any]]
    cause: Mapped[str]


class OfferRow(Ledger):
    """The ownership of a place, offered to somebody who takes part in it."""

    __tablename__ = "offers"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    place: Mapped[RoomId]
    person: Mapped[UserId] = mapped_column(index=True)
    offered_by: Mapped[UserId]
    state: Mapped[OfferState]
    offered_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(unique=True)
    decided_at: Mapped[datetime | None]
    decided_cause: Mapped[str | None]
    notice: Mapped[EventId | None] = mapped_column(index=True)

    __table_args__ = {"sqlite_autoincrement": True}


# A second offer of a place takes the place of the first.
Index(
    "ix_offers_waiting",
    OfferRow.place,
    unique=True,
    sqlite_where=OfferRow.state == OfferState.WAITING,
    postgresql_where=OfferRow.state == OfferState.WAITING,
)


class DialogueRow(Ledger):
    """What one person in one room is being asked, or was just shown; the next answer is about it.

    `asked` is the command with what is known so far. `cause` is the work that led here.
    """

    __tablename__ = "dialogues"

    room: Mapped[RoomId] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(primary_key=True)
    kind: Mapped[str]
    asked: Mapped[dict[str, Any]]
    cause: Mapped[str]
    notice: Mapped[EventId | None] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    before: Mapped[dict[str, Any] | None]


class ActorRow(Ledger):
    """Who is behind a key of the audit; the one place to delete when somebody is forgotten."""

    __tablename__ = "actors"

    user_id: Mapped[UserId] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)


class AuditRow(Ledger):
    """What was done. Persons stand by key, and there is no free text, so that it can be kept.

    Rows are only ever added (`index/chain.py`). One that is begun is ended by another, whose
    `ends` is its number; otherwise that is 0. `event` is what was judged or made, `why` where the
    reason stands, such as `request:3`. `hash` vouches for the row and for all before it.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    actor: Mapped[str]
    place: Mapped[RoomId] = mapped_column(index=True)
    whom: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str]
    cause: Mapped[str]
    event: Mapped[EventId | None]
    why: Mapped[str] = mapped_column(default="")
    ends: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str]

    __table_args__ = (UniqueConstraint("cause", "action", "place", "whom", "ends"),)


class AuditHeadRow(Ledger):
    """The number and hash of the last row of the audit. There is one, made by the migration."""

    __tablename__ = "audit_head"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str]


class SecretRow(Ledger):
    """Keys that Plein made for itself, such as the one that hides causes in aliases."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
