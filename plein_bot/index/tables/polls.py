"""Polls, as the projection keeps them: what their rooms say of them, ready to be counted."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.events import Json
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.tables.projection import Projection


class PollRow(Projection):
    """A poll that stands (`domain/polls.Poll`). Times are `origin_server_ts`, in milliseconds.

    `answers` has one key of that name: a list of objects with `id` and `text`.
    """

    __tablename__ = "polls"
    __table_args__ = (Index("ix_polls_room_id_started_at", "room_id", "started_at"),)

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    room_id: Mapped[RoomId]
    author: Mapped[UserId]
    latest: Mapped[EventId]
    question: Mapped[str]
    answers: Mapped[Json]
    most: Mapped[int]
    disclosed: Mapped[bool]
    stable: Mapped[bool]
    thread: Mapped[EventId | None] = mapped_column(index=True)
    started_at: Mapped[int]
    ended_at: Mapped[int | None]
    end_event: Mapped[EventId | None]
    result: Mapped[EventId | None] = mapped_column(index=True)


class VoteRow(Projection):
    """The one vote of a person that counts; `answers` has one key of that name, a list of ids."""

    __tablename__ = "votes"

    poll: Mapped[EventId] = mapped_column(primary_key=True)
    person: Mapped[UserId] = mapped_column(primary_key=True)
    event_id: Mapped[EventId]
    answers: Mapped[Json]
