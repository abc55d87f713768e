"""Archiving a place and reopening it: of a subsite with all its groups, but not its staff room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from plein_bot.actions import cascades, inner_spaces, people, places, staff
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import DONE, Around, Each, following
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain import archives as rules
from plein_bot.domain.effects import Effect
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.plans import State
from plein_bot.domain.roles import Roles
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.domain.settings import marker_of
from plein_bot.domain.standing import Standing
from plein_bot.index import rooms

ARCHIVE, REOPEN = "archive", "reopen"


@dataclass(frozen=True, slots=True)
class Planned:
    """`groups` go with the subsite. `begun` when this cause was interrupted in carrying it out."""

    action: str
    around: Around
    groups: tuple[Place, ...] = ()
    begun: bool = False

    @property
    def place(self) -> Place:
        return self.around.place

    @property
    def seen(self) -> tuple[Place, ...]:
        """The groups that the actor may know of."""
        return tuple(group for group in self.groups if group.room in self.around.shown)


@dataclass(frozen=True, slots=True)
class Done:
    """`failed` are the rooms for which the homeserver refused, and why."""

    planned: Planned
    failed: Mapping[RoomId, HomeserverError] = field(default_factory=dict)


async def plan_archiving(act: Act, standing: Standing, *, subsite: bool) -> Planned:
    """What would be archived; raises the Refusal for what may not be."""
    around = await cascades.around(act, standing.place, standing.person)
    if begun := await _begun(act, ARCHIVE, around):
        return begun
    rules.refuse_archiving(standing, subsite=subsite)
    groups = tuple(group for group in around.groups if not group.archived)
    return Planned(ARCHIVE, around, groups)


async def plan_reopening(act: Act, standing: Standing, *, subsite: bool) -> Planned:
    """What would be reopened: not the groups that were archived before their subsite was."""
    around = await cascades.around(act, standing.place, standing.person)
    if begun := await _begun(act, REOPEN, around):
        return begun
    rules.refuse_reopening(standing, subsite=subsite)
    states = await rooms.states(act.index, [g.room for g in around.groups], [rules.TYPE])
    came_with = rules.came_with(standing.place, states)
    return Planned(REOPEN, around, tuple(g for g in around.groups if g.room in came_with))


async def _begun(act: Act, action: str, around: Around) -> Planned | None:
    if not await act.has_begun(action, around.place.room):
        return None
    with_it = await act.begun(following(action), None)
    groups = tuple(group for group in around.groups if group.room in with_it)
    return Planned(action, around, groups, begun=True)


async def archive(act: Act, planned: Planned, each: Each = cascades.unseen) -> Done:
    """Make everything silent, and tell the staff."""
    subsite = planned.place.room
    todo = {}
    for place, roles, actual in await _facts(act, planned):
        with_it = subsite if place.room != subsite else None
        todo[place.room] = rules.closing(place, roles, actual, with_it)
    return await _carry_out(act, planned, todo, each)


async def reopen(act: Act, planned: Planned, each: Each = cascades.unseen) -> Done:
    """Make everything again what it was, and tell the staff."""
    todo = {
        place.room: rules.opening(place, roles, actual)
        for place, roles, actual in await _facts(act, planned)
    }
    return await _carry_out(act, planned, todo, each)


async def _facts(act: Act, planned: Planned) -> list[tuple[Place, Roles, State]]:
    everything = (planned.place, *planned.groups)
    roles = await places.roles_in_all(act, everything)
    types = {rules.TYPE, rules.LEVELS, rules.JOIN_RULES, *map(marker_of, everything)}
    states = await rooms.states(act.index, [one.room for one in everything], types)
    return [(one, roles[one.room], states.get(one.room, {})) for one in everything]


async def _carry_out(
    act: Act, planned: Planned, todo: Mapping[RoomId, Sequence[Effect]], each: Each
) -> Done:
    action, place = planned.action, planned.place
    if not planned.begun:
        if planned.groups:
            await act.begin_all(following(action), [group.room for group in planned.groups], None)
        # Last, because it says that the others are known.
        await act.begin(action, place.room)
    shown = {room: effects for room, effects in todo.items() if room in planned.around.shown}
    failed = await act.perform_by_room(shown, each)
    failed |= await act.perform_by_room({r: e for r, e in todo.items() if r not in shown})
    outcomes = {g.room: failed[g.room].code if g.room in failed else DONE for g in planned.groups}
    if outcomes:
        await act.record_all(following(action), outcomes, None)
    if place.is_subsite:
        await inner_spaces.keep(act, replace(place, archived=action == ARCHIVE))
    done = Done(planned, failed)
    await staff.tell(act, place, await _told_to_staff(act, done), action)
    outcome = failed[place.room].code if place.room in failed else DONE
    await act.record(action, place.room, outcome=outcome)
    return done


async def _told_to_staff(act: Act, done: Done) -> Sentence | Text:
    place, groups = done.planned.place, done.planned.groups
    # Not all the staff may know of a hidden group.
    names = [g.name for g in groups if g.settings.visibility is not Visibility.HIDDEN]
    actor = (await people.recognise(act, act.actor)).shown
    if done.planned.action == ARCHIVE:
        what = say("{actor} has archived {place}.", actor=actor, place=place.full_name)
        more = say("With it are archived {groups}.", groups=in_a_row(names))
    else:
        what = say("{actor} has reopened {place}.", actor=actor, place=place.full_name)
        more = say("With it are reopened {groups}.", groups=in_a_row(names))
    return paragraphs(what, more) if names else what
