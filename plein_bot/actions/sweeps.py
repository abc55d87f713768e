"""Shutting people out of many places at once, and what they said with them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from plein_bot.actions import (
    bans,
    cascades,
    people,
    places,
    redactions,
    request_endings,
    roles,
)
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Around, Each, following
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain import sanctions as rules
from plein_bot.domain.bans import BAN
from plein_bot.domain.effects import Ban
from plein_bot.domain.events import Membership
from plein_bot.domain.globs import Glob
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.removals import refuse_moving_staff
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.standing import Standing
from plein_bot.index import members, utterances
from plein_bot.index import places as place_rows
from plein_bot.index import sanctions as rows

Moves = dict[UserId, tuple[RoomId, ...]]


@dataclass(frozen=True, slots=True)
class Spared:
    """Somebody who stays in a place. `of` is where they are staff, if the actor may know of it."""

    person: Person
    place: Place
    of: Place | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Who would be shut out of what. `doors` are the places of each, the one that counts first.

    `spared` are those who are staff of a place, or of a group in it, and stay in all of it.
    `elsewhere` are subsites that the actor takes part in and does not moderate. `messages` is how
    much would be taken away.
    """

    people: tuple[Person, ...]
    around: Mapping[RoomId, Around]
    doors: Mapping[UserId, tuple[Place, ...]]
    rooms: Moves
    spared: tuple[Spared, ...] = ()
    elsewhere: tuple[Place, ...] = ()
    messages: int = 0
    begun: tuple[Sanction, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """All that anybody is shut out of, in the order in which they were chosen."""
        named = {place.room for doors in self.doors.values() for place in doors}
        return tuple(one.place for room, one in self.around.items() if room in named)

    @property
    def shown(self) -> frozenset[RoomId]:
        """The rooms that the actor may know of."""
        seen = {room for one in self.around.values() for room in one.shown}
        return frozenset(room for rooms in self.rooms.values() for room in rooms if room in seen)


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of it: the rooms that were refused, the messages that stand, who was not told."""

    sweep: Sweep
    imposed: tuple[Sanction, ...]
    failed: Mapping[RoomId, HomeserverError] = field(default_factory=dict)
    left: int = 0
    untold: tuple[Person, ...] = ()


async def everywhere(
    act: Act, standing: Standing
) -> tuple[tuple[Standing, ...], tuple[Place, ...]]:
    """The subsites that the actor moderates, the one at hand first; then where they take part."""
    seen = await places.visible_subsites(act)
    mine = [one for one in seen if one.power >= Role.MODERATOR.power]
    mine.sort(key=lambda one: one.place.room != standing.place.root.room)
    others = (one.place for one in seen if one.is_in and one not in mine)
    return tuple(mine), tuple(others)


async def matching(act: Act, glob: Glob, targets: Iterable[Standing]) -> tuple[Person, ...]:
    """Who is in any of these places, or invited there, and is meant by a pattern."""
    rooms = {room for one in targets for room in (await cascades.all_around(act, one.place)).rooms}
    there = await members.present(act.index, rooms)
    found = glob.matching(sorted({user for users in there.values() for user in users}))
    known = await people.recognise_all(act, found)
    return tuple(known[user] for user in found)


async def taken_up(act: Act, viewer: Person) -> Sweep | None:
    """What this cause was doing when it was interrupted."""
    begun = await rows.of_cause(act.index, act.cause, SanctionKind.BAN)
    if not begun:
        return None
    found = {
        place.room: place
        for place in await place_rows.of_rooms(act.index, {one.place for one in begun})
    }
    around = {
        one.place: await cascades.around(act, found[one.place], viewer)
        for one in begun
        if one.place in found
    }
    known = await _as_they_were_called(act, around.values(), [one.person for one in begun])
    doors = {
        user: tuple(found[one.place] for one in begun if one.person == user and one.place in found)
        for user in known
    }
    sweep = Sweep(tuple(known.values()), around, doors, {}, begun=begun)
    return replace(sweep, rooms=await _rooms(act, sweep))


async def _as_they_were_called(
    act: Act, around: Iterable[Around], whom: Iterable[UserId]
) -> dict[UserId, Person]:
    """Who is out of all rooms bears no name any more."""
    known = await people.recognise_all(act, whom)
    nameless = [user for user, person in known.items() if person.name is None]
    rooms = [room for one in around for room in one.rooms]
    names = await members.last_names(act.index, rooms, nameless) if nameless else {}
    return {user: replace(one, name=one.name or names.get(user)) for user, one in known.items()}


async def plan(
    act: Act,
    targets: Sequence[Standing],
    whom: Sequence[Person],
    *,
    elsewhere: tuple[Place, ...] = (),
    by_name: bool,
) -> Sweep:
    """What it would come to. Who is named `by_name` and may not be shut out at hand is refused.

    Of those who are meant by a pattern nobody is staff anywhere that it reaches.
    """
    around = {
        mine.place.room: await cascades.around(act, mine.place, mine.person) for mine in targets
    }
    doors: dict[UserId, tuple[Place, ...]] = {}
    spared: list[Spared] = []
    if by_name:
        for person in whom:
            theirs = await places.stand(act, person, targets[0].place)
            rules.refuse(
                replace(targets[0], power=max(one.power for one in targets)), theirs, act.plein
            )
    with_a_role = await _with_a_role(act, around.values())
    for person in whom:
        if person.id in (act.actor, act.plein.bot, act.plein.reserve):
            continue
        for mine in targets:
            theirs = await places.stand(act, person, mine.place)
            top = mine.power if by_name else Role.MODERATOR.power
            staff = [theirs]
            if person.id in with_a_role:
                groups = around[mine.place.room].groups
                staff += await places.stand_in_all(act, person, groups)
            where = [one.place for one in staff if one.power >= top]
            if where:
                known = around[mine.place.room].shown
                of = next((one for one in where if one.room in known), None)
                spared.append(Spared(person, mine.place, of))
            elif theirs.membership is not Membership.BAN:
                doors[person.id] = (*doors.get(person.id, ()), mine.place)
    if by_name and not doors:
        here = around[targets[0].place.room]
        for person in whom:
            inside = await places.stand_in_all(act, person, here.groups)
            refuse_moving_staff(targets[0], inside, here.shown)
    swept = tuple(person for person in whom if person.id in doors)
    sweep = Sweep(swept, around, doors, {}, tuple(spared), elsewhere)
    return replace(sweep, rooms=await _rooms(act, sweep))


async def _with_a_role(act: Act, around: Iterable[Around]) -> frozenset[UserId]:
    """Everybody with a role in a group: whoever has none need not be looked for in each."""
    roles = await places.roles_in_all(act, [group for one in around for group in one.groups])
    return frozenset(user for one in roles.values() for user in one.own)


async def _rooms(act: Act, sweep: Sweep) -> Moves:
    """The rooms of each: those that this cause has begun with, and those where they are not out."""
    moves: Moves = {}
    for person in sweep.people:
        everywhere = [
            room for door in sweep.doors[person.id] for room in sweep.around[door.room].rooms
        ]
        begun = await act.begun(following(BAN), person.id)
        begun |= await act.begun(BAN, person.id)
        there = await places.memberships_of(act, person.id, everywhere)
        moves[person.id] = tuple(
            room
            for room in everywhere
            if room in begun or (not begun and there.get(room) is not Membership.BAN)
        )
    return moves


async def counted(act: Act, sweep: Sweep, since: datetime, now: datetime) -> Sweep:
    """With the number of messages that would be taken away; refused where they are too many."""
    n = await utterances.count(
        act.index, _everything(sweep), [one.id for one in sweep.people], since, now
    )
    if not sweep.begun:
        redactions.refuse_too_many(n)
    return replace(sweep, messages=n)


def _everything(sweep: Sweep) -> frozenset[RoomId]:
    return frozenset(room for place in sweep.places for room in sweep.around[place.room].rooms)


async def carry_out(
    act: Act,
    sweep: Sweep,
    reason: str,
    until: datetime | None,
    each: Each,
    *,
    purge: timedelta | None = None,
) -> Swept:
    """Write down all that is to be done; then shut out, and take away what was said."""
    measures = [
        (
            Measure(SanctionKind.BAN, place.room, reason, until),
            [one.id for one in sweep.people if place in sweep.doors[one.id]],
        )
        for place in sweep.places
    ]
    imposed = await rows.impose_all(act.index, measures, act.actor, act.cause)
    async with AsyncExitStack() as stack:
        for root in sorted({place.root.room for place in sweep.places}):
            await stack.enter_async_context(act.locks.alone_in(root))
        await _begin(act, sweep, imposed)
        failed = await _shut_out(act, sweep, each)
    left = await _purged(act, sweep, imposed, purge) if purge else 0
    await _end(act, sweep, failed)
    untold = await _tell(act, sweep, imposed, reason)
    by_room = {room: error for (room, _), error in failed.items()}
    return Swept(sweep, imposed, by_room, left, untold)


def _door(sweep: Sweep, person: UserId) -> Place:
    return sweep.doors[person][0]


def _mark(imposed: Iterable[Sanction], person: UserId) -> str:
    return next(one.mark for one in imposed if one.person == person)


async def _begin(act: Act, sweep: Sweep, imposed: Collection[Sanction]) -> None:
    for person in sweep.people:
        first, why = _door(sweep, person.id), _mark(imposed, person.id)
        if await act.has_begun(BAN, first.room, person.id):
            continue
        for place in sweep.doors[person.id]:
            # Afterwards nobody can see any more that they were there.
            theirs = await places.stand(act, person, place)
            if theirs.may_see and await bans.is_known(act, sweep.around[place.room], person.id):
                await act.begin(bans.TOLD, place.room, person.id)
        behind = [room for room in sweep.rooms[person.id] if room != first.room]
        await act.begin_all(following(BAN), behind, person.id, why=why)
        # Last, because it says that the others are known.
        await act.begin(BAN, first.room, person.id, why=why)


async def _shut_out(
    act: Act, sweep: Sweep, each: Each
) -> dict[tuple[RoomId, UserId], HomeserverError]:
    """The doors before the rooms behind them: else whoever is in the space walks back in."""
    doors: list[Ban] = []
    behind: list[Ban] = []
    for person in sweep.people:
        rooms = sweep.rooms[person.id]
        named = {place.room for place in sweep.doors[person.id]}
        there = await places.memberships_of(act, person.id, rooms)
        for room in rooms:
            if there.get(room) is Membership.BAN:
                await each()
            else:
                (doors if room in named else behind).append(Ban(room, person.id))
    failed: dict[tuple[RoomId, UserId], HomeserverError] = {}
    for moves in (doors, behind):
        for effect, error in await act.try_together(moves, each):
            assert isinstance(effect, Ban), "nothing else was tried"
            failed[effect.room, effect.user] = error
    for person in sweep.people:
        for place in sweep.doors[person.id]:
            await roles.left(act, place.root, person.id)
            groups = sweep.around[place.room].groups
            await request_endings.turn_down(act, (place, *groups), person.id)
    return failed


async def _purged(act: Act, sweep: Sweep, imposed: Sequence[Sanction], back: timedelta) -> int:
    """What was said until the ban; what this cause began is counted from the same moment."""
    until = imposed[0].at
    for person in sweep.people:
        why = _mark(imposed, person.id)
        await act.begin(redactions.REDACT, _door(sweep, person.id).room, person.id, why=why)
    whom = [one.id for one in sweep.people]
    # A moment later too: what was said while the doors closed.
    until += timedelta(minutes=5)
    refused = await redactions.purge(act, _everything(sweep), whom, imposed[0].at - back, until)
    outcome = refused[0].code if refused else cascades.DONE
    for person in sweep.people:
        await act.record(redactions.REDACT, _door(sweep, person.id).room, person.id, outcome)
    return len(refused)


async def _end(
    act: Act, sweep: Sweep, failed: Mapping[tuple[RoomId, UserId], HomeserverError]
) -> None:
    for person in sweep.people:
        first = _door(sweep, person.id).room

        def outcome(room: RoomId, user: UserId = person.id) -> str:
            error = failed.get((room, user))
            return error.code if error else cascades.DONE

        behind = [room for room in sweep.rooms[person.id] if room != first]
        outcomes = {room: outcome(room) for room in behind}
        await act.record_all(following(BAN), outcomes, person.id)
        await act.record(BAN, first, person.id, outcome(first))


async def _tell(
    act: Act, sweep: Sweep, imposed: Collection[Sanction], reason: str
) -> tuple[Person, ...]:
    """Each person hears it once, of the places that they may know of."""
    untold: list[Person] = []
    for person in sweep.people:
        heard = [
            place
            for place in sweep.doors[person.id]
            if await act.has_begun(bans.TOLD, place.room, person.id)
        ]
        if heard:
            one = next(o for o in imposed if o.person == person.id and o.place == heard[0].room)
            if not await letters.tell(act, one, letters.out_of_all(heard, one.until)):
                untold.append(person)
        for place in heard:
            await act.record(bans.TOLD, place.room, person.id)
    by = await letters.by_whom(act, act.actor)
    for place in sweep.places:
        out = [one for one in sweep.people if place in sweep.doors[one.id]]
        await letters.tell_staff_of_many(act, place, by, out, reason)
    return tuple(untold)
