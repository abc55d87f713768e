"""What is yet to cross, over which link, and what is next?"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.tables import CrossingRow, EventRow, LinkRow

_OF = ":of:"


class CrossingKind(StrEnum):
    EVENT = "event"
    HISTORY = "history"
    """What was said before the link was there."""
    MEMBERS = "members"
    """Everybody who is in the room now."""
    DEPARTURE = "departure"
    """The ghosts leave, or one does: also where nothing else crosses any more, or for now."""


class CrossingState(StrEnum):
    WAITING = "waiting"
    ASIDE = "aside"
    """It failed for good; `plein-relay status` shows it, and `retry` tries it again."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """`began_before` is when it was first tried, or None: then nothing of it can be there yet."""

    number: int
    event: int | None
    link: int
    side: str
    kind: CrossingKind
    at: float
    began_before: float | None
    tries: int
    lane: str


def lane(link: int, side: str, *, apart: bool = False) -> str:
    """What goes `apart` does not hold up what people say."""
    return f"{link}:{side}:apart" if apart else f"{link}:{side}"


def lane_of(link: int, side: str, person: str) -> str:
    """For who cannot be let in yet: what they say waits there, and holds up nobody else."""
    return f"{lane(link, side)}{_OF}{person}"


def is_outside(name: str) -> bool:
    """Whether a lane is that of somebody who cannot be let in."""
    return _OF in name


def who_of(name: str) -> str:
    """Whose lane it is of those who are outside."""
    return name.partition(_OF)[2]


async def add(
    session: AsyncSession,
    link: int,
    side: str,
    kind: CrossingKind,
    event: int | None,
    now: float,
    *,
    apart: bool = False,
) -> None:
    session.add(
        CrossingRow(
            event=event,
            link=link,
            side=side,
            lane=lane(link, side, apart=apart),
            kind=kind.value,
            state=CrossingState.WAITING.value,
            at=now,
        )
    )
    await session.flush()


async def lanes(session: AsyncSession, now: float, away: Collection[str]) -> list[str]:
    """Those of which the first is due; not to sides that are away, nor over links that rest."""
    first = (
        select(func.min(CrossingRow.number).label("number"))
        .where(CrossingRow.state == CrossingState.WAITING.value)
        .group_by(CrossingRow.lane)
        .subquery()
    )
    statement = (
        select(CrossingRow.lane)
        .join(first, CrossingRow.number == first.c.number)
        .join(LinkRow, LinkRow.number == CrossingRow.link)
        .where(CrossingRow.due <= now, CrossingRow.side.not_in(away), _works())
    )
    return list(await session.scalars(statement))


async def begin(session: AsyncSession, name: str, now: float) -> Crossing | None:
    """The first of a lane, or None where its link rests or it is to wait a while."""
    row = await session.scalar(
        select(CrossingRow)
        .where(CrossingRow.lane == name, CrossingRow.state == CrossingState.WAITING.value)
        .order_by(CrossingRow.number)
        .limit(1)
    )
    if row is None or row.due > now or not await _may_go(session, row.number):
        return None
    before, row.begun = row.begun, row.begun or now
    await session.flush()
    return Crossing(
        row.number,
        row.event,
        row.link,
        row.side,
        CrossingKind(row.kind),
        row.at,
        before,
        row.tries,
        row.lane,
    )


async def may_go(session: AsyncSession, crossing: Crossing) -> bool:
    """Whether it still waits for a link that works: asked just before each thing that is sent."""
    return await _may_go(session, crossing.number)


async def done(session: AsyncSession, crossing: Crossing) -> None:
    await session.execute(delete(CrossingRow).where(CrossingRow.number == crossing.number))
    if crossing.event is not None:
        await forget_event(session, crossing.event)


async def later(
    session: AsyncSession, crossing: Crossing, due: float, trouble: str, *, counts: bool
) -> None:
    """`counts` is false where it was no fault of this crossing's."""
    values: dict[str, object] = {"due": due, "trouble": trouble}
    if counts:
        values["tries"] = CrossingRow.tries + 1
    await session.execute(
        update(CrossingRow).where(CrossingRow.number == crossing.number).values(**values)
    )


async def into(
    session: AsyncSession, crossing: Crossing, name: str, due: float, trouble: str
) -> None:
    """Have it wait in another lane, behind what came before it there."""
    await session.execute(
        update(CrossingRow)
        .where(CrossingRow.number == crossing.number)
        .values(lane=name, due=due, trouble=trouble)
    )


