"""The audit: what was done, by whom and to whom, with persons behind random keys."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from plein_bot.domain.audits import BEGUN
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.chain import Line, append
from plein_bot.index.database import Index
from plein_bot.index.places import with_their_past
from plein_bot.index.tables.ledger import ActorRow, AuditRow
from plein_bot.index.tables.machinery import Progress, WorkRow

END = aliased(AuditRow)
ENDED = and_(
    END.cause == AuditRow.cause,
    END.action == AuditRow.action,
    END.place == AuditRow.place,
    END.whom == AuditRow.whom,
    END.ends == AuditRow.number,
)
"""Which row ends one that is begun. There is one row or two of each entry, and `FIRST` is it."""
FIRST = AuditRow.ends == 0
OUTCOME = func.coalesce(END.outcome, AuditRow.outcome)


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done in a place. `actor` is None once they are forgotten."""

    action: str
    actor: UserId | None
    outcome: str


async def record(
    index: Index,
    cause: str,
    action: str,
    actor: UserId,
    *,
    place: RoomId,
    whom: UserId | None,
    outcome: str,
    event: EventId | None = None,
    why: str = "",
) -> None:
    """Write an entry, once per cause, action, place and person. One that was begun is ended."""
    async with index.session() as session:
        about = await _key(session, whom) if whom else ""
        rows = await session.execute(
            _of_cause(AuditRow.number, cause, action, about, OUTCOME).where(AuditRow.place == place)
        )
        number, known = rows.one_or_none() or (0, None)
        if known not in (None, BEGUN) or known == outcome:
            return
        by = await _key(session, actor)
        await append(
            session, [Line(action, by, place, about, outcome, cause, event, why, ends=number)]
        )


async def begin(
    index: Index,
    cause: str,
    action: str,
    actor: UserId,
    *,
    places: Collection[RoomId],
    whom: UserId | None,
    why: str = "",
) -> None:
    """Say of several places at once that something is about to be done there: of all or of none."""
    async with index.session() as session:
        about = await _key(session, whom) if whom else ""
        by = await _key(session, actor)
        known = set(await session.scalars(_of_cause(AuditRow.place, cause, action, about)))
        await append(
            session,
            [
                Line(action, by, place, about, BEGUN, cause, None, why)
                for place in dict.fromkeys(places)
                if place not in known
            ],
        )


async def begun(index: Index, cause: str, action: str, *, whom: UserId | None) -> frozenset[RoomId]:
    """The places of which there is a row of this, with whatever outcome."""
    async with index.reading() as session:
        actor = await session.get(ActorRow, whom) if whom else None
        if whom and not actor:
            return frozenset()
        return frozenset(
            await session.scalars(
                _of_cause(AuditRow.place, cause, action, actor.key if actor else "")
            )
        )


async def befallen(index: Index, cause: str, action: str, *, place: RoomId) -> tuple[UserId, ...]:
    """To whom this cause did it in a place, or began to; those who were forgotten are left out."""
    async with index.reading() as session:
        users = await session.scalars(
            select(ActorRow.user_id)
            .join(AuditRow, AuditRow.whom == ActorRow.key)
            .where(
                AuditRow.cause == cause,
                AuditRow.action == action,
                AuditRow.place == place,
                FIRST,
            )
            .order_by(ActorRow.user_id)
        )
        return tuple(users)


async def end(
    index: Index, cause: str, action: str, *, outcomes: Mapping[RoomId, str], whom: UserId | None
) -> None:
    """End what was begun in these places, as whoever began it."""
    async with index.session() as session:
        about = await _key(session, whom) if whom else ""
        query = _of_cause(
            AuditRow.place, cause, action, about, AuditRow.actor, AuditRow.why, AuditRow.number
        ).where(AuditRow.place.in_(outcomes), OUTCOME == BEGUN)
        begun = await session.execute(query.order_by(AuditRow.number))
        await append(
            session,
            [
                Line(action, by, place, about, outcomes[place], cause, None, why, ends=number)
                for place, by, why, number in begun
                if outcomes[place] != BEGUN
            ],
        )


async def last(
    index: Index, actions: Collection[str], *, places: Collection[RoomId], whom: UserId
) -> dict[RoomId, Deed]:
    """The last of these actions that befell somebody in each of these places.

    Also before the place went on in this room: the audit stays with the room where it happened.
    """
    found = await last_of_all(index, actions, places=places, whom=(whom,))
    return {place: deed for (place, _), deed in found.items()}


