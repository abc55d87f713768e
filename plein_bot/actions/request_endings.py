"""How a request ends without the staff: its asker withdraws it, or nobody decides in time."""

import logging
from collections.abc import Iterable
from datetime import datetime

from plein_bot.actions import admissions, chats, people, places, requests
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import requests as rules
from plein_bot.domain.effects import Remove
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.joining import refused_class, walks_in
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.requests import Request, RequestState
from plein_bot.domain.sentences import paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import members
from plein_bot.index import places as place_rows
from plein_bot.index import requests as rows

logger = logging.getLogger(__name__)


async def mine(act: Act, number: int) -> tuple[Request, Place]:
    """The actor's own request; that of another sounds as if there were none."""
    request = await rows.numbered(act.index, number)
    place = await place_rows.of_room(act.index, request.place) if request else None
    if request is None or place is None or request.person != act.actor:
        raise rules.nothing_numbered(number)
    return request, place


async def waiting(act: Act, standing: Standing) -> Request | None:
    """What the person waits for here, or has just withdrawn for this same cause."""
    return await rows.own(act.index, standing.place.room, standing.person.id, act.cause)


async def withdraw(act: Act, place: Place, request: Request) -> None:
    """The asker changed their mind; a knock of theirs is taken back too."""
    rules.refuse_decided(request, act.cause)
    await _take_back_knock(act, place, await people.recognise(act, request.person))
    await requests.end(act, place, request, RequestState.WITHDRAWN)
    await act.record("request.withdraw", place.room, request.person, why=request.mark)


async def turn_down(act: Act, places: Iterable[Place], person: UserId) -> None:
    """End what somebody waits for in these places, because the staff will not have them there."""
    by_room = {place.room: place for place in places}
    for request in await rows.waiting_for(act.index, by_room, of=person):
        await requests.end(act, by_room[request.place], request, RequestState.DENIED)


async def _take_back_knock(act: Act, place: Place, person: Person) -> None:
    standing = await members.memberships(act.index, person.id, (place.room,))
    if standing.get(place.room) is Membership.KNOCK:
        await act.perform([Remove(place.room, person.id)])


async def expire(acts: Acts, now: datetime) -> None:
    """End what nobody decided in time, and tell whoever asked."""
    for request in await rows.waiting_since(acts.index, now - rules.LASTS):
        act = acts.by(acts.plein.bot, f"request.expire {request.number}")
        try:
            await _expire(act, request)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # One that nobody can be told of must not keep the others waiting; it is tried again.
            logger.warning("request %s cannot expire: %s", request.number, error)


async def _expire(act: Act, request: Request) -> None:
    place = await place_rows.of_room(act.index, request.place)
    if place is None:
        await rows.decide(act.index, request.number, RequestState.EXPIRED, act.actor, act.cause)
        return
    async with act.locks.alone_in(place.root.room):
        # Read again: it may have been decided while we waited for our turn.
        now = await rows.numbered(act.index, request.number)
        if now is None or not now.is_waiting:
            return
        await _take_back_knock(act, place, await people.recognise(act, request.person))
        told = paragraphs(
            say(
                "Your request {number} for {place} has expired: nobody decided in {days} days.",
                number=request.number,
                place=place.full_name,
                days=rules.LASTS.days,
            ),
            say("You can ask again: `join {path}`.", path=place.path),
        )
        await chats.tell(act, request.person, told, "expired")
        await act.record("request.expire", place.room, request.person, why=request.mark)
        # Last, because it says that all of this is done.
        await requests.end(act, place, now, RequestState.EXPIRED)


async def reconsider(act: Act, place: Place) -> None:
    """A place has changed: who waits and may now walk in does so, who may not come hears it."""
    for request in await rows.waiting_for(act.index, [place.room]):
        person = await people.recognise(act, request.person)
        if refused := refused_class(place, person):
            await _take_back_knock(act, place, person)
            await chats.reach(act, person.id, refused.sentence, f"refused {request.number}")
            await requests.end(act, place, request, RequestState.DENIED)
        elif walks_in(await places.stand(act, person, place)):
            try:
                await admissions.admit(act, place, person)
            except Refusal as refusal:
                logger.warning("request %s goes on waiting: %s", request.number, refusal)
                continue
            await chats.reach(act, person.id, rules.welcome(place), f"approved {request.number}")
            await requests.end(act, place, request, RequestState.APPROVED)
