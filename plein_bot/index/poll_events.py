"""What the events of a room say about its polls, folded into rows."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain import polls as rules
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.polls import ENDS, RESPONSES, STARTS, Cast, Vote
from plein_bot.domain.posts import NOTE
from plein_bot.domain.power import may_redact
from plein_bot.index.rooms import POWER_LEVELS
from plein_bot.index.rows import drop, put, sql_table
from plein_bot.index.tables.polls import PollRow, VoteRow
from plein_bot.index.tables.projection import EventRow, RoomRow, StateRow

_POLLS, _VOTES = sql_table(PollRow), sql_table(VoteRow)


async def fold(session: AsyncSession, room: RoomId, events: frozenset[EventId]) -> None:
    """Make the rows of those polls again that these events are, or are about."""
    found = await session.execute(
        select(EventRow.event_id, EventRow.type, EventRow.relation).where(
            EventRow.event_id.in_(events),
            EventRow.room_id == room,
            EventRow.type.in_((*STARTS, POWER_LEVELS)),
        )
    )
    touched: set[EventId] = set()
    for event, kind, relation in found:
        if kind == POWER_LEVELS:
            # Who could close a poll may be different now; only events that were purged come so
            # late that it is.
            touched |= await _closed(session, room)
        elif relation != "m.replace":
            touched.add(event)
    for poll in sorted(touched):
        await _make_again(session, room, poll)


async def _closed(session: AsyncSession, room: RoomId) -> set[EventId]:
    ends = await session.scalars(
        select(EventRow.relates_to).where(EventRow.room_id == room, EventRow.type.in_(ENDS))
    )
    starts = select(EventRow.event_id).where(
        EventRow.event_id.in_({one for one in ends if one}),
        EventRow.room_id == room,
        EventRow.type.in_(STARTS),
    )
    return set(await session.scalars(starts))


async def _make_again(session: AsyncSession, room: RoomId, poll: EventId) -> None:
    start = await session.get(EventRow, poll)
    first = rules.question_in(start.content) if start and not start.redacted else None
    if start is None or first is None:
        await drop(session, _POLLS, [{"event_id": poll}])
        await drop(session, _VOTES, [{"poll": poll}])
        return
    about = await _about(session, start)
    creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
    casts = [row for row in about if row.type in RESPONSES and row.relation == "m.reference"]
    edits = [
        row
        for row in about
        if row.relation == "m.replace" and row.sender == start.sender and row.type in STARTS
    ]
    edit = rules.edit_that_counts(map(_cast, edits), map(_cast, casts))
    question = (edit and rules.question_of(edit)) or first
    ends = [
        _cast(row)
        for row in about
        if row.type in ENDS
        and row.relation == "m.reference"
        and await _may_end(session, start, row, creator)
    ]
    end = rules.first_end(ends)
    votes = rules.votes_that_count(question, map(_cast, casts), end)
    told = next((row for row in reversed(about) if _tells(row, creator, ends)), None)
    row = {
        "event_id": poll,
        "room_id": room,
        "author": start.sender,
        "latest": edit.event if edit else poll,
        "question": question.text,
        "answers": {"answers": [{"id": one.id, "text": one.text} for one in question.answers]},
        "most": question.most,
        "disclosed": question.disclosed,
        "stable": start.type == STARTS[0],
        "thread": start.relates_to if start.relation == "m.thread" else None,
        "started_at": start.ts,
        "ended_at": end.ts if end else None,
        "end_event": end.event if end else None,
        "result": told.content["result"] if told else None,
    }
    await put(session, _POLLS, [row])
    await _write_votes(session, poll, votes)


async def _about(session: AsyncSession, start: EventRow) -> list[EventRow]:
    found = await session.scalars(
        select(EventRow)
        .where(
            EventRow.relates_to == start.event_id,
            EventRow.room_id == start.room_id,
            EventRow.redacted.is_(False),
        )
        .order_by(EventRow.position)
    )
    return list(found)


def _cast(row: EventRow) -> Cast:
    return Cast(row.event_id, row.sender, row.ts, row.position, row.content)


async def _may_end(
    session: AsyncSession, start: EventRow, end: EventRow, creator: UserId | None
) -> bool:
    """Its author may, and who may redact what others say: at the time, not now."""
    if end.sender == start.sender:
        return True
    create = await session.scalar(
        select(StateRow.content).where(
            StateRow.room_id == start.room_id, StateRow.type == "m.room.create"
        )
    )
    levels = await session.scalar(
        select(EventRow.content)
        .where(
            EventRow.room_id == start.room_id,
            EventRow.type == POWER_LEVELS,
            EventRow.state_key == "",
            EventRow.position < end.position,
        )
        .order_by(EventRow.position.desc())
        .limit(1)
    )
    return creator is not None and may_redact(end.sender, create or {}, creator, levels)


def _tells(row: EventRow, creator: UserId | None, ends: Iterable[Cast]) -> bool:
    """Whether this is the bot's note of where it told how an end that stands went."""
    return (
        row.type == NOTE
        and row.sender == creator
        and isinstance(row.content.get("result"), str)
        and any(row.content.get("end") == end.event for end in ends)
    )


async def _write_votes(session: AsyncSession, poll: EventId, votes: Iterable[Vote]) -> None:
    """Only what is different: of a thousand votes it is one at a time."""
    new = {
        vote.person: {
            "poll": poll,
            "person": vote.person,
            "event_id": vote.event,
            "answers": {"answers": list(vote.answers)},
        }
        for vote in votes
    }
    old = await session.execute(select(_VOTES).where(_VOTES.c.poll == poll))
    standing = {row["person"]: dict(row) for row in old.mappings()}
    gone = [{"poll": poll, "person": person} for person in standing.keys() - new.keys()]
    await drop(session, _VOTES, gone)
    await put(session, _VOTES, [row for key, row in new.items() if standing.get(key) != row])
