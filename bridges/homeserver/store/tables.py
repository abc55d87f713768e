"""The tables of the relay. All of it is ledger: nothing of this stands anywhere else.

A side is named as the configuration names it. Moments are seconds since 1970. What somebody said
is kept until it has crossed, and no longer.
"""

from sqlalchemy import Float, Index, Integer, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bridges.common.database import NAMES


class Table(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text(), float: Float(), int: Integer()}


class TransactionRow(Table):
    """A transaction of a homeserver that was stored."""

    __tablename__ = "transactions"
    side: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]


class EventRow(Table):
    """An event that came in. It goes when nothing waits for it any more.

    `attended` is false as long as the relay itself has yet to see to it: a command, an invitation.
    """

    __tablename__ = "events"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    side: Mapped[str]
    room_id: Mapped[str]
    event_id: Mapped[str]
    content: Mapped[str]
    at: Mapped[float]
    attended: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)
    __table_args__ = (UniqueConstraint("side", "event_id"), Index(None, "attended", "side"))


class ReachedRow(Table):
    """The newest event of a room that came in: what comes after it has yet to come."""

    __tablename__ = "reached"
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]


class FetchedRow(Table):
    """An event that the relay fetched by itself; a homeserver that brings it still, is late."""

    __tablename__ = "fetched"
    side: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]


class LinkRow(Table):
    """A room of one side that is, or is to be, linked with a room of another.

    The accepting room is null where the offer leaves it open. Each side's staff have rules of
    their own (JSON); the stricter holds. `resting` names the sides that have it rest. `reason` is
    why it is as it is, for the staff.
    """

    __tablename__ = "links"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    offering_side: Mapped[str]
    offering_room: Mapped[str] = mapped_column(index=True)
    accepting_side: Mapped[str]
    accepting_room: Mapped[str | None] = mapped_column(index=True)
    offered_by: Mapped[str]
    accepted_by: Mapped[str | None]
    offering_rules: Mapped[str] = mapped_column(default="{}")
    accepting_rules: Mapped[str] = mapped_column(default="{}")
    state: Mapped[str] = mapped_column(String(10), index=True)
    resting: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    since: Mapped[float]


class CrossingRow(Table):
    """Something that is to cross a link to `side`; what is first in a lane goes first.

    `kind` says what: an event, or work on the link as a whole (`event` is null then). `begun` is
    when it was first tried. Set aside, it is shown by `plein-relay status`, with `trouble`.
    """

    __tablename__ = "crossings"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event: Mapped[int | None] = mapped_column(index=True)
    link: Mapped[int]
    side: Mapped[str]
    lane: Mapped[str]
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[float]
    begun: Mapped[float | None]
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)
    trouble: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("event", "lane"), Index(None, "state", "lane", "number"))


class CopyRow(Table):
    """Which event in a room is the copy of which event elsewhere, and who said that there.

    `post` tells whether it crossed as a post, or as part of one.
    """

    __tablename__ = "copies"
    origin_side: Mapped[str] = mapped_column(primary_key=True)
    origin_event: Mapped[str] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    origin_room: Mapped[str]
    author: Mapped[str]
    post: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index(None, "side", "event_id"),)


class GhostRow(Table):
    """Somebody of elsewhere, as an account on a side; `name` and `avatar` as they were given it."""

    __tablename__ = "ghosts"
    side: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]
    registered: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str | None]
    avatar: Mapped[str | None]
    __table_args__ = (UniqueConstraint("side", "origin"),)


class MemberRow(Table):
    """A ghost that is in a room."""

    __tablename__ = "members"
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)


class SilencedRow(Table):
    """Somebody whose ghost was removed from a room: of them nothing crosses to it any more."""

    __tablename__ = "silenced"
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    banned: Mapped[bool]
    at: Mapped[float]


class MediaRow(Table):
    """A file that was brought to a side, by what is in it and as what it is served: once each."""

    __tablename__ = "media"
    side: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    mime: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str]
    filled: Mapped[bool] = mapped_column(default=False)


class SourceRow(Table):
    """What a file is, by its address on the side that it comes from."""

    __tablename__ = "sources"
    side: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    size: Mapped[int]
    mime: Mapped[str]
    served: Mapped[str]


class AuditRow(Table):
    """Something that crossed, or that did not and by which rule. No words of anybody."""

    __tablename__ = "audits"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    link: Mapped[int] = mapped_column(index=True)
    side: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)
    kind: Mapped[str]
    size: Mapped[int]
    sender: Mapped[str]
    event_id: Mapped[str]
    outcome: Mapped[str]


class NoticeRow(Table):
    """Something that the relay itself has to say, in a room or in the chat with a person.

    `cause` is what it is about: the same is said once. `begun` is when it was first tried. What
    was `sent` stays for a while, without what it said.
    """

    __tablename__ = "notices"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cause: Mapped[str]
    side: Mapped[str]
    lane: Mapped[str]
    room_id: Mapped[str | None]
    person: Mapped[str | None]
    kind: Mapped[str]
    state_key: Mapped[str | None]
    content: Mapped[str]
    at: Mapped[float]
    begun: Mapped[float | None]
    sent: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float] = mapped_column(default=0.0)
    __table_args__ = (UniqueConstraint("side", "cause"), Index(None, "sent", "lane", "number"))


class ChatRow(Table):
    """A direct chat of somebody with the relay, and since when; the newest is where they look."""

    __tablename__ = "chats"
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[float]


class InvitationRow(Table):
    """The last invitation of somebody into a room that they do not manage."""

    __tablename__ = "invitations"
    side: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)


class QuestionRow(Table):
    """What somebody was asked, in a room, to say yes to; `fingerprint` of how things stood."""

    __tablename__ = "questions"
    side: Mapped[str] = mapped_column(primary_key=True)
    here: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    link: Mapped[int]
    room_id: Mapped[str]
    fingerprint: Mapped[str]
    until: Mapped[float]
