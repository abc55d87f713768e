"""Taking somebody out of a place, or themselves: in a subsite out of its rooms too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from plein_bot.actions import cascades, chats, places, request_endings, roles, staff
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Around, Deed, Done, Each
from plein_bot.domain import removals as rules
from plein_bot.domain.effects import Remove
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.removals import PRESENT
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.domain.sentences import paragraphs, say
from plein_bot.domain.standing import Standing

REMOVE = "remove"
LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Planned:
    """`comes_back` where nothing keeps the person from walking in again.

    `stays` are the groups that take people from outside, in which they remain.
    """

    deed: Deed
    comes_back: bool = False
    stays: tuple[Place, ...] = ()


async def plan(act: Act, standing: Standing, person: Person) -> Planned:
    """What removing somebody would come to; raises the Refusal for what may not be."""
    around = await cascades.around(act, standing.place, standing.person)
    if begun := await cascades.begun(act, REMOVE, around, person):
        return Planned(begun)
    theirs = await places.stand(act, person, standing.place)
    rules.refuse_moving(standing, theirs, act.plein)
    left = rules.left_with(standing.place, around.groups)
    rules.refuse_moving_staff(standing, await places.stand_in_all(act, person, left), around.shown)
    there = await places.memberships_of(act, person.id, around.rooms)
    inside = _inside(around, there)
    if not inside:
        rules.refuse_absent(theirs)
    stays = (
        group
        for group in rules.stays_in(standing.place, around.groups)
        if there.get(group.room) is Membership.JOIN and group.room in around.shown
    )
    return Planned(_deed(REMOVE, around, person, inside), rules.walks_back_in(theirs), tuple(stays))


def _inside(around: Around, there: Mapping[RoomId, Membership]) -> tuple[RoomId, ...]:
    """The rooms that a removal reaches and in which somebody is: not the external groups."""
    kept = {group.room for group in rules.stays_in(around.place, around.groups)}
    return tuple(r for r in around.rooms if r not in kept and there.get(r) in PRESENT)


def _deed(action: str, around: Around, person: Person, inside: tuple[RoomId, ...]) -> Deed:
    behind = tuple(room for room in inside if room != around.place.room)
    return Deed(action, around, person, behind)


async def carry_out(act: Act, deed: Deed, each: Each = cascades.unseen) -> Done:
    """Take them out of every room, and close what they were waiting for there."""
    groups = rules.left_with(deed.place, deed.around.groups)
    done = await cascades.carry_out(act, deed, Remove, _is_away, each)
    await roles.left(act, deed.place.root, deed.person.id)
    await request_endings.turn_down(act, (deed.place, *groups), deed.person.id)
    return done


def _is_away(membership: Membership) -> bool:
    return membership not in PRESENT


async def follow(
    act: Act, action: str, place: Place, person: Person, *, counts: bool = False
) -> Done | None:
    """Somebody has left a place, or was removed from it, in a client; its rooms follow.

    None where nothing does: they were in none of them, unless it `counts` by itself, or are in the
    place again.
    """
    around = await cascades.around_for_staff(act, place)
    deed = await cascades.begun(act, action, around, person, by_hand=True)
    if deed is None:
        there = await places.memberships_of(act, person.id, around.rooms)
        deed = replace(_deed(action, around, person, _inside(around, there)), by_hand=True)
        if not (deed.behind or counts) or there.get(place.room) in PRESENT:
            await roles.left(act, place.root, person.id)
            return None
    return await carry_out(act, deed)


async def take_out(act: Act, action: str, place: Place, person: Person) -> Done:
    """Somebody goes, of themselves or by a rule. Whether they may, or must, is judged elsewhere."""
    around = await cascades.all_around(act, place)
    deed = await cascades.begun(act, action, around, person)
    if deed is None:
        there = await places.memberships_of(act, person.id, around.rooms)
        deed = _deed(action, around, person, _inside(around, there))
    done = await cascades.carry_out(act, deed, Remove, _is_away)
    await roles.left(act, place.root, person.id)
    return done


async def tell(act: Act, done: Done, reason: str) -> bool:
    """Tell the person what they are out of, why, and whom to ask; whether they could be told."""
    deed = done.deed
    groups = [group for group in deed.around.groups if group.room in deed.behind]
    place = deed.place.full_name
    if groups:
        removed = say(
            "You have been removed from {place}, and with it from {groups}.",
            place=place,
            groups=in_a_row([group.name for group in groups]),
        )
    else:
        removed = say("You have been removed from {place}.", place=place)
    one = await letters.of_deed(act, SanctionKind.REMOVAL, deed.place, deed.person.id)
    end = await letters.how_to_object(act, one, deed.place, deed.person.id)
    text = paragraphs(*filter(None, (removed, staff.because(reason), end)))
    return await chats.reach(act, deed.person.id, text, REMOVE)
