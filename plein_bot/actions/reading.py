"""What somebody may read: the one way to it for everything that people ask Plein to show."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from plein_bot.actions import chats, people, places
from plein_bot.actions.acts import Act
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.reading import Reader, is_present, may_read
from plein_bot.domain.search import Hit
from plein_bot.domain.standing import Standing
from plein_bot.index import histories, members
from plein_bot.index import places as rows
from plein_bot.index.candidates import Candidate


async def standings(act: Act, rooms: Collection[RoomId]) -> dict[RoomId, Standing]:
    """Where the actor stands with the places of these rooms; rooms that are none are left out.

    Of a room in whose place another came, who is in the new one counts as far as they are still in
    the old one: the homeserver gives its history to nobody else.
    """
    if not rooms:
        return {}
    person = await people.recognise(act, act.actor)
    now = await rows.all_going_on_in(act.index, rooms)
    left = [room for room in now if now[room] != room]
    there = await members.memberships(act.index, act.actor, left) if left else {}
    of_now = {
        standing.place.room: standing
        for standing in await places.stand_in_all(
            act, person, await rows.of_rooms(act.index, now.values())
        )
    }
    found: dict[RoomId, Standing] = {}
    for room in now:
        standing = of_now.get(now[room])
        if standing and now[room] != room:
            stayed = standing.is_in and there.get(room) is Membership.JOIN
            membership = Membership.JOIN if stayed else Membership.LEAVE
            standing = replace(standing, membership=membership)
        if standing:
            found[room] = standing
    return found


async def present_in(act: Act, rooms: Collection[RoomId]) -> frozenset[RoomId]:
    """Those of the rooms in whose present audience the actor is: there they know who else is."""
    known = await standings(act, rooms)
    return frozenset(room for room, standing in known.items() if is_present(standing))


async def readable(
    act: Act, events: Collection[tuple[RoomId, EventId]], known: dict[RoomId, Standing]
) -> frozenset[EventId]:
    """Those of the events that the actor may read now (`domain.reading.may_read`).

    What was encrypted only where they are told so encrypted too: else the homeserver could read it.
    """
    then = await histories.then(act.index, act.actor, {event for _, event in events})
    may = {
        event
        for room, event in events
        if room in known and event in then and may_read(known[room], then[event])
    }
    sealed = {event for event in may if then[event].sealed}
    if sealed and not await chats.is_encrypted(act):
        may -= sealed
    return frozenset(may)


async def judged(act: Act, found: Sequence[Candidate]) -> list[Hit]:
    """Those of what was found that the actor may read now, in their order."""
    moved = {one.hit.room for one in found if one.now is None}
    standings_there = await standings(act, moved)
    may: list[Hit] = []
    encrypted: bool | None = None
    for one in found:
        reader: Reader | None = one.now or standings_there.get(one.hit.room)
        if reader is None or not all(may_read(reader, then) for then in one.thens):
            continue
        if any(then.sealed for then in one.thens):
            if encrypted is None:
                encrypted = await chats.is_encrypted(act)
            if not encrypted:
                continue
        may.append(one.hit)
    return may
