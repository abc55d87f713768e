"""Watching over guarded places while news comes in: hits become work, in the same transaction.

It happens before the batch is folded, so that the database still says how things stood. What
happened lately is kept in memory, and read anew from the events after a start.

**By whose clock.** `origin_server_ts` is what the sender's homeserver says it is. But what is in an
answer to `/sync` came in after the answer before it, by our own clock; a time outside that is put
within it. So nobody spreads a flood by lying, and a gap of hours is not taken for a rush. Only of
what came in while Plein was away nothing is known but what the homeservers say.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import Alarm, Batch, Event, Membership, Work
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.protections import Guard, Protection
from plein_bot.domain.watching import PAST, SAID, Deed, Hit, Kind, Recent, deed_of, judge
from plein_bot.index import hits, places, work
from plein_bot.index.database import Index
from plein_bot.index.lately import Lately
from plein_bot.index.rows import chunks
from plein_bot.index.tables.projection import EventRow, MemberRow
from plein_bot.index.updates import MEMBER

_SEED = 500
"""Events read back of a room that nothing is known of since the start."""


@dataclass
class Seen:
    """What a batch comes to; it counts once the batch is stored."""

    heard_at: int
    guards: dict[RoomId, dict[Protection, Guard]] = field(default_factory=dict)
    recent: dict[RoomId, Recent] = field(default_factory=dict)
    changes_places: bool = False


async def watch(session: AsyncSession, index: Index, batch: Batch, bot: UserId) -> Seen:
    """Look at what a batch brings, and write hits and the work that they ask for."""
    lately = index.lately
    now = _milliseconds(datetime.now(UTC))
    seen = Seen(now, changes_places=_changes_places(batch))
    happened: dict[RoomId, list[Event]] = {}
    for update in batch.updates:
        if update.membership is Membership.JOIN and update.timeline:
            happened.setdefault(update.room, []).extend(update.timeline)
    await _guards(session, lately, seen, happened)
    guarded: dict[RoomId, list[Deed]] = {}
    for room, events in happened.items():
        for event in events if seen.guards[room] else ():
            moment = min(max(event.ts, lately.heard_at or 0), now)
            if event.sender == bot or now - moment > PAST:
                continue
            if deed := deed_of(event, moment):
                guarded.setdefault(room, []).append(deed)
    were = await _who_were_there(session, guarded)
    for room, deeds in guarded.items():
        new = [one for deed in deeds if (one := _seen(deed, were.get((room, deed.person))))]
        before = lately.recent.get(room)
        if before is None:
            before = await _seeded(session, room, seen.guards[room], bot, now)
        present = await _present(session, room) if any(one.to_all for one in new) else 0
        found, seen.recent[room] = judge(before, new, seen.guards[room], present)
        await _write(session, room, found)
    return seen


def keep(index: Index, seen: Seen) -> None:
    """The batch is stored: what it brought counts for what comes next."""
    lately = index.lately
    lately.heard_at = seen.heard_at
    lately.guards.update(seen.guards)
    if seen.changes_places:
        lately.guards.clear()
    for room, recent in seen.recent.items():
        lately.recent[room] = recent


def _changes_places(batch: Batch) -> bool:
    """Whether protections may be others after this batch."""
    markers = {*places.MARKERS.values(), "m.room.create"}
    return any(
        event.type in markers
        for update in batch.updates
        for event in (*update.state, *update.timeline)
    )


async def _guards(
    session: AsyncSession, lately: Lately, seen: Seen, rooms: Iterable[RoomId]
) -> None:
    seen.guards = {room: lately.guards[room] for room in rooms if room in lately.guards}
    unknown = [room for room in rooms if room not in seen.guards]
    for some in chunks(unknown):
        seen.guards.update({room: {} for room in some})
        for place in await places.read(session, some):
            seen.guards[place.room] = place.guards()


def _seen(deed: Deed, before: Membership | None) -> Deed | None:
    """What it is of somebody who was there, or was invited, before."""
    if deed.kind is not Kind.CAME or before is None:
        return deed
    # A new name stands in everybody's room like a message, also of who is muted.
    return replace(deed, kind=Kind.SAID) if before is Membership.JOIN else None


async def _who_were_there(
    session: AsyncSession, guarded: dict[RoomId, list[Deed]]
) -> dict[tuple[RoomId, UserId], Membership]:
    """Those who did not come of their own accord: who took a new name, and who was invited."""
    asked = {
        (room, deed.person)
        for room, deeds in guarded.items()
        for deed in deeds
        if deed.kind is Kind.CAME
    }
    there: dict[tuple[RoomId, UserId], Membership] = {}
    for some in chunks(sorted(asked), size=1000):
        rows = await session.execute(
            select(MemberRow.room_id, MemberRow.user_id, MemberRow.membership).where(
                tuple_(MemberRow.room_id, MemberRow.user_id).in_(some),
                MemberRow.membership.in_((Membership.JOIN, Membership.INVITE)),
            )
        )
        there |= {(room, user): membership for room, user, membership in rows}
    return there


async def _seeded(
    session: AsyncSession,
    room: RoomId,
    guards: dict[Protection, Guard],
    bot: UserId,
    now: int,
) -> Recent:
    """What happened before the start, as far as the events tell; it was judged then."""
    query = (
        select(EventRow)
        .where(
            EventRow.room_id == room,
            EventRow.type.in_((*SAID, MEMBER)),
            EventRow.sender != bot,
            EventRow.redacted.is_(False),
        )
        .order_by(EventRow.position.desc())
        .limit(_SEED)
    )
    deeds: list[Deed] = []
    for row in await session.scalars(query):
        event = Event(room, row.event_id, row.type, row.sender, row.ts, row.content, row.state_key)
        moment = min(row.ts, now)
        if now - moment <= PAST and (deed := deed_of(event, moment)):
            deeds.append(deed)
    session.expunge_all()
    return Recent(tuple(reversed(deeds)))


async def _present(session: AsyncSession, room: RoomId) -> int:
    query = select(func.count()).where(
        MemberRow.room_id == room, MemberRow.membership == Membership.JOIN
    )
    return await session.scalar(query) or 0


async def _write(session: AsyncSession, room: RoomId, found: Collection[Hit]) -> None:
    if not found:
        return
    await hits.add(session, room, found)
    first = next(iter(found))
    key = f"protect:{room}:{first.protection}:{first.person}:{first.since}"
    # A lane of its own: whoever floods with commands must not be waited for.
    await work.add(session, [Work(key, f"protect:{room}", Alarm(room))])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
