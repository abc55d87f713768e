"""State that others changed: what Plein keeps is put right, and the staff read why."""

from dataclasses import dataclass

from plein_bot.actions import inner_spaces, people, policy_upkeep, rooms, settings, staff
from plein_bot.actions.acts import Act
from plein_bot.domain import drift as rules
from plein_bot.domain import policy_lists
from plein_bot.domain.effects import Effect
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan
from plein_bot.index import drift as rows
from plein_bot.index import places
from plein_bot.index import rooms as room_rows

DRIFT, REDACT = "drift", "redact"


@dataclass(frozen=True, slots=True)
class Kept:
    """A room that Plein keeps as it should be; `place` is the subsite where it is a staff room."""

    room: RoomId
    place: Place

    @property
    def is_staff_room(self) -> bool:
        return self.room != self.place.room


async def kept(act: Act, room: RoomId) -> Kept | None:
    """What a room is to Plein; None where it is no place and no staff room."""
    place = await places.of_room(act.index, room) or await places.subsite_of_staff_room(
        act.index, room
    )
    return Kept(room, place) if place else None


async def plan_of(act: Act, one: Kept) -> Plan:
    if one.is_staff_room:
        return await settings.plan_of_staff_room(act, one.place, one.room)
    return await settings.plan_of(act, one.place)


async def put_right(act: Act, one: Kept, kind: str = "") -> tuple[Effect, ...]:
    """Make a room what it should be, after state of this `kind` changed; returns what that took."""
    effects = await rooms.keep(act, await plan_of(act, one), one.room)
    if kind == "m.space.child":
        # The links of a space are kept with the rooms that they lead to.
        await inner_spaces.keep(act, one.place)
        for group in await places.groups_of(act.index, one.place):
            missing = await rooms.missing(act, await settings.plan_of(act, group), group.room)
            await act.perform(missing)
            effects += missing
    return effects


async def changed(act: Act, one: Kept, kind: str, key: str, event: EventId) -> None:
    """Somebody changed state; where Plein keeps that, it is put back and explained."""
    if not rules.is_kept(kind):
        if kind in rules.LEFT_TO_STAFF:
            await act.record(rules.LEFT_TO_STAFF[kind], one.room, event=event)
        return
    async with act.locks.alone_in(one.place.root.room):
        done = await put_right(act, one, kind)
        theirs = await rows.written(act.index, event)
        now = await rows.stands(act.index, one.room, kind, key)
        back = theirs and rules.was_put_back(kind, theirs[1], now.content if now else None)
        if back:
            await explain(act, one, kind)
        if back or done:
            await act.record(DRIFT, one.room, event=event)


async def taken_away(act: Act, one: Kept, target: EventId) -> None:
    """Somebody redacted state: whoever moderates may do so with any event."""
    author = await room_rows.said_by(act.index, target)
    if author and author != act.actor:
        await act.record(REDACT, one.room, author, event=target)
    found = await rows.written(act.index, target)
    if found is None:
        return
    (kind, key), _ = found
    if not (rules.is_kept(kind) or kind == rules.POWER_LEVELS):
        return
    async with act.locks.alone_in(one.place.root.room):
        stands = await rows.stands(act.index, one.room, kind, key)
        # Of what is past nothing is left to put right.
        if (stands and stands.event == target) or await act.has_begun(DRIFT, one.room):
            await act.begin(DRIFT, one.room)
            await put_right(act, one, kind)
            if kind == policy_lists.TYPE:
                await policy_upkeep.restore(act, one.place.root, RoomId(key))
            await explain(act, one, kind)
            await act.record(DRIFT, one.room)


async def explain(act: Act, one: Kept, kind: str) -> None:
    who = (await people.recognise(act, act.actor)).shown
    await staff.tell(act, one.place, rules.explained(who, kind, one.place), f"drift:{kind}")
