"""How invitations stand, for those who made them and for the staff of a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from plein_bot.actions.acts import Act
from plein_bot.domain.ids import RoomId
from plein_bot.domain.invitations import Invitation
from plein_bot.domain.mails import MailState
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.standing import Standing
from plein_bot.index import invitations as rows
from plein_bot.index import mails
from plein_bot.index import places as place_rows


@dataclass(frozen=True, slots=True)
class Shown:
    """An invitation as it stands. `mail` is None where there is none; `trouble` what befell it."""

    invitation: Invitation
    place: Place
    mail: MailState | None = None
    trouble: str = ""


async def overview(act: Act, standing: Standing) -> tuple[Shown, ...]:
    """The invitations to a place and its groups, the newest first.

    The staff see all, others their own.
    """
    place = standing.place
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    by_room = {one.room: one for one in (place, *groups)}
    found = await rows.in_places(act.index, by_room)
    if standing.power < Role.MODERATOR.power:
        found = tuple(one for one in found if one.inviter == act.actor)
    return await _shown(act, found, by_room)


async def of_mine(act: Act) -> tuple[Shown, ...]:
    """What the actor made, wherever that is."""
    found = await rows.made_by(act.index, act.actor)
    there = await place_rows.of_rooms(act.index, {one.place for one in found})
    return await _shown(act, found, {place.room: place for place in there})


async def shown(act: Act, invitation: Invitation, place: Place) -> Shown:
    (one,) = await _shown(act, [invitation], {place.room: place})
    return one


async def _shown(
    act: Act, found: Sequence[Invitation], by_room: dict[RoomId, Place]
) -> tuple[Shown, ...]:
    states = await mails.states(act.index, [one.mail for one in found if one.mail])
    return tuple(
        Shown(one, by_room[one.place], *states.get(one.mail or "", (None, "")))
        for one in reversed(found)
        if one.place in by_room
    )
