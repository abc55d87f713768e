"""Polls and how their votes stand."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import or_, select

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.polls import Answer, Poll, Question, Vote
from plein_bot.index.database import Index
from plein_bot.index.rows import chunks
from plein_bot.index.tables.polls import PollRow, VoteRow


async def of_event(index: Index, event: EventId) -> Poll | None:
    """The poll that this event is, or tells the result of."""
    query = select(PollRow).where(or_(PollRow.event_id == event, PollRow.result == event))
    async with index.reading() as session:
        row = await session.scalar(query.limit(1))
        return _poll(row) if row else None


async def in_rooms(index: Index, rooms: Collection[RoomId]) -> tuple[Poll, ...]:
    """Those that can still be voted in go first; the newest of each before the others."""
    query = select(PollRow).where(PollRow.room_id.in_(rooms))
    order = (PollRow.end_event.is_not(None), PollRow.started_at.desc(), PollRow.event_id)
    async with index.reading() as session:
        return tuple(_poll(row) for row in await session.scalars(query.order_by(*order)))


async def votes(index: Index, polls: Collection[Poll]) -> dict[EventId, tuple[Vote, ...]]:
    """The votes that count, of each poll."""
    found: dict[EventId, list[Vote]] = {poll.event: [] for poll in polls}
    async with index.reading() as session:
        for chunk in chunks(found):
            rows = await session.scalars(
                select(VoteRow).where(VoteRow.poll.in_(chunk)).order_by(VoteRow.person)
            )
            for row in rows:
                vote = Vote(row.event_id, row.person, tuple(row.answers["answers"]))
                found[row.poll].append(vote)
    return {poll: tuple(each) for poll, each in found.items()}


def _poll(row: PollRow) -> Poll:
    answers = tuple(Answer(one["id"], one["text"]) for one in row.answers["answers"])
    return Poll(
        event=row.event_id,
        room=row.room_id,
        author=row.author,
        question=Question(row.question, answers, row.most, row.disclosed),
        started_at=_moment(row.started_at),
        latest=row.latest,
        stable=row.stable,
        thread=row.thread,
        ended_at=None if row.ended_at is None else _moment(row.ended_at),
        end=row.end_event,
        result=row.result,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
