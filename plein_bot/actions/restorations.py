"""Putting back what befell somebody by hand in a client, where no command would have done it."""

from plein_bot.actions import cascades, chats, people, places, staff
from plein_bot.actions.acts import Act
from plein_bot.actions.drift import DRIFT
from plein_bot.domain.bans import BAN
from plein_bot.domain.effects import Effect, Invite, Unban
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import MemberChanged, Membership
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.removals import PRESENT, left_with, refuse_moving_staff
from plein_bot.domain.sentences import paragraphs, say

_THERE = (Membership.JOIN, Membership.INVITE)


async def put_back(act: Act, action: str, place: Place, person: Person, by: MemberChanged) -> bool:
    """Whether somebody was removed or shut out who would lose a role by it that is not lower.

    The homeserver asks for their power in the space alone, and a role in a group is none there. So
    they are let in again; their rooms and roles stay. The caller holds the subsite's lock.
    """
    refusal = await _refusal(act, action, place, person)
    if refusal is None:
        return False
    was_there = by.before in _THERE
    now = await places.memberships_of(act, person.id, (place.room,))
    stands = now.get(place.room, Membership.LEAVE)
    begun = await act.has_begun(DRIFT, place.room, person.id)
    if stands in PRESENT and not begun:
        return True  # Somebody was quicker.
    await act.begin(DRIFT, place.room, person.id)
    effects: list[Effect] = [Unban(place.room, person.id)] if stands is Membership.BAN else []
    if was_there and stands not in _THERE:
        effects.append(Invite(place.room, person.id))
    await act.perform(effects)
    await _tell(act, action, place, person, refusal, was_there=was_there)
    await act.record(DRIFT, place.room, person.id)
    return True


async def _refusal(act: Act, action: str, place: Place, person: Person) -> Refusal | None:
    """What a command would have answered; none where this cause went on with it before."""
    if not place.is_subsite or act.actor == act.plein.reserve:
        return None
    if await act.has_begun(action, place.room, person.id):
        return None
    around = await cascades.around_for_staff(act, place)
    reached = around.groups if action == BAN else left_with(place, around.groups)
    mine = await places.stand(act, await people.recognise(act, act.actor), place)
    inside = await places.stand_in_all(act, person, reached)
    try:
        refuse_moving_staff(mine, inside, around.shown)
    except Refusal as refusal:
        return refusal
    return None


async def _tell(
    act: Act, action: str, place: Place, person: Person, refusal: Refusal, *, was_there: bool
) -> None:
    who = (await people.recognise(act, act.actor)).shown
    did = (
        say("{who} shut {name} out of {place} in a client.", **_names(who, person, place))
        if action == BAN
        else say("{who} removed {name} from {place} in a client.", **_names(who, person, place))
    )
    back = (
        say("I have put that back, and invited {name} again.", name=person.shown)
        if was_there
        else say("I have put that back.")
    )
    why = say("For {who}: {why}", who=who, why=refusal.sentence)
    await staff.tell(act, place, paragraphs(did, back, why), "put back")
    if was_there:
        told = paragraphs(
            say(
                "{who} took you out of {place}, and you have a role in it that only goes by a "
                "command. So I have invited you back: accept that invitation.",
                who=who,
                place=place.full_name,
            ),
            say("Your groups and your roles there stay as they are."),
        )
        await chats.reach(act, person.id, told, "put back")


def _names(who: str, person: Person, place: Place) -> dict[str, str]:
    return {"who": who, "name": person.shown, "place": place.full_name}
