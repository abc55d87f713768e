"""One deed in many rooms: what befalls somebody in a subsite befalls them in its rooms too."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from plein_bot.actions import places
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.effects import Ban, Effect, Remove, Unban
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place, Visibility
from plein_bot.index import places as rows

Each = Callable[[], Awaitable[None]]
Move = type[Remove] | type[Ban] | type[Unban]

DONE = "done"


async def unseen() -> None:
    """Nobody watches how far it is."""


@dataclass(frozen=True, slots=True)
class Around:
    """A place with what is in it: of a subsite the groups and the staff room, of a group nothing.

    `shown` are the rooms that the actor may know of; nobody hears of the inner spaces.
    """

    place: Place
    groups: tuple[Place, ...]
    staff_room: RoomId | None
    shown: frozenset[RoomId]
    inner_spaces: tuple[RoomId, ...] = ()

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        staff = (self.staff_room,) if self.staff_room else ()
        groups = (group.room for group in self.groups)
        return (self.place.room, *groups, *staff, *self.inner_spaces)

    def showing(self, groups: Iterable[Place]) -> "Around":
        staff = (self.staff_room,) if self.staff_room else ()
        shown = frozenset({self.place.room, *(group.room for group in groups), *staff})
        return replace(self, shown=shown)


async def around(act: Act, place: Place, viewer: Person) -> Around:
    """A place as the `viewer` sees it."""
    whole = await all_around(act, place)
    if not place.is_subsite:
        return whole
    seen = await places.visible_groups(act, viewer, place)
    return whole.showing(one.place for one in seen)


async def around_for_staff(act: Act, place: Place) -> Around:
    """A place as all of its staff see it: moderators need not know of hidden groups."""
    whole = await all_around(act, place)
    open_ones = (g for g in whole.groups if g.settings.visibility is not Visibility.HIDDEN)
    return whole.showing(open_ones)


async def all_around(act: Act, place: Place) -> Around:
    """A place with all that is in it, for whoever it befalls, who knows where they are."""
    if not place.is_subsite:
        return Around(place, (), None, frozenset({place.room}))
    groups = await rows.groups_of(act.index, place)
    staff_room = await rows.staff_room(act.index, place)
    inner = tuple(await rows.inner_spaces(act.index, place.room))
    return Around(place, groups, staff_room, frozenset(), inner).showing(groups)


@dataclass(frozen=True, slots=True)
class Deed:
    """`action` on one person in a place, and `behind` it in the rooms that follow.

    `by_hand` where somebody did it to the place itself in a client. `begun` when this cause was
    interrupted in carrying it out: then it is not judged again. `why` is for the audit.
    """

    action: str
    around: Around
    person: Person
    behind: tuple[RoomId, ...] = ()
    by_hand: bool = False
    begun: bool = False
    why: str = ""

    @property
    def place(self) -> Place:
        return self.around.place

    @property
    def groups(self) -> tuple[Place, ...]:
        """Those behind it that the actor may know of."""
        shown = self.around.shown.intersection(self.behind)
        return tuple(group for group in self.around.groups if group.room in shown)

    @property
    def shown(self) -> int:
        """In how many rooms the actor sees it happen."""
        return 1 + len(self.around.shown.intersection(self.behind))


@dataclass(frozen=True, slots=True)
class Done:
    """`failed` are the rooms for which the homeserver refused, and why."""

    deed: Deed
    failed: Mapping[RoomId, HomeserverError] = field(default_factory=dict)


async def begun(
    act: Act, action: str, around: Around, person: Person, *, by_hand: bool = False
) -> Deed | None:
    """What this cause was doing when it was interrupted."""
    if not await act.has_begun(action, around.place.room, person.id):
        return None
    rooms = await act.begun(following(action), person.id)
    behind = tuple(room for room in around.rooms if room in rooms)
    return Deed(action, around, person, behind, by_hand=by_hand, begun=True)


def following(action: str) -> str:
    """What the audit calls it in rooms that only follow the one that was named."""
    return f"{action}.follow"


async def carry_out(
    act: Act, deed: Deed, move: Move, done: Callable[[Membership], bool], each: Each = unseen
) -> Done:
    """Make the move in every room where it is not `done` yet; `each` counts those that are shown.

    What is to be done is written down as a whole before anything is, so that an interruption
    changes nothing about it.
    """
    user, door = deed.person.id, deed.place.room
    if not deed.begun:
        if deed.behind:
            await act.begin_all(following(deed.action), deed.behind, user, why=deed.why)
        # Last, because it says that the others are known.
        await act.begin(deed.action, door, user, why=deed.why)
    there = await places.memberships_of(act, user, (door, *deed.behind))

    def effects(room: RoomId) -> list[Effect]:
        return [] if done(there.get(room, Membership.LEAVE)) else [move(room, user)]

    shown = [room for room in deed.behind if room in deed.around.shown]
    hidden = [room for room in deed.behind if room not in deed.around.shown]
    # The door before the rooms behind it: else whoever is in the space walks back into them.
    failed = await act.perform_by_room({door: [] if deed.by_hand else effects(door)}, each)
    failed |= await act.perform_by_room({room: effects(room) for room in shown}, each)
    failed |= await act.perform_by_room({room: effects(room) for room in hidden})
    outcomes = {room: failed[room].code if room in failed else DONE for room in deed.behind}
    if deed.behind:
        await act.record_all(following(deed.action), outcomes, user)
    outcome = failed[door].code if door in failed else DONE
    await act.record(deed.action, door, user, outcome=outcome)
    return Done(deed, failed)
