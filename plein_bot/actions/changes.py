"""Carrying out a change of settings, with all that follows from it; it may be interrupted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from plein_bot.actions import (
    departures,
    indexing,
    inner_spaces,
    places,
    replacing,
    request_endings,
    rooms,
)
from plein_bot.actions.acts import Act
from plein_bot.actions.replacing import Replaced
from plein_bot.actions.settings import Planned, action_of, plan_of
from plein_bot.domain.departures import Departure, Ground
from plein_bot.domain.effects import PutState
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.power import OWNER
from plein_bot.domain.settings import Setting
from plein_bot.domain.standing import Standing
from plein_bot.index import places as rows

_TOUCHING_GROUPS = (Setting.VISIBILITY, Setting.CITIZENS, Setting.SLUG)
_LOWERED = "lower"


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it: the places that had to come down too, who was taken out, new rooms."""

    place: Place
    lowered: tuple[Place, ...]
    departed: tuple[Departure, ...]
    replaced: tuple[Replaced, ...] = ()


async def taken_up(act: Act, setting: Setting) -> Standing | None:
    """The place that this cause was changing when it was interrupted; it may have another name.

    Whoever began had the power for it, also where they are not yet invited to its new room.
    """
    for noted in await act.noted(action_of(setting)):
        found = await places.at(act, await rows.going_on_in(act.index, noted.place))
        return replace(found, power=OWNER, membership=Membership.JOIN) if found else None
    return None


async def carry_out(
    act: Act, planned: Planned, removed: frozenset[Ground] = frozenset(), *, fresh: bool = False
) -> Changed:
    """What closes goes first: groups that come down, then the place itself; openings come last.

    Of those who no longer belong the ones on the grounds of `removed` are taken out. With `fresh`
    all these places get new rooms: of what closes afterwards, of what opens before it does.
    """
    await _begin(act, planned, removed, fresh=fresh)
    replaced: tuple[Replaced, ...] = ()
    opens = any(one.opens for one in planned.changes)
    if opens:
        replaced = await _replace_rooms(act)
        planned = await _in_new_room(act, planned)
    await _carry_out_all(act, planned)
    if planned.setting is Setting.INDEX:
        await indexing.tell(act, planned.place)
    departed = await departures.carry_out(act)
    if not opens:
        replaced = await _replace_rooms(act)
    lowered = [noted.place for noted in await act.noted(_LOWERED)]
    for room in lowered:
        await act.record(_LOWERED, room)
    place = await _now(act, planned.place.room) or planned.place
    found = [group for room in lowered if (group := await _now(act, room))]
    for one in (place, *found):
        await request_endings.reconsider(act, one)
    for noted in await act.noted(action_of(planned.setting)):
        await act.record(action_of(planned.setting), noted.place)
    return Changed(place, tuple(found), departed, replaced)


async def _begin(act: Act, planned: Planned, removed: frozenset[Ground], *, fresh: bool) -> None:
    """Note all that is going to be done, before anything changes by which it was decided."""
    if planned.begun:
        return
    for change in planned.changes if fresh else ():
        await act.begin(replacing.ACTION, change.before.room)
    for change in planned.changes[1:]:
        await act.begin(_LOWERED, change.after.room)
    await departures.begin(act, (one for one in planned.departures if one.ground in removed))
    await act.begin(action_of(planned.setting), planned.place.room)


async def _replace_rooms(act: Act) -> tuple[Replaced, ...]:
    """A group before its subsite, for it is the group that has something to leave behind."""
    noted = [one.place for one in await act.noted(replacing.ACTION)]
    return tuple([await replacing.replace_room(act, room) for room in reversed(noted)])


async def _now(act: Act, room: RoomId) -> Place | None:
    return await rows.of_room(act.index, await rows.going_on_in(act.index, room))


async def _in_new_room(act: Act, planned: Planned) -> Planned:
    """The same, of the room where the place is now."""
    now = await _now(act, planned.place.room)
    if now is None or now.room == planned.place.room:
        return planned
    first, *following = planned.changes
    moved = replace(first, after=replace(first.after, room=now.room))
    return replace(planned, place=moved.after, changes=(moved, *following))


async def _carry_out_all(act: Act, planned: Planned) -> None:
    place = planned.place
    around = place.is_subsite and planned.setting in _TOUCHING_GROUPS
    for change in planned.changes[1:]:
        await _carry_out(act, planned.setting, change.after)
    if planned.begun:
        # Of those that came down before the interruption something may still stand open.
        await _keep_again(act, [noted.place for noted in await act.noted(_LOWERED)])
    if around and any(one.admits_more for one in planned.changes[:1]):
        # A group that lets the whole subsite in must not do so for whom that will let in.
        await _keep_groups(act, place)
    await _carry_out(act, planned.setting, place)
    if around:
        await _keep_groups(act, place)


async def _carry_out(act: Act, setting: Setting, place: Place) -> None:
    if setting is Setting.NAME:
        await act.perform([PutState(place.room, "m.room.name", {"name": place.name})])
    elif setting is Setting.TOPIC:
        await act.perform([PutState(place.room, "m.room.topic", {"topic": place.topic})])
    else:
        if not place.is_subsite:
            await inner_spaces.make_room_for(act, place)
        await rooms.keep(act, await plan_of(act, place), place.room)
        if place.is_subsite:
            await inner_spaces.keep(act, place)


async def _keep_again(act: Act, places_again: Iterable[RoomId]) -> None:
    for room in places_again:
        if place := await rows.of_room(act.index, room):
            await rooms.keep(act, await plan_of(act, place), room)


async def _keep_groups(act: Act, subsite: Place) -> None:
    """How a group is joined, and its address, depend on its subsite (design 5.2, the tables)."""
    for group in await rows.groups_of(act.index, subsite):
        await rooms.keep(act, await plan_of(act, group), group.room)
