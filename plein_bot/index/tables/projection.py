"""Projection: what the rooms say. All of it can be made again from the homeserver (`rebuilding`).

Except what the homeserver purged: that stays here, with `held_here_only`.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.events import Json, Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.people import OrganisationKind
from plein_bot.index.tables.base import Table


class Projection(Table):
    __abstract__ = True


class RoomRow(Projection):
    """A room that the bot is in, was in, or is invited to.

    `membership` is the bot's own. `kind`, `cause` and `replaces` stand in the creation content,
    where nobody can change or forge them; a room is `managed` when the bot is its creator and it
    has a kind. `subsite` stands there too, until the bot says in the room that it is another.
    `replaces` is the room that this one took the place of. `gone` when the homeserver stopped
    showing a room that the bot was in.
    """

    __tablename__ = "rooms"

    room_id: Mapped[RoomId] = mapped_column(primary_key=True)
    membership: Mapped[Membership]
    creator: Mapped[UserId | None]
    version: Mapped[str | None]
    kind: Mapped[str | None]
    cause: Mapped[str | None] = mapped_column(index=True)
    subsite: Mapped[str | None] = mapped_column(index=True)
    replaces: Mapped[str | None] = mapped_column(index=True)
    encrypted: Mapped[bool] = mapped_column(default=False)
    managed: Mapped[bool] = mapped_column(default=False)
    gone: Mapped[bool] = mapped_column(default=False)


class EventRow(Projection):
    """Everything that happened in the managed rooms.

    `position` counts from 1 in the room's order, as the homeserver gave it; a rebuild may renumber
    it. `relation` is the `rel_type` and `relates_to` the event of the content's `m.relates_to`
    (specification, "Forming relationships between events"): also of what is encrypted.
    `held_here_only` when the homeserver no longer has the event.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("room_id", "position"),
        Index("ix_events_room_id_type_position", "room_id", "type", "position"),
        # Of a room with thousands of members, when this one came and went.
        Index(
            "ix_events_state",
            "room_id",
            "type",
            "state_key",
            "position",
            sqlite_where=text("state_key IS NOT NULL"),
            postgresql_where=text("state_key IS NOT NULL"),
        ),
    )

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    room_id: Mapped[RoomId] = mapped_column(ForeignKey(RoomRow.room_id))
    position: Mapped[int]
    type: Mapped[str]
    state_key: Mapped[str | None]
    sender: Mapped[UserId]
    ts: Mapped[int]
    content: Mapped[Json]
    redacts: Mapped[EventId | None]
    relation: Mapped[str | None]
    relates_to: Mapped[EventId | None] = mapped_column(index=True)
    redacted: Mapped[bool] = mapped_column(default=False)
    held_here_only: Mapped[bool] = mapped_column(default=False)


class StateRow(Projection):
    """The present state of every room that the bot is in, without the members.

    Of a room that it left, the state as it last was.
    """

    __tablename__ = "state"

    room_id: Mapped[RoomId] = mapped_column(ForeignKey(RoomRow.room_id), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    state_key: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[EventId] = mapped_column(index=True)
    sender: Mapped[UserId]
    ts: Mapped[int]
    content: Mapped[Json]


class MemberRow(Projection):
    """Everybody who has, or had, something to do with a room. `name` is the one they bear there."""

    __tablename__ = "members"

    room_id: Mapped[RoomId] = mapped_column(ForeignKey(RoomRow.room_id), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(primary_key=True, index=True)
    membership: Mapped[Membership]
    name: Mapped[str | None]
    event_id: Mapped[EventId] = mapped_column(index=True)
    sender: Mapped[UserId]
    ts: Mapped[int]


class PlaceRow(Projection):
    """A subsite or a group, as its room's state says.

    `content` is that of `nl.plein.subsite` or `nl.plein.group`. `subsite` is the space of a group;
    of a subsite it is empty. `lookup` is the name in lower case. `public` where everybody
    reads along.
    """

    __tablename__ = "places"

    room_id: Mapped[RoomId] = mapped_column(ForeignKey(RoomRow.room_id), primary_key=True)
    slug: Mapped[str] = mapped_column(index=True)
    subsite: Mapped[RoomId | None] = mapped_column(index=True)
    name: Mapped[str]
    lookup: Mapped[str] = mapped_column(index=True)
    topic: Mapped[str]
    content: Mapped[Json]
    public: Mapped[bool] = mapped_column(default=False, index=True)


class OrganisationRow(Projection):
    """An organisation of the register: one state event of the bot's register room."""

    __tablename__ = "organisations"

    slug: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[RoomId] = mapped_column(ForeignKey(RoomRow.room_id))
    name: Mapped[str]
    kind: Mapped[OrganisationKind]
    content: Mapped[Json]
