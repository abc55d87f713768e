"""Requests to take part: opened by knocking or by command, decided by staff."""

from plein_bot.actions import admissions, chats, people, places, policies
from plein_bot.actions.acts import Act
from plein_bot.domain import requests as rules
from plein_bot.domain import servers
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.effects import React, Remove, Say
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId
from plein_bot.domain.introductions import introduce
from plein_bot.domain.joining import refuse_class
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.requests import Request, RequestState
from plein_bot.domain.sentences import NOTHING, Sentence, Text, brief, say
from plein_bot.domain.standing import Standing
from plein_bot.index import members
from plein_bot.index import places as place_rows
from plein_bot.index import requests as rows

YES, NO = "✅", "❌"


async def open_request(act: Act, standing: Standing, reason: str) -> Request:
    """Ask the staff; whoever waits already keeps their number, and the staff hear of it once."""
    place, person = standing.place, standing.person
    reason = brief(reason, rules.LONGEST_REASON)
    request = await rows.open_one(act.index, place.room, person.id, reason, act.cause)
    if request.cause != act.cause and reason and reason not in request.reason:
        await _add_reason(act, standing, request, reason)
    if request.notice is None:
        notice = await _tell_staff(act, place, person, request)
        await act.record("request.open", place.room, person.id, why=request.mark)
        # Last, because it says that all of this is done.
        if notice:
            await rows.noticed(act.index, request.number, notice)
    return request


async def _tell_staff(act: Act, place: Place, person: Person, request: Request) -> EventId | None:
    staff_room = await place_rows.staff_room(act.index, place.root)
    if staff_room is None:
        return None
    # The step names the request, not the cause, so that it is the same whoever comes by again.
    notice = Say(
        staff_room,
        request_line(place, person, request),
        f"request:{request.number}",
        act.plein.language,
    )
    event = await act.homeserver.say(notice, request.cause)
    await act.perform([React(staff_room, event, YES), React(staff_room, event, NO)])
    return event


async def _add_reason(act: Act, standing: Standing, request: Request, reason: str) -> None:
    """Whoever waits already says more; the staff read it under the notice."""
    added = say(
        "Request {number}: {name} adds: “{reason}”",
        number=request.number,
        name=standing.person.shown,
        reason=reason,
    )
    await _under_notice(act, standing.place, request, added, f"reason:{act.cause}")
    await rows.explain(act.index, request.number, rules.with_reason(request, reason))


async def _under_notice(
    act: Act, place: Place, request: Request, text: Sentence, step: str
) -> None:
    staff_room = await place_rows.staff_room(act.index, place.root)
    if staff_room is None or request.notice is None:
        return
    notice = Say(
        staff_room,
        text,
        f"request:{request.number}:{step}",
        act.plein.language,
        reply_to=request.notice,
    )
    # For the request's own cause: whoever ends it, and how often, the staff are told once.
    await act.homeserver.say(notice, request.cause)


async def end(act: Act, place: Place, request: Request, how: RequestState) -> None:
    """Write down that a request is over, and tell the staff under its notice."""
    name = (await people.recognise(act, request.person)).shown
    if request.is_waiting:
        told = rules.told_to_staff(request, name, how)
        await _under_notice(act, place, request, told, "over")
    await rows.decide(act.index, request.number, how, act.actor, act.cause)


def request_line(place: Place, person: Person, request: Request) -> Sentence:
    """`Request 12: name · official, Purmerend · "reason" · ✅ admit ❌ deny`."""
    return say(
        "Request {number}{place}: {who}{reason} · ✅ admit ❌ deny",
        number=request.number,
        place=NOTHING if place.is_subsite else say(" for {place}", place=place.full_name),
        who=introduce(person),
        reason=quoted(request.reason),
    )


def quoted(reason: str) -> Sentence | Text:
    return say(' · "{reason}"', reason=reason) if reason else NOTHING


async def find(act: Act, number: int) -> tuple[Request, Standing]:
    """A request and where the actor stands with its place; unknown and not-yours sound the same."""
    request = await rows.numbered(act.index, number)
    place = await place_rows.of_room(act.index, request.place) if request else None
    if request is None or place is None:
        raise rules.nothing_numbered(number)
    standing = await places.stand(act, await people.recognise(act, act.actor), place)
    if standing.power < Role.MODERATOR.power:
        raise rules.nothing_numbered(number)
    return request, standing


async def approve(act: Act, number: int) -> Person:
    """Let somebody in: an invitation, which for somebody who knocks is the admission."""
    request, standing = await find(act, number)
    rules.refuse_decided(request, act.cause)
    refuse_archived(standing.place)
    person = await people.recognise(act, request.person)
    refuse_class(standing.place, person)
    servers.refuse_guest(standing.place, person)
    await policies.refuse_guest(act, standing.place, person)

    await admissions.admit(act, standing.place, person)
    await end(act, standing.place, request, RequestState.APPROVED)
    await act.record("request.approve", standing.place.room, person.id, why=request.mark)
    await chats.reach(act, person.id, rules.welcome(standing.place), "approved")
    return person


async def deny(act: Act, number: int, reason: str = "") -> Person:
    """Turn somebody down. The reason goes to them, never into an event that others see."""
    request, standing = await find(act, number)
    rules.refuse_decided(request, act.cause)
    person = await people.recognise(act, request.person)

    membership = await members.memberships(act.index, person.id, (standing.place.room,))
    if membership.get(standing.place.room) is Membership.KNOCK:
        await act.perform([Remove(standing.place.room, person.id)])
    await end(act, standing.place, request, RequestState.DENIED)
    await act.record("request.deny", standing.place.room, person.id, why=request.mark)
    place = standing.place.full_name
    told = (
        say("Your request for {place} was turned down: “{reason}”", place=place, reason=reason)
        if reason
        else say("Your request for {place} was turned down.", place=place)
    )
    await chats.reach(act, person.id, told, "denied")
    return person


async def waiting(act: Act, standing: Standing) -> tuple[tuple[Request, Place, Person], ...]:
    """What waits for a decision in a place; in a subsite that of its groups too."""
    standing.require(Role.MODERATOR)
    place = standing.place
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    by_room = {one.room: one for one in (place, *groups)}
    found = await rows.waiting_for(act.index, tuple(by_room))
    known = await people.recognise_all(act, [request.person for request in found])
    return tuple((r, by_room[r.place], known[r.person]) for r in found)
