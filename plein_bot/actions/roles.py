"""Giving and taking roles, and making power levels of them in all rooms where they count."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace

from plein_bot.actions import chats, offers, people, places
from plein_bot.actions.acts import Act
from plein_bot.domain import giving as rules
from plein_bot.domain import roles as role_rules
from plein_bot.domain.effects import Effect, Invite, PutState, Remove
from plein_bot.domain.events import Membership
from plein_bot.domain.giving import Giving
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.plans import levels_of, staff_levels
from plein_bot.domain.power import STAFF
from plein_bot.domain.roles import Powers, Roles
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import members, rooms
from plein_bot.index import places as place_rows
from plein_bot.index import roles as role_rows

GIVE, LOSE = "role.give", "role.lose"
_LEVELS = rooms.POWER_LEVELS
_THERE = (Membership.JOIN, Membership.INVITE)

Each = Callable[[], Awaitable[None]]


async def _silently() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Planned:
    """`where` are the places whose roles change with it, the place that was named first.

    `higher` are those of them where the person keeps a higher role of its own. `begun` when this
    cause was interrupted in carrying it out.
    """

    place: Place
    giving: Giving
    where: tuple[Place, ...]
    higher: tuple[Place, ...] = ()
    begun: bool = False

    @property
    def is_over(self) -> bool:
        return self.giving.is_nothing and not self.begun

    @property
    def needs_confirming(self) -> bool:
        return len(self.where) > 1 and not self.begun


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it; `failed` are the places whose rooms the homeserver would not change."""

    planned: Planned
    failed: tuple[Place, ...] = ()


async def plan(act: Act, standing: Standing, person: Person, role: Role) -> Planned:
    """What would change; raises the Refusal for what may not be."""
    rules.refuse_account(act.plein, person.id)
    place = standing.place
    roles = await places.roles_in(act, place)
    begun = await act.has_begun(GIVE, place.room, person.id)
    offered = await act.has_begun(offers.OFFER, place.room, person.id)
    if begun or offered:
        before = Role.of_power(roles.counting.get(person.id, 0))
        own = rules.own_after(roles, person.id, role)
        giving = Giving(person, role, before, own, offered=offered)
    else:
        to = await places.stand(act, person, place)
        there = await owners_there(act, place, roles)
        giving = rules.decide(standing, to, role, roles, there)
    return await _planned(act, place, giving, begun=begun or offered)


async def was_stepping_down(act: Act, place: Place) -> bool:
    """Whether this cause was ending the actor's own role, and with it their right to do so."""
    return await act.has_begun(GIVE, place.room, act.actor)


async def plan_offered(act: Act, giver: Standing, person: Person) -> Planned:
    """The same once the person has agreed to be an owner."""
    place = giver.place
    roles = await places.roles_in(act, place)
    begun = await act.has_begun(GIVE, place.room, person.id)
    if not begun:
        to = await places.stand(act, person, place)
        rules.decide(giver, to, Role.OWNER, roles, await owners_there(act, place, roles))
    return await _as_owner(act, place, person, begun=begun)


async def plan_appointed(act: Act, place: Place, person: Person) -> Planned:
    """The same where operators appoint; whether they may is judged there."""
    return await _as_owner(act, place, person, begun=True)


async def _as_owner(act: Act, place: Place, person: Person, *, begun: bool) -> Planned:
    roles = await places.roles_in(act, place)
    before = Role.of_power(roles.counting.get(person.id, 0))
    own = rules.own_after(roles, person.id, Role.OWNER)
    return await _planned(act, place, Giving(person, Role.OWNER, before, own), begun=begun)


async def _planned(act: Act, place: Place, giving: Giving, *, begun: bool) -> Planned:
    where = (place, *(await place_rows.groups_of(act.index, place) if place.is_subsite else ()))
    higher = await _where_higher(act, where, giving.person.id, giving.role.power)
    return Planned(place, giving, where, higher, begun)


async def _where_higher(
    act: Act, where: Collection[Place], person: UserId, power: int
) -> tuple[Place, ...]:
    roles = await places.roles_in_all(act, [one for one in where if not one.is_subsite])
    return tuple(
        one for one in where if one.room in roles and roles[one.room].own.get(person, 0) > power
    )


async def owners_there(act: Act, place: Place, roles: Roles) -> frozenset[UserId]:
    """The owners who have joined the place, or the subsite that it is in."""
    there = await members.among(act.index, (place.room, place.root.room), roles.owners())
    return frozenset(
        user for (_, user), stay in there.items() if stay.membership is Membership.JOIN
    )


async def give(act: Act, planned: Planned, each: Each = _silently) -> Given:
    """Give the role, in all rooms where it counts, and tell the person."""
    place, person, role = planned.place, planned.giving.person, planned.giving.role
    await act.begin(GIVE, place.room, person.id)
    # Read again: what else was given in between is not undone.
    own = rules.own_after(await places.roles_in(act, place), person.id, role)
    staff = place.is_subsite and role.power >= STAFF
    raised = [person.id] if staff else ()
    failed = await put(act, place.root, {place.room: own}, raised=raised, each=each)
    await act.record(GIVE, place.room, person.id)
    await offers.settle(act, place.root)
    if person.id != act.actor:
        await tell(act, place, person.id, role)
    return Given(planned, failed)


