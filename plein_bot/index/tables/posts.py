"""Posts, as the projection keeps them: what their rooms say of them, ready to be listed."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.tables.ledger import Ledger
from plein_bot.index.tables.projection import Projection


class PostRow(Projection):
    """A post that stands. Times are `origin_server_ts`, in milliseconds.

    Its revisions, comments and reactions are the events that relate to `event_id`. `latest` is the
    event that made its text what it is. `closes_at` where people are asked to think along,
    `ended_at` once that is over; the `outcome` is what came of it (`domain/consultations.py`).
    """

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_room_id_posted_at", "room_id", "posted_at"),)

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)
    card: Mapped[EventId] = mapped_column(index=True)
    room_id: Mapped[RoomId]
    slug: Mapped[str]
    author: Mapped[UserId] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str]
    posted_at: Mapped[int] = mapped_column(index=True)
    edited_at: Mapped[int | None]
    featured: Mapped[bool]
    closed: Mapped[bool]
    typed: Mapped[bool]
    latest: Mapped[EventId]
    kept: Mapped[bool]
    closes_at: Mapped[int | None] = mapped_column(index=True)
    ended_at: Mapped[int | None]
    outcome: Mapped[str | None]
    outcome_by: Mapped[UserId | None]
    outcome_at: Mapped[int | None]
    outcome_event: Mapped[EventId | None]


class PostTagRow(Projection):
    __tablename__ = "post_tags"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class PostNumberRow(Ledger):
    """The number and the short name that a post was given: once, and for ever.

    The card says them too; this is kept so that nothing gets them twice, also when the post is
    withdrawn. `key` is what became the post: its author's event, or `draft:12`, of which `event`
    is known once it is said.
    """

    __tablename__ = "post_numbers"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    event: Mapped[EventId | None] = mapped_column(unique=True)
    room: Mapped[RoomId] = mapped_column(index=True)
    slug: Mapped[str] = mapped_column(index=True)
    author: Mapped[UserId]


class DraftRow(Ledger):
    """A post that is being written. `cause` began it, `last_cause` changed it last.

    `replaces` is the number of the post of which this is to be the next version. Of one that is
    `done` only the number stays.
    """

    __tablename__ = "drafts"
    __table_args__ = {"sqlite_autoincrement": True}

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person: Mapped[UserId] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str]
    place: Mapped[RoomId | None]
    publish_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    replaces: Mapped[int | None]
    changed_at: Mapped[datetime]
    done: Mapped[bool] = mapped_column(default=False)
    cause: Mapped[str] = mapped_column(unique=True)
    last_cause: Mapped[str]


class DraftPictureRow(Ledger):
    """A picture of a document that a draft was made of, until the draft is sent or thrown away.

    The text calls it `image:<number>`. `url` once it has an address in the media
    repository; it may not stand there yet.
    """

    __tablename__ = "draft_pictures"

    draft: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mime: Mapped[str]
    data: Mapped[bytes]
    url: Mapped[str | None]
