"""Giving a place a new room, step by step, so that it can be taken up wherever it broke off."""

import logging
from dataclasses import dataclass, replace

from plein_bot.actions import chats, inner_spaces, places, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.actions.settings import plan_of
from plein_bot.domain import replacing as rules
from plein_bot.domain.effects import DropAlias, Effect, Invite, PutState
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Kind, Place
from plein_bot.domain.plans import Plan, levels_of
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import members
from plein_bot.index import places as rows
from plein_bot.index import replacing as ledger
from plein_bot.index import requests as request_rows
from plein_bot.index import rooms as room_rows

logger = logging.getLogger(__name__)

ACTION = "replace"


@dataclass(frozen=True, slots=True)
class Replaced:
    """`place` as it stands in its new room, and how many are in it or invited.

    `missed` are those whom the homeserver could not invite.
    """

    place: Place
    invited: int
    missed: tuple[UserId, ...] = ()


async def taken_up(act: Act) -> Standing | None:
    """The place of which this cause was replacing the room when it was interrupted."""
    for noted in await act.noted(ACTION):
        return await places.at(act, await rows.going_on_in(act.index, noted.place))
    return None


async def members_of(act: Act, place: Place) -> tuple[UserId, ...]:
    """Who would be invited to a new room of the place."""
    return rules.coming_along(await members.of_room(act.index, place.room), act.plein)


async def replace_again(act: Act, place: Place) -> Replaced:
    """Replace the room of a place, or the one that this cause was replacing before."""
    noted = await act.noted(ACTION)
    return await replace_room(act, noted[0].place if noted else place.room)


async def replace_room(act: Act, old: RoomId) -> Replaced:
    """Let the place of `old`, as it stands, go on in a new room; the caller holds its lock.

    While the old room counts as the place the new one does not, and the other way round.
    """
    await act.begin(ACTION, old)
    place = await rows.of_room(act.index, old)
    if place is None:
        # Handed over before it was interrupted.
        place = await rows.of_room(act.index, await rows.going_on_in(act.index, old))
        assert place, "a replaced room says where its place goes on"
        return await _close(act, place, old)
    new = await _make(act, place)
    if not place.is_subsite:
        return await _close(act, await _hand_over(act, place, new), old)
    # A subsite is locked by its room, which is about to be another.
    async with act.locks.alone_in(new):
        return await _close(act, await _hand_over(act, place, new), old)


async def _make(act: Act, place: Place) -> RoomId:
    """Shut the old room, then make the new one; whole from the first instant."""
    state = await room_rows.state(act.index, place.room)
    await act.perform(rules.shutting(place.room, state))
    made = await rooms.make(act, f"{ACTION} {place.room}", await _plan(act, place))
    await act.told_back(lambda: room_rows.are_known(act.index, [made.room]))
    return made.room


async def _plan(act: Act, place: Place) -> Plan:
    state = await room_rows.state(act.index, place.room)
    return rules.successor(await plan_of(act, place), place.room, state)


async def _hand_over(act: Act, place: Place, new: RoomId) -> Place:
    """Bring the new room in the place of the old one, everywhere it is named; then say so."""
    old = place.room
    plan = await _plan(act, place)
    if plan.alias and not await _free_alias(act, plan, new):
        plan = replace(plan, alias=None)
    if place.subsite:
        for space, state in (await rooms.spaces_of(act, place.subsite.room)).items():
            await act.perform(rules.child_moved(space, state, old, new))
    await rooms.keep(act, plan, new)
    after = replace(place, room=new)
    if place.is_subsite:
        await _move_rooms(act, place, after)
    marker = rows.MARKERS[Kind.SUBSITE if place.is_subsite else Kind.GROUP]
    state = await room_rows.state(act.index, old)
    await act.perform([rules.marked_replaced(marker, state, old, new)])
    return after


async def _free_alias(act: Act, plan: Plan, new: RoomId) -> bool:
    """Take the address from whichever room has it; False where that room is not ours to ask."""
    assert plan.alias
    if await act.homeserver.resolve(plan.alias) in (None, new):
        return True
    try:
        await act.perform([DropAlias(plan.alias)])
    except TokenRevoked:
        raise
    except HomeserverError:
        return False
    return True


async def _move_rooms(act: Act, before: Place, after: Place) -> None:
    """All rooms of a subsite now belong to its new space; first those that others hang under."""
    for subsite in (before, after):
        for room, kind in (await rows.furniture_of(act.index, subsite.room)).items():
            await _move_furniture(act, room, rows.MARKERS[kind], before, after)
    await inner_spaces.keep(act, after)
    groups = {
        group.room: group
        for subsite in (before, after)
        for group in await rows.groups_of(act.index, subsite)
    }
    for group in groups.values():
        moved = replace(group, subsite=after)
        await rooms.keep(act, await plan_of(act, moved), group.room)
        await act.perform(_parent_moved(act, group.room, before, after))


async def _move_furniture(act: Act, room: RoomId, marker: str, before: Place, after: Place) -> None:
    state = await room_rows.state(act.index, room)
    content = {**state.get((marker, ""), {}), "subsite": after.room}
    await act.perform([PutState(room, marker, content)])
    await act.perform(_parent_moved(act, room, before, after))


def _parent_moved(act: Act, room: RoomId, before: Place, after: Place) -> tuple[Effect, ...]:
    return rules.parent_moved(room, before.room, after.room, act.plein.server)


async def _close(act: Act, place: Place, old: RoomId) -> Replaced:
    """Bring along who belongs, and leave the old room silent, with the way to the new one."""
    there = await members.of_room(act.index, old)
    await ledger.hand_over(act.index, old, place.room)
    failed = await act.try_together(rules.brought_along(there, place.room, act.plein))
    for effect, error in failed:
        logger.warning("%s cannot be brought along: %s", effect, error)
    await _tell_who_waits(act, place, there)
    await act.try_together(rules.turned_away(there, old))
    closed = levels_of(rules.silent(place), await places.roles_in(act, place))
    await act.perform(rules.retired(closed, place.full_name, old, place.room))
    await act.record(ACTION, old)
    now = await members.of_room(act.index, place.room)
    missed = tuple(effect.user for effect, _ in failed if isinstance(effect, Invite))
    return Replaced(place, len(rules.coming_along(now, act.plein)), missed)


async def _tell_who_waits(act: Act, place: Place, there: rules.Members) -> None:
    """A knock is taken back with the room; the request that it asked for stands."""
    for user in rules.knocking(there):
        if request := await request_rows.waiting_of(act.index, place.room, user):
            stands = say(
                "{place} goes on in a new room. Your request {number} stands: "
                "you need not ask again.",
                place=place.full_name,
                number=request.number,
            )
            await chats.tell(act, user, stands, "replaced")
