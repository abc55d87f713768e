"""Asking to take part, and coming and going in a client."""

from dataclasses import dataclass

from plein_bot.actions import admissions, invitation_endings, people, places, policies, requests
from plein_bot.actions.acts import Act
from plein_bot.domain import joining as rules
from plein_bot.domain import servers
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.effects import Remove
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.joining import Entrance
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.requests import Request, RequestState
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import places as place_rows
from plein_bot.index import requests as request_rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it; `request` where the staff decide."""

    entrance: Entrance
    place: Place
    request: Request | None = None


async def ask(act: Act, standing: Standing, reason: str = "") -> Asked:
    """Ask to take part: whoever qualifies is invited, for the others the staff decide."""
    place, person = standing.place, standing.person
    entrance = rules.entrance(standing)
    await policies.refuse_asker(act, place, person)
    if entrance is Entrance.INVITED and await act.has_begun("join", place.room, person.id):
        entrance = Entrance.WALK_IN  # The invitation is our own, and not all that there was to do.
    request = None
    match entrance:
        case Entrance.INSIDE | Entrance.INVITED:
            pass
        case Entrance.WALK_IN:
            await act.begin("join", place.room, person.id)
            await admissions.admit(act, place, person)
            await act.record("join", place.room, person.id)
        case Entrance.ASK:
            request = await requests.open_request(act, standing, reason)
    return Asked(entrance, place, request)


async def invite(act: Act, standing: Standing, guest: Person) -> None:
    """Invite somebody by hand."""
    rules.refuse_inviting(standing)
    await bring(act, standing.place, guest)


async def bring(act: Act, place: Place, guest: Person) -> None:
    """Invite somebody, once it is known that the actor may.

    Inviting somebody who waits approves them (design 5.3).
    """
    refuse_archived(place)
    there = await places.stand(act, guest, place)
    # Who was invited by this same cause may well have come.
    done = await act.has_begun("invite", place.room, guest.id)
    if there.membership is Membership.JOIN and not done:
        raise Refusal(
            say("{name} already takes part in {place}.", name=guest.shown, place=place.full_name)
        )
    if Membership.BAN in (there.membership, there.in_subsite):
        raise Refusal(
            say("{name} is shut out of {place}.", name=guest.shown, place=place.full_name)
        )
    rules.refuse_class(place, guest)
    servers.refuse_guest(place, guest)
    await policies.refuse_guest(act, place, guest)

    if not done:
        await admissions.admit(act, place, guest)
    await close_request(act, place, guest.id, RequestState.APPROVED)
    await act.record("invite", place.room, guest.id)


async def knocked(act: Act, place: Place, reason: str) -> Asked:
    """A knock is the same question, asked by the client's own button.

    Raises the Refusal that the person gets; the knock is then taken back.
    """
    standing = await places.stand(act, await people.recognise(act, act.actor), place)
    return await ask(act, standing, reason)


async def send_away(act: Act, room: RoomId, user: UserId) -> None:
    """Take back a knock, an invitation or a membership that the rules do not allow."""
    await act.perform([Remove(room, user)])
    await act.record("remove", room, user, outcome="rule")


async def arrived(act: Act, place: Place, person: UserId, *, invited: bool = True) -> Standing:
    """Somebody joined. Raises a Refusal where the rules do not admit them: the safety net.

    Whoever is gone again before we came to it is not called back; whoever was in the room that
    this one took the place of was judged there.
    """
    standing = await places.stand(act, await people.recognise(act, person), place)
    if not standing.is_in:
        return standing
    refuse_archived(place)
    if not await place_rows.came_along(act.index, place.room, person):
        rules.refuse_class_of_asker(place, standing.person)
        if not invited:
            rules.refuse_walking_in(standing)
    servers.refuse_asker(place, standing.person)
    await close_request(act, place, person, RequestState.APPROVED)
    await invitation_endings.arrived(act, place, person)
    await admissions.welcome(act, place, standing.person)
    return standing


async def close_request(act: Act, place: Place, person: UserId, how: RequestState) -> None:
    """A request that was decided in a client, by its own buttons."""
    if request := await request_rows.waiting_of(act.index, place.room, person):
        await requests.end(act, place, request, how)
