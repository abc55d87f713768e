"""Somebody else said that a room of Plein's goes on elsewhere: it goes on where Plein says."""

from plein_bot.actions import places, replacing, staff, staff_rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.drift import DRIFT
from plein_bot.domain import replacing as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.plans import levels_of, staff_levels
from plein_bot.domain.sentences import say
from plein_bot.index import places as rows
from plein_bot.index import rooms as room_rows


async def answer(act: Act, room: RoomId) -> None:
    """Make the new room ourselves, and tell the staff what happened.

    A tombstone cannot be taken back: clients have shown it. Where it leads can still be changed.
    """
    noted = bool(await act.noted(replacing.ACTION))
    if not noted and not await room_rows.tells_of_elsewhere(act.index, room):
        return
    if not noted and await keep_closed(act, room):
        return
    if place := await rows.of_room(act.index, await rows.going_on_in(act.index, room)):
        async with act.locks.alone_in(place.root.room):
            done = await replacing.replace_room(act, room)
        await _tell_staff(act, done.place, done.place.full_name)
    elif subsite := await rows.subsite_of_staff_room(act.index, room):
        async with act.locks.alone_in(subsite.room):
            name = await staff_rooms.replace_room(act, subsite, room)
        await _tell_staff(act, subsite, name)


async def keep_closed(act: Act, old: RoomId) -> bool:
    """A room that was replaced stays silent, and leads to where its place is now.

    False where it was not replaced.
    """
    new = await rows.going_on_in(act.index, old)
    place = await rows.of_room(act.index, new)
    subsite = place or await rows.subsite_of_staff_room(act.index, old)
    if new == old or subsite is None:
        return False
    async with act.locks.alone_in(subsite.root.room):
        roles = await places.roles_in(act, subsite)
        levels = (
            levels_of(rules.silent(place), roles) if place else staff_levels(roles, archived=True)
        )
        state = await room_rows.state(act.index, old)
        name = state.get(("m.room.name", ""), {}).get("name", subsite.full_name)
        wanted = (*rules.shutting(old, state), *rules.retired(levels, name, old, new))
        undone = tuple(rules.lacking(wanted, state))
        if undone:
            await act.begin(DRIFT, old)
        await act.perform(undone)
        if undone or await act.has_begun(DRIFT, old):
            await act.record(DRIFT, old)
    return True


async def _tell_staff(act: Act, place: Place, name: str) -> None:
    told = say(
        "{user} closed the room of {name} and pointed to another one. That is not one of mine, so "
        "do not use it. {name} goes on in a new room of mine: everybody who was in it has an "
        "invitation.",
        user=act.actor,
        name=name,
    )
    await staff.tell(act, place, told, "tombstone")
