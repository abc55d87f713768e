"""Finding places, and where somebody stands with them."""

from collections.abc import Iterable, Mapping, Sequence

from plein_bot.actions import people
from plein_bot.actions.acts import Act
from plein_bot.domain import finding as rules
from plein_bot.domain import roles as role_rules
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Roles
from plein_bot.domain.standing import Standing
from plein_bot.index import members, preferences
from plein_bot.index import places as rows
from plein_bot.index import roles as role_rows
from plein_bot.index.roles import NONE, Given

_WELCOME = (Membership.JOIN, Membership.INVITE)


async def find(act: Act, text: str, here: RoomId | None = None) -> Standing:
    """The place that `text` names, and where the actor stands with it; the last one used is kept.

    `.` and nothing at all are the place where the command was typed, else the one used last. Raises
    NoSuchPlace also for a place that this person may not know of.
    """
    person = await people.recognise(act, act.actor)
    if rules.means_here(text):
        place = await _here_or_last(act, here)
        standing = await stand(act, person, place)
    else:
        found = await rows.matching(act.index, rules.spellings(text))
        around = await _of(act, here) if here else None
        near = around.root.room if around else None
        standing = rules.the_one(text, await _visible(act, person, found), near)
    if not standing.may_see:
        # Where they were last, and may know nothing of any more.
        raise rules.NameAPlace
    await preferences.use_place(act.index, act.actor, standing.place.room)
    return standing


async def _here_or_last(act: Act, here: RoomId | None) -> Place:
    place = await _of(act, here) if here else None
    if place is None and (last := await preferences.last_place(act.index, act.actor)):
        place = await rows.of_room(act.index, last)
    if place is None:
        raise rules.NameAPlace
    return place


async def stand(act: Act, person: Person, place: Place) -> Standing:
    """Where `person` stands with `place`, the role in the subsite counted too."""
    if not person.has_account:
        return Standing(person, place)
    everywhere = (place.room, place.root.room)
    standing = await members.memberships(act.index, person.id, everywhere)
    given = await role_rows.given(act.index, everywhere)
    return _standing(person, place, standing, given)


def _standing(
    person: Person,
    place: Place,
    standing: Mapping[RoomId, Membership],
    given: Mapping[RoomId, Given],
) -> Standing:
    """A role counts for whoever is there, or is invited, where it was given."""
    powers = (
        given.get(room, NONE).powers.get(person.id, 0)
        for room in (place.room, place.root.room)
        if standing.get(room) in _WELCOME
    )
    power = max(powers, default=0)
    muted = any(person.id in given.get(room, NONE).muted for room in (place.room, place.root.room))
    return Standing(
        person,
        place,
        membership=standing.get(place.room, Membership.LEAVE),
        in_subsite=standing.get(place.root.room, Membership.LEAVE),
        power=power,
        muted=muted and not power,
    )


async def all_stand(act: Act, people: Iterable[Person], place: Place) -> dict[UserId, Standing]:
    """Where each of these people stands with a place, with one question for all of them."""
    known = {one.id: one for one in people}
    everywhere = (place.room, place.root.room)
    stays = await members.among(act.index, everywhere, known)
    given = await role_rows.given(act.index, everywhere)
    return {
        user: _standing(
            person,
            place,
            {room: stays[room, user].membership for room in everywhere if (room, user) in stays},
            given,
        )
        for user, person in known.items()
    }


async def at(act: Act, room: RoomId) -> Standing | None:
    """Where the actor stands with the place of this room; None where the room is no place."""
    place = await _of(act, room)
    return await stand(act, await people.recognise(act, act.actor), place) if place else None


async def _of(act: Act, room: RoomId) -> Place | None:
    """The place of a room; a staff room stands for its subsite."""
    return await rows.of_room(act.index, room) or await rows.subsite_of_staff_room(act.index, room)


async def roles_in(act: Act, place: Place) -> Roles:
    """Everybody with a role here; roles of the subsite count in all its rooms."""
    return (await roles_in_all(act, [place]))[place.room]


async def roles_in_all(act: Act, places: Sequence[Place]) -> dict[RoomId, Roles]:
    """The same for several places at once."""
    everywhere = {place.room for place in places} | {place.root.room for place in places}
    given = await role_rows.given(act.index, everywhere)
    return {place.room: _roles(place, given) for place in places}


def _roles(place: Place, given: Mapping[RoomId, Given]) -> Roles:
    own, above = given.get(place.room, NONE), given.get(place.root.room, NONE)
    if place.is_subsite:
        return Roles(own.powers, muted=own.muted)
    powers = own.powers if own.stated else role_rules.beyond(own.powers, above.powers)
    muted = own.muted if own.mutes_stated else own.muted - above.muted
    return Roles(powers, above.powers, muted, above.muted)


async def powers_in(act: Act, place: Place) -> dict[UserId, int]:
    return (await roles_in(act, place)).counting


async def visible_subsites(act: Act) -> tuple[Standing, ...]:
    """All subsites that the actor may know of, by name."""
    person = await people.recognise(act, act.actor)
    return await _visible(act, person, await rows.subsites(act.index))


async def visible_groups(act: Act, person: Person, subsite: Place) -> tuple[Standing, ...]:
    return await _visible(act, person, await rows.groups_of(act.index, subsite))


async def _visible(act: Act, person: Person, found: tuple[Place, ...]) -> tuple[Standing, ...]:
    seen = await stand_in_all(act, person, found)
    return tuple(standing for standing in seen if standing.may_see)


async def stand_in_all(act: Act, person: Person, found: Sequence[Place]) -> tuple[Standing, ...]:
    """Like `stand` for many places, with one question for all of them."""
    if not person.has_account:
        # In no room, and with no role: there is nothing to ask.
        return tuple(Standing(person, place) for place in found)
    everywhere = {place.room for place in found} | {place.root.room for place in found}
    standing = await members.memberships(act.index, person.id, tuple(everywhere))
    given = await role_rows.given(act.index, everywhere)
    return tuple(_standing(person, place, standing, given) for place in found)


async def memberships_of(
    act: Act, person: UserId, rooms_asked: Iterable[RoomId]
) -> dict[RoomId, Membership]:
    return await members.memberships(act.index, person, tuple(rooms_asked))
