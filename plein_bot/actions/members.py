"""Who takes part in a place, and leaving it."""

from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.actions import people, places, removals
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Done
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.giving import refuse_last_owner
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.removals import PRESENT
from plein_bot.domain.roles import Roles, changed
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import members as rows


@dataclass(frozen=True, slots=True)
class Member:
    person: Person
    role: Role
    membership: Membership


async def counts(act: Act, of: Iterable[Place]) -> dict[RoomId, int]:
    """How many people take part in each place; the bot is not counted."""
    found = await rows.counts(act.index, [place.room for place in of])
    return {room: number - 1 for room, number in found.items()}


async def of_place(act: Act, standing: Standing) -> tuple[Member, ...]:
    """Those who take part or are invited: by role, then by name."""
    standing.require_member()
    there = await rows.of_room(act.index, standing.place.room)
    present = {
        user: membership
        for user, membership in there.items()
        if membership in (Membership.JOIN, Membership.INVITE) and user != act.plein.bot
    }
    powers = await places.powers_in(act, standing.place)
    known = await people.recognise_all(act, present)
    found = [
        Member(known[user], Role.of_power(powers.get(user, 0)), membership)
        for user, membership in present.items()
    ]
    return tuple(
        sorted(found, key=lambda m: (-m.role.power, m.person.shown.casefold(), m.person.id))
    )


async def leave(act: Act, standing: Standing) -> Done:
    """Take the actor out of a place; out of a subsite means out of its groups too.

    Raises a Refusal for the last owner (design 5.3).
    """
    place, person = standing.place, standing.person
    if not standing.may_see:
        standing.require_member()
    if not await act.has_begun(removals.LEAVE, place.room, person.id):
        if standing.membership not in PRESENT:
            raise Refusal(say("You do not take part in {place}.", place=place.full_name))
        await _refuse_last_owner(act, standing)
    return await removals.take_out(act, removals.LEAVE, place, person)


async def _refuse_last_owner(act: Act, standing: Standing) -> None:
    if standing.role is not Role.OWNER or not standing.is_in:
        return
    place = standing.place
    before = await places.roles_in(act, place)
    after = Roles(
        changed(before.own, standing.person.id, 0), changed(before.above, standing.person.id, 0)
    )
    there = await rows.among(act.index, [place.room], after.owners())
    joined = [user for (_, user), stay in there.items() if stay.membership is Membership.JOIN]
    refuse_last_owner(standing, standing.person, before, after, joined)
