"""Letting people in, and what follows once they are (design 5.3)."""

import logging

from plein_bot.actions import people, places
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import Unreachable
from plein_bot.domain.effects import Invite
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import server_of
from plein_bot.domain.joining import first_group, has_way_in
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.index import members
from plein_bot.index import places as rows

logger = logging.getLogger(__name__)

BROUGHT = "invite.follow"
"""An invitation to a group because of one to its subsite."""

_NO_NEED = (Membership.JOIN, Membership.INVITE, Membership.BAN)
"""Whoever is shut out of a group alone comes into the subsite all the same."""


async def admit(act: Act, place: Place, person: Person) -> None:
    """Invite somebody to a place; into a subsite also to the group of its members.

    Raises a Refusal where the homeserver of their account is away.
    """
    try:
        await _invite(act, person, await _first_groups(act, place, person), place)
    except Unreachable as error:
        raise Refusal(
            say(
                "The homeserver {server}, where {name} has an account, does not answer now, so I "
                "cannot invite {name}. Please try again later.",
                server=server_of(person.id),
                name=person.shown,
            )
        ) from error


async def welcome(act: Act, place: Place, person: Person) -> None:
    """Somebody has come into a place: invite them to what goes with it, and not to itself.

    They may be out of it again by now, and are not called back.
    """
    try:
        await _invite(act, person, await _first_groups(act, place, person))
    except Unreachable as error:
        # The place stands open to them all the same: they are offered it, and may ask.
        logger.warning("%s cannot be invited further: %s", person.id, error)


async def _first_groups(act: Act, place: Place, person: Person) -> tuple[Place, ...]:
    if not place.is_subsite:
        return ()
    group = first_group(await rows.groups_of(act.index, place), person)
    return (group,) if group else ()


async def _invite(act: Act, person: Person, along: tuple[Place, ...], *to: Place) -> None:
    """What they are invited `to` is in the audit by what led here; what goes along is by this."""
    wanted = (*to, *along)
    standing = await members.memberships(act.index, person.id, tuple(p.room for p in wanted))
    lacking = [one for one in wanted if standing.get(one.room) not in _NO_NEED]
    for group in along:
        if group in lacking:
            await act.begin(BROUGHT, group.room, person.id)
    await act.perform(Invite(one.room, person.id) for one in lacking)
    for room in await act.begun(BROUGHT, person.id):
        await act.record(BROUGHT, room, person.id)


async def groups_to_offer(act: Act, subsite: Place, person: Person) -> tuple[Place, ...]:
    """The groups that somebody in a subsite could take part in and does not yet, by name."""
    seen = await places.visible_groups(act, await people.recognise(act, person.id), subsite)
    return tuple(s.place for s in seen if has_way_in(s) and not s.is_in)
