"""Has the homeserver told back what was done to it?"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.effects import Ban, Effect, EndPoll, Invite, PutState, Remove, Unban
from plein_bot.domain.events import Json, Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.polls import PollRow
from plein_bot.index.tables.projection import MemberRow, StateRow

_THERE = (Membership.INVITE, Membership.JOIN)
_WAITING_OR_THERE = (*_THERE, Membership.KNOCK)

Move = Invite | Remove | Ban | Unban


async def are_told(index: Index, effects: Iterable[Effect]) -> bool:
    """Whether the projection shows what these effects did; what leaves no state counts as told.

    Of what was done to the same thing the last counts. It is asked after every sync, so however
    many effects there are it is three questions.
    """
    done = tuple(effects)
    put = {(e.room, e.type, e.state_key): e for e in done if isinstance(e, PutState)}
    moved = {(e.room, e.user): e for e in done if isinstance(e, Move)}
    states, moves = [*put.values()], [*moved.values()]
    ends = [one.poll for one in done if isinstance(one, EndPoll)]
    async with index.reading() as session:
        stands = await _states(session, states)
        there = await _memberships(session, moves)
        still_open = await _open_polls(session, ends)
    return (
        all(stands.get((one.room, one.type, one.state_key)) == dict(one.content) for one in states)
        and all(_is_told(one, there.get((one.room, one.user))) for one in moves)
        and not still_open
    )


def _is_told(move: Move, membership: Membership | None) -> bool:
    match move:
        case Invite():
            return membership in _THERE
        case Remove():
            return membership not in _WAITING_OR_THERE
        case Ban():
            return membership is Membership.BAN
        case Unban():
            return membership is not Membership.BAN


async def _states(
    session: AsyncSession, effects: list[PutState]
) -> dict[tuple[RoomId, str, str], Json]:
    if not effects:
        return {}
    rows = await session.execute(
        select(StateRow.room_id, StateRow.type, StateRow.state_key, StateRow.content).where(
            StateRow.room_id.in_({one.room for one in effects}),
            StateRow.type.in_({one.type for one in effects}),
            StateRow.state_key.in_({one.state_key for one in effects}),
        )
    )
    return {(room, kind, key): content for room, kind, key, content in rows}


async def _open_polls(session: AsyncSession, polls: list[EventId]) -> bool:
    if not polls:
        return False
    query = select(PollRow.event_id).where(PollRow.event_id.in_(polls), PollRow.end_event.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def _memberships(
    session: AsyncSession, moves: list[Move]
) -> dict[tuple[RoomId, UserId], Membership]:
    if not moves:
        return {}
    rows = await session.execute(
        select(MemberRow.room_id, MemberRow.user_id, MemberRow.membership).where(
            MemberRow.room_id.in_({one.room for one in moves}),
            MemberRow.user_id.in_({one.user for one in moves}),
        )
    )
    return {(room, user): membership for room, user, membership in rows}