async def last_of_all(
    index: Index,
    actions: Collection[str],
    *,
    places: Collection[RoomId],
    whom: Collection[UserId],
) -> dict[tuple[RoomId, UserId], Deed]:
    """The same for several people."""
    by, about = aliased(ActorRow), aliased(ActorRow)
    async with index.reading() as session:
        led_to = await with_their_past(session, places)
        query = (
            select(AuditRow.place, about.user_id, AuditRow.action, by.user_id, OUTCOME)
            .outerjoin(END, ENDED)
            .join(about, about.key == AuditRow.whom)
            .outerjoin(by, by.key == AuditRow.actor)
            .where(
                about.user_id.in_(set(whom)),
                AuditRow.place.in_(led_to),
                AuditRow.action.in_(set(actions)),
                FIRST,
            )
            .order_by(AuditRow.number)
        )
        return {
            (led_to[RoomId(place)], user): Deed(action, actor, outcome)
            for place, user, action, actor, outcome in await session.execute(query)
        }


async def done_because_of(
    index: Index, actions: Collection[str], *, place: RoomId, why: str
) -> tuple[str, ...]:
    """Which of these actions ended in a place for this, in their order; also in earlier rooms."""
    async with index.reading() as session:
        found = await session.scalars(
            select(AuditRow.action)
            .where(
                AuditRow.place.in_(await with_their_past(session, [place])),
                AuditRow.action.in_(set(actions)),
                AuditRow.why == why,
                AuditRow.outcome != BEGUN,
            )
            .order_by(AuditRow.number)
        )
        return tuple(found)


async def under_way(index: Index, places: Collection[RoomId]) -> bool:
    """Whether something was begun in any of these places by work that is not done yet."""
    query = (
        select(AuditRow.number)
        .join(WorkRow, WorkRow.key == AuditRow.cause)
        .outerjoin(END, ENDED)
        .where(
            AuditRow.place.in_(set(places)),
            FIRST,
            OUTCOME == BEGUN,
            WorkRow.progress == Progress.WAITING,
        )
        .limit(1)
    )
    async with index.reading() as session:
        return await session.scalar(query) is not None


def _of_cause(
    first: Any, cause: str, action: str, about: str, *others: Any
) -> Select[tuple[Any, ...]]:
    return (
        select(first, *others)
        .outerjoin(END, ENDED)
        .where(AuditRow.cause == cause, AuditRow.action == action, AuditRow.whom == about, FIRST)
    )


async def is_known(
    index: Index, cause: str, action: str, *, place: RoomId, whom: UserId | None
) -> bool:
    """Whether there is a row of this, with whatever outcome."""
    async with index.reading() as session:
        actor = await session.get(ActorRow, whom) if whom else None
        about = actor.key if actor else ""
        query = _of_cause(AuditRow.number, cause, action, about).where(AuditRow.place == place)
        return await session.scalar(query) is not None


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry as somebody who goes on with it wants to know it."""

    action: str
    place: RoomId
    whom: UserId | None
    outcome: str


async def of_cause(index: Index, cause: str) -> tuple[Noted, ...]:
    """All that was done, or begun, because of one thing, in its order."""
    query = (
        select(AuditRow.action, AuditRow.place, ActorRow.user_id, OUTCOME)
        .outerjoin(END, ENDED)
        .outerjoin(ActorRow, ActorRow.key == AuditRow.whom)
        .where(AuditRow.cause == cause, FIRST)
        .order_by(AuditRow.number)
    )
    async with index.reading() as session:
        return tuple(Noted(*row) for row in await session.execute(query))


async def _key(session: AsyncSession, user: UserId) -> str:
    row = await session.get(ActorRow, user)
    if row is None:
        row = ActorRow(user_id=user, key=secrets.token_hex(16))
        session.add(row)
        await session.flush()
    return row.key


async def count_today(index: Index, actor: UserId, action: str, *, but: str) -> int:
    """How often somebody did this since midnight UTC, not counting the cause `but`."""
    midnight = datetime.combine(datetime.now(UTC), time.min, UTC)
    async with index.reading() as session:
        number = await session.scalar(
            select(func.count())
            .select_from(AuditRow)
            .join(ActorRow, ActorRow.key == AuditRow.actor)
            .where(
                ActorRow.user_id == actor,
                AuditRow.action == action,
                AuditRow.at >= midnight,
                AuditRow.outcome != BEGUN,
                AuditRow.cause != but,
            )
        )
    return number or 0
