"""Which rooms are linked, and what has to happen when that changes?"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store import crossings
from bridges.homeserver.store.crossings import CrossingKind
from bridges.homeserver.store.tables import CrossingRow, LinkRow

Json = dict[str, Any]


class LinkState(StrEnum):
    OFFERED = "offered"
    ACTIVE = "active"
    PAUSED = "paused"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class End:
    """A room on a side."""

    side: str
    room: str


@dataclass(frozen=True, slots=True)
class Link:
    """`accepting` is None as long as nobody there has chosen a room.

    `offering_rules` are those of the staff of the offering room, `accepting_rules` of the others.
    """

    number: int
    offering: End
    accepting_side: str
    accepting: End | None
    offered_by: str
    accepted_by: str | None
    offering_rules: Json
    accepting_rules: Json
    state: LinkState
    reason: str
    since: float
    resting: frozenset[str] = frozenset()

    def far(self, side: str) -> End:
        """The room at the end that lies on `side`. Raises `LookupError` where there is none."""
        for end in (self.offering, self.accepting):
            if end is not None and end.side == side:
                return end
        raise LookupError(f"link {self.number} has no room on {side}")

    def near(self, side: str) -> End:
        """The other end: where comes from what goes to `side`."""
        for end in (self.offering, self.accepting):
            if end is not None and end.side != side:
                return end
        raise LookupError(f"link {self.number} has no room beside that on {side}")


def _link(row: LinkRow) -> Link:
    accepting = End(row.accepting_side, row.accepting_room) if row.accepting_room else None
    return Link(
        row.number,
        End(row.offering_side, row.offering_room),
        row.accepting_side,
        accepting,
        row.offered_by,
        row.accepted_by,
        json.loads(row.offering_rules),
        json.loads(row.accepting_rules),
        LinkState(row.state),
        row.reason,
        row.since,
        frozenset(row.resting.split()),
    )


async def offer(
    session: AsyncSession,
    offering: End,
    accepting_side: str,
    accepting_room: str | None,
    offered_by: str,
    now: float,
    rules: Mapping[str, Any] | None = None,
) -> Link:
    row = LinkRow(
        offering_side=offering.side,
        offering_room=offering.room,
        accepting_side=accepting_side,
        accepting_room=accepting_room,
        offered_by=offered_by,
        accepted_by=None,
        offering_rules=json.dumps(dict(rules or {})),
        accepting_rules="{}",
        state=LinkState.OFFERED.value,
        reason="",
        since=now,
    )
    session.add(row)
    await session.flush()
    return _link(row)


async def accept(
    session: AsyncSession, number: int, room: str, accepted_by: str, now: float
) -> Link:
    """The link works from here on: first comes what was said before, then who is there."""
    row = await _row(session, number)
    row.accepting_room, row.accepted_by = room, accepted_by
    return await _enter(session, row, LinkState.ACTIVE, "", now)


async def change(
    session: AsyncSession,
    number: int,
    state: LinkState,
    reason: str,
    now: float,
    resting: Collection[str] = (),
) -> Link:
    """Pause, resume, refuse or stop. What waits for a link that stops does not cross any more."""
    row = await _row(session, number)
    row.resting = " ".join(sorted(resting))
    return await _enter(session, row, state, reason, now)


async def set_rules(
    session: AsyncSession, number: int, side: str, rules: Mapping[str, Any]
) -> Link:
    """Write down the rules of the staff of one side, in the place of those that they had."""
    row = await _row(session, number)
    if side == row.offering_side:
        row.offering_rules = json.dumps(dict(rules))
    else:
        row.accepting_rules = json.dumps(dict(rules))
    await session.flush()
    return _link(row)


async def get(session: AsyncSession, number: int) -> Link | None:
    row = await session.get(LinkRow, number)
    return _link(row) if row is not None else None


async def of_room(session: AsyncSession, side: str, room: str) -> list[Link]:
    """All that the room has or had, the newest first."""
    statement = (
        select(LinkRow)
        .where(
            or_(
                (LinkRow.offering_side == side) & (LinkRow.offering_room == room),
                (LinkRow.accepting_side == side) & (LinkRow.accepting_room == room),
            )
        )
        .order_by(LinkRow.number.desc())
    )
    return [_link(row) for row in await session.scalars(statement)]


async def all_of(session: AsyncSession, side: str) -> list[Link]:
    """All in which a side takes part, the newest first."""
    statement = (
        select(LinkRow)
        .where(or_(LinkRow.offering_side == side, LinkRow.accepting_side == side))
        .order_by(LinkRow.number.desc())
    )
    return [_link(row) for row in await session.scalars(statement)]


async def offers_by(session: AsyncSession, side: str, person: str) -> list[Link]:
    """All that somebody offered, whatever became of it."""
    statement = select(LinkRow).where(LinkRow.offering_side == side, LinkRow.offered_by == person)
    return [_link(row) for row in await session.scalars(statement)]


async def _row(session: AsyncSession, number: int) -> LinkRow:
    return (await session.scalars(select(LinkRow).where(LinkRow.number == number))).one()


async def _enter(
    session: AsyncSession, row: LinkRow, state: LinkState, reason: str, now: float
) -> Link:
    before, row.state, row.reason, row.since = LinkState(row.state), state.value, reason, now
    link = _link(row)
    if link.accepting is None or before is state:
        return link
    works: list[tuple[CrossingKind, bool]] = []
    match before, state:
        case LinkState.OFFERED, LinkState.ACTIVE:
            works = [(CrossingKind.HISTORY, False), (CrossingKind.MEMBERS, True)]
        case LinkState.PAUSED, LinkState.ACTIVE:
            works = [(CrossingKind.MEMBERS, True)]
        case _, LinkState.STOPPED:
            await session.execute(delete(CrossingRow).where(CrossingRow.link == row.number))
            await crossings.forget_events(session)
            # In both lanes: what is under way in one may bring a ghost yet.
            works = [(CrossingKind.DEPARTURE, False), (CrossingKind.DEPARTURE, True)]
        case _:
            pass
    for side in (link.offering.side, link.accepting.side):
        for work, apart in works:
            await crossings.add(session, row.number, side, work, None, now, apart=apart)
    return link