async def tell(act: Act, place: Place, person: UserId, role: Role) -> None:
    """Tell somebody which role the actor gave them."""
    giver = await people.recognise(act, act.actor)
    told: list[Sentence | Text] = [
        say(
            "{giver} has made you {role} of {place}.",
            giver=giver.shown,
            role=role,
            place=place.full_name,
        )
        if role is not Role.MEMBER
        else say(
            "{giver} has ended your role in {place}. You still take part in it.",
            giver=giver.shown,
            place=place.full_name,
        )
    ]
    if place.is_subsite and role is not Role.MEMBER:
        told.append(say("That counts in all its groups. You are invited to the room of its staff."))
    await chats.reach(act, person, paragraphs(*told), f"role:{place.room}")


async def put(
    act: Act,
    subsite: Place,
    own: Mapping[RoomId, Powers],
    *,
    raised: Collection[UserId] = (),
    each: Each = _silently,
) -> tuple[Place, ...]:
    """Write the roles of places of one subsite, and make power levels of them where they count.

    Those `raised` to the staff of the subsite are invited to its staff room; whoever is no longer
    staff leaves it. Returns the places whose rooms the homeserver would not change.
    """
    everywhere = (subsite, *await place_rows.groups_of(act.index, subsite))
    await act.perform_by_room(await _statements(act, everywhere, own))
    all_of_it = subsite.room in own
    todo = await levels_missing(act, [one for one in everywhere if all_of_it or one.room in own])
    if all_of_it and (staff := await place_rows.staff_room(act.index, subsite)):
        todo[staff] = await _staff_room(act, subsite, staff, raised)
    failed = await act.perform_by_room({r: e for r, e in todo.items() if e}, each)
    return tuple(one for one in everywhere if one.room in failed)


async def _statements(
    act: Act, everywhere: Collection[Place], own: Mapping[RoomId, Powers]
) -> dict[RoomId, list[Effect]]:
    """The states that say who has which role.

    An older room gets its own too, before the roles of its subsite change: it is read from power
    levels, as far as the subsite does not explain them.
    """
    standing = await role_rows.given(act.index, [one.room for one in everywhere])
    read = await places.roles_in_all(act, list(everywhere))
    todo: dict[RoomId, list[Effect]] = {}
    for one in everywhere:
        wanted = own.get(one.room, read[one.room].own)
        now = standing.get(one.room, role_rows.NONE)
        if now.powers != wanted or not now.stated:
            content = role_rules.to_content(wanted)
            todo[one.room] = [PutState(one.room, role_rules.TYPE, content)]
    return todo


async def levels_missing(act: Act, affected: Collection[Place]) -> dict[RoomId, list[Effect]]:
    """What makes the power levels of these places say what their roles and mutes do."""
    roles = await places.roles_in_all(act, list(affected))
    levels = await rooms.power_levels(act.index, [one.room for one in affected])
    todo: dict[RoomId, list[Effect]] = {}
    for one in affected:
        wanted = levels_of(one, roles[one.room])
        if levels.get(one.room) != wanted:
            todo[one.room] = [PutState(one.room, _LEVELS, wanted)]
    return todo


async def _staff_room(
    act: Act, subsite: Place, room: RoomId, raised: Collection[UserId]
) -> list[Effect]:
    roles = await places.roles_in(act, subsite)
    there = await members.of_room(act.index, room)
    effects: list[Effect] = []
    wanted = staff_levels(roles)
    if (await rooms.power_levels(act.index, [room])).get(room) != wanted:
        effects.append(PutState(room, _LEVELS, wanted))
    effects += [
        Invite(room, user) for user in raised if there.get(user) not in (*_THERE, Membership.BAN)
    ]
    effects += [
        Remove(room, user)
        for user, membership in there.items()
        if membership in (*_THERE, Membership.KNOCK)
        and roles.counting.get(user, 0) < STAFF
        and user not in (act.plein.bot, act.plein.reserve)
    ]
    return effects


async def left(act: Act, subsite: Place, person: UserId) -> None:
    """Somebody went out of a room of this subsite, and has no role there any more."""
    everywhere = (subsite, *await place_rows.groups_of(act.index, subsite))
    roles = await places.roles_in_all(act, everywhere)
    begun = await act.has_begun(LOSE, subsite.room, person)
    if begun or any(person in one.own for one in roles.values()):
        await act.begin(LOSE, subsite.room, person)
        await tidy(act, subsite, finish=begun)
        await act.record(LOSE, subsite.room, person)


async def tidy(act: Act, subsite: Place, *, finish: bool = False) -> None:
    """Whoever is out of a place has no role in it any more (`roles.kept`).

    `finish` where it may have been interrupted between the roles and the power levels.
    """
    everywhere = (subsite, *await place_rows.groups_of(act.index, subsite))
    roles = await places.roles_in_all(act, everywhere)
    named = {user for one in roles.values() for user in one.own}
    stays = await members.among(act.index, roles, named)
    changed: dict[RoomId, Powers] = {}
    for one in everywhere:
        there = [
            user
            for user in roles[one.room].own
            if (stay := stays.get((one.room, user))) and stay.membership in _THERE
        ]
        # A group's roles are judged by those of the subsite as they will be.
        above = changed.get(subsite.room, roles[subsite.room].own) if not one.is_subsite else {}
        kept = role_rules.kept(replace(roles[one.room], above=above), there)
        if kept != roles[one.room].own:
            changed[one.room] = kept
    if finish:
        changed.setdefault(subsite.room, roles[subsite.room].own)
    if changed:
        await put(act, subsite, changed)
    await offers.settle(act, subsite)