async def is_taken(session: AsyncSession, name: str) -> bool:
    """Whether anything waits in a lane."""
    waits = (CrossingRow.lane == name) & (CrossingRow.state == CrossingState.WAITING.value)
    return bool(await session.scalar(select(exists().where(waits))))


async def outside(session: AsyncSession) -> dict[tuple[int, str], int]:
    """How much waits until somebody is let in, by link and by the side where that is."""
    statement = (
        select(CrossingRow.link, CrossingRow.side, func.count())
        .where(CrossingRow.state == CrossingState.WAITING.value, CrossingRow.lane.contains(_OF))
        .group_by(CrossingRow.link, CrossingRow.side)
    )
    return {(link, side): number for link, side, number in await session.execute(statement)}


async def set_aside(session: AsyncSession, crossing: Crossing, trouble: str) -> None:
    await session.execute(
        update(CrossingRow)
        .where(CrossingRow.number == crossing.number)
        .values(state=CrossingState.ASIDE.value, trouble=trouble)
    )


async def retry(session: AsyncSession) -> int:
    """Try again what was set aside; in each lane it comes before what waits there."""
    rows = list(
        await session.scalars(
            update(CrossingRow)
            .where(CrossingRow.state == CrossingState.ASIDE.value)
            .values(state=CrossingState.WAITING.value, tries=0, due=0.0)
            .returning(CrossingRow.number)
        )
    )
    return len(rows)


async def counted(session: AsyncSession) -> dict[str, int]:
    """How many of each state there are."""
    statement = select(CrossingRow.state, func.count()).group_by(CrossingRow.state)
    return {state: number for state, number in (await session.execute(statement)).all()}


async def per_link(session: AsyncSession) -> dict[tuple[int, str], int]:
    """How much waits, by link and by the side to which it goes."""
    statement = (
        select(CrossingRow.link, CrossingRow.side, func.count())
        .where(CrossingRow.state == CrossingState.WAITING.value)
        .group_by(CrossingRow.link, CrossingRow.side)
    )
    return {(link, side): number for link, side, number in await session.execute(statement)}


async def waiting(session: AsyncSession, link: int) -> dict[str, int]:
    """How much of a link is yet to cross, and was set aside, by state."""
    statement = (
        select(CrossingRow.state, func.count())
        .where(CrossingRow.link == link)
        .group_by(CrossingRow.state)
    )
    return {state: number for state, number in (await session.execute(statement)).all()}


async def aside(session: AsyncSession) -> list[tuple[int, int, str, str]]:
    """Of what was set aside: number, link, to which side, and why."""
    statement = (
        select(CrossingRow.number, CrossingRow.link, CrossingRow.side, CrossingRow.trouble)
        .where(CrossingRow.state == CrossingState.ASIDE.value)
        .order_by(CrossingRow.number)
    )
    return [
        (number, link, side, why) for number, link, side, why in await session.execute(statement)
    ]


async def waits_in(
    session: AsyncSession, from_side: str, event_id: str, side: str, before: int
) -> str | None:
    """The lane in which an event that came in from a side is yet to cross to another, if it came
    in `before`: so two never wait for each other."""
    statement = select(CrossingRow.lane).where(
        CrossingRow.event == EventRow.number,
        CrossingRow.side == side,
        CrossingRow.number < before,
        CrossingRow.state == CrossingState.WAITING.value,
        # What waits for a link that rests may wait for ever, and nothing waits for it.
        CrossingRow.link == LinkRow.number,
        LinkRow.state == "active",
        EventRow.side == from_side,
        EventRow.event_id == event_id,
    )
    return await session.scalar(statement.limit(1))


async def forget_event(session: AsyncSession, number: int) -> None:
    """Let go of an event for which nothing waits any more."""
    await session.execute(
        delete(EventRow).where(
            EventRow.number == number,
            EventRow.attended,
            ~exists().where(CrossingRow.event == EventRow.number),
        )
    )


async def forget_events(session: AsyncSession) -> None:
    """Let go of all for which nothing waits: what was to cross a link that stopped."""
    await session.execute(
        delete(EventRow).where(
            EventRow.attended, ~exists().where(CrossingRow.event == EventRow.number)
        )
    )


async def _may_go(session: AsyncSession, number: int) -> bool:
    statement = (
        select(CrossingRow.number)
        .join(LinkRow, LinkRow.number == CrossingRow.link)
        .where(CrossingRow.number == number, _works())
    )
    return await session.scalar(statement) is not None


def _works() -> ColumnElement[bool]:
    return or_(LinkRow.state == "active", CrossingRow.kind == CrossingKind.DEPARTURE.value)
