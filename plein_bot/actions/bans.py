"""Shutting somebody out of a place, and letting them in again: of a subsite in all its rooms."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from plein_bot.actions import (
    cascades,
    chats,
    liftings,
    people,
    places,
    request_endings,
    roles,
    staff,
)
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Around, Deed, Done, Each
from plein_bot.domain import bans as rules
from plein_bot.domain import effects
from plein_bot.domain.bans import BAN, UNBAN, Ban
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.removals import PRESENT, refuse_absent, refuse_moving, refuse_moving_staff
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.domain.sentences import Sentence, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits, members, sanctions

TOLD = "ban.told"


@dataclass(frozen=True, slots=True)
class Planned:
    """`tells` where the person may know of the place, and had to do with it or with Plein."""

    deed: Deed
    tells: bool = False


async def plan(act: Act, standing: Standing, person: Person) -> Planned:
    """Where somebody would be shut out; raises the Refusal for what may not be."""
    around = await cascades.around(act, standing.place, standing.person)
    if begun := await cascades.begun(act, BAN, around, person):
        return Planned(begun)
    theirs = await places.stand(act, person, standing.place)
    refuse_moving(standing, theirs, act.plein)
    inside = await places.stand_in_all(act, person, around.groups)
    refuse_moving_staff(standing, inside, around.shown)
    found = await _of(act, around.rooms, person.id)
    deed = _deed(around, person, found)
    here = next((ban for ban in found if ban.room == standing.place.room), None)
    # A group may shut somebody out of its own accord who is shut out of the whole subsite.
    if here and not deed.behind and (standing.place.is_subsite or here.is_own(act.plein.bot)):
        refuse_absent(theirs)
    return Planned(deed, theirs.may_see and await is_known(act, around, person.id))


async def is_known(act: Act, around: Around, person: UserId) -> bool:
    there = await places.memberships_of(act, person, around.rooms)
    if any(membership in PRESENT for membership in there.values()):
        return True
    return await members.direct_chat(act.index, act.plein.bot, person) is not None


def _deed(around: Around, person: Person, found: Iterable[Ban]) -> Deed:
    banned = {around.place.room, *(ban.room for ban in found)}
    behind = tuple(room for room in around.rooms if room not in banned)
    return Deed(BAN, around, person, behind)


async def carry_out(act: Act, planned: Planned, each: Each = cascades.unseen) -> Done:
    """Shut them out of every room, and close what they were waiting for there."""
    deed = planned.deed
    if planned.tells:
        # Afterwards nobody can see any more that they were there.
        await act.begin(TOLD, deed.place.room, deed.person.id)
    done = await cascades.carry_out(act, deed, effects.Ban, _is_out, each)
    await roles.left(act, deed.place.root, deed.person.id)
    await request_endings.turn_down(act, (deed.place, *deed.around.groups), deed.person.id)
    return done


def _is_out(membership: Membership) -> bool:
    return membership is Membership.BAN


def _may_come(membership: Membership) -> bool:
    return membership is not Membership.BAN


async def follow(act: Act, place: Place, person: Person, *, tells: bool) -> Done | None:
    """Somebody was shut out in a client. None where it was lifted again before we came to it."""
    around = await cascades.around_for_staff(act, place)
    deed = await cascades.begun(act, BAN, around, person, by_hand=True)
    if deed is None:
        found = await _of(act, around.rooms, person.id)
        if place.room not in {ban.room for ban in found}:
            return None
        deed = replace(_deed(around, person, found), by_hand=True)
    return await carry_out(act, Planned(deed, tells))


async def plan_lifting(act: Act, standing: Standing, person: Person) -> Deed:
    """Where somebody would be let in again; raises the Refusal for what may not be."""
    around = await cascades.around(act, standing.place, standing.person)
    if begun := await cascades.begun(act, UNBAN, around, person):
        return begun
    found = await _of(act, {*around.rooms, standing.place.root.room}, person.id)
    rules.refuse_lifting(standing, person, found, act.plein.bot)
    await liftings.refuse(act, standing, SanctionKind.BAN, person.id)
    return _lifting(act, around, person, found)


def _lifting(act: Act, around: Around, person: Person, found: Iterable[Ban]) -> Deed:
    lifted = rules.that_came_with(around.place.room, found, act.plein.bot)
    behind = tuple(room for room in lifted if room != around.place.room)
    return Deed(UNBAN, around, person, behind)


async def lift(act: Act, deed: Deed, each: Each = cascades.unseen) -> Done:
    """Give back the right to come in, not the membership."""
    done = await cascades.carry_out(act, deed, effects.Unban, _may_come, each)
    room = deed.place.room
    if room not in done.failed:
        over = await sanctions.standing(act.index, SanctionKind.BAN, [room], [deed.person.id])
        await sanctions.end(act.index, [one.number for one in over], act.actor)
    return done


async def plan_ending(act: Act, place: Place, person: Person) -> Deed | None:
    """Where somebody comes in again whose time is over; None where they are not shut out alone."""
    around = await cascades.all_around(act, place)
    if begun := await cascades.begun(act, UNBAN, around, person):
        return begun
    found = await _of(act, around.rooms, person.id)
    with_subsite = not place.is_subsite and await subsite_shuts_out(act, place, person.id)
    if with_subsite or place.room not in {ban.room for ban in found}:
        return None
    return _lifting(act, around, person, found)


async def follow_lifting(act: Act, place: Place, person: Person) -> Done | None:
    """A ban was lifted in a client. None where it stands again before we came to it."""
    around = await cascades.around_for_staff(act, place)
    deed = await cascades.begun(act, UNBAN, around, person, by_hand=True)
    if deed is None:
        found = await _of(act, around.rooms, person.id)
        if place.room in {ban.room for ban in found}:
            return None
        deed = replace(_lifting(act, around, person, found), by_hand=True)
    return await lift(act, deed)


async def _of(act: Act, rooms: Iterable[RoomId], person: UserId) -> tuple[Ban, ...]:
    return await _asked_for(act, await members.bans(act.index, rooms, person))


async def _asked_for(act: Act, found: tuple[Ban, ...]) -> tuple[Ban, ...]:
    """With what was last asked for in each room, as the audit has it."""
    deeds = await audits.last_of_all(
        act.index,
        (BAN, UNBAN),
        places={ban.room for ban in found},
        whom={ban.person for ban in found},
    )
    return tuple(
        replace(ban, asked=deed.action, asked_by=deed.actor)
        if (deed := deeds.get((ban.room, ban.person)))
        else ban
        for ban in found
    )


async def of_place(act: Act, standing: Standing) -> dict[Person, tuple[Ban, ...]]:
    """Who is shut out of a place, the longest first; of a subsite also of its groups alone."""
    standing.require(Role.MODERATOR)
    around = await cascades.around(act, standing.place, standing.person)
    seen = [room for room in around.rooms if room in around.shown]
    found = await _asked_for(act, await members.bans(act.index, seen))
    known = await people.recognise_all(act, [ban.person for ban in found])
    return {
        person: tuple(ban for ban in found if ban.person == person.id) for person in known.values()
    }


async def extend_to(act: Act, subsite: Place, room: RoomId) -> None:
    """Whoever is shut out of a subsite is shut out of a room that is new in it."""
    there = await members.of_room(act.index, room)
    out = [
        ban.person
        for ban in await members.bans(act.index, [subsite.room])
        if there.get(ban.person) is not Membership.BAN
    ]
    await act.perform_together(effects.Ban(room, person) for person in out)


async def tell(act: Act, done: Done, reason: str) -> bool:
    """Tell the person that they are shut out, why, and whom to ask; whether they could be told."""
    place, person = done.deed.place, done.deed.person
    if not await act.has_begun(TOLD, place.room, person.id):
        return True
    one = await letters.of_deed(act, SanctionKind.BAN, place, person.id)
    end = await letters.how_to_object(act, one, place, person.id)
    parts = (_to_who_is_out(place, one.until if one else None), staff.because(reason), end)
    told = await chats.reach(act, person.id, paragraphs(*filter(None, parts)), BAN)
    await act.record(TOLD, place.room, person.id)
    return told


def _to_who_is_out(place: Place, until: datetime | None) -> Sentence:
    name = place.full_name
    if until and place.is_subsite:
        return say(
            "You have been shut out of {place} and its groups until {moment}. After that you can "
            "take part again.",
            place=name,
            moment=until,
        )
    if until:
        return say(
            "You have been shut out of {place} until {moment}. After that you can take part again.",
            place=name,
            moment=until,
        )
    if place.is_subsite:
        return say(
            "You have been shut out of {place}: you cannot take part in it any more, nor in its "
            "groups.",
            place=name,
        )
    return say(
        "You have been shut out of {place}: you cannot take part in it any more.",
        place=name,
    )


async def tell_lifted(act: Act, done: Done, reason: str = "") -> bool:
    """Tell somebody who knows that they were shut out; of a hidden place others never heard."""
    place, person = done.deed.place, done.deed.person
    standing = await places.stand(act, person, place)
    heard = await audits.last(act.index, (TOLD,), places=(place.room,), whom=person.id)
    if not (standing.may_see or heard):
        return True
    ways_in = (
        say("Take part again: `join {path}`.", path=place.path)
        if standing.may_see
        else await staff.to_ask(act, place, person.id)
    )
    lifted = say("You are no longer shut out of {place}.", place=place.full_name)
    parts = filter(None, (lifted, staff.because(reason), ways_in))
    return await chats.reach(act, person.id, paragraphs(*parts), UNBAN)


async def subsite_shuts_out(act: Act, group: Place, person: UserId) -> bool:
    there = await places.memberships_of(act, person, (group.root.room,))
    return there.get(group.root.room) is Membership.BAN


async def shut_again(act: Act, group: Place, person: UserId) -> None:
    """A group alone cannot let in whom its subsite shuts out."""
    await act.perform([effects.Ban(group.room, person)])
    await act.record(cascades.following(BAN), group.room, person)
