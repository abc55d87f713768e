"""How an offer of ownership ends: it is accepted, declined, or nobody answers in time."""

from datetime import UTC, datetime

from plein_bot.actions import chats, people, places, roles
from plein_bot.actions.acts import Act, Acts
from plein_bot.domain import offers as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.offers import Offer, OfferState
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, say
from plein_bot.index import offers as rows
from plein_bot.index import places as place_rows


async def mine(act: Act, room: RoomId | None = None) -> tuple[Offer, Place]:
    """What the actor is offered, in one place or at all."""
    found = [
        one
        for one in await rows.to(act.index, act.actor, act.cause)
        if room is None or one.place == room
    ]
    # The newest: where two wait, the person answers what they read last.
    for one in reversed(found):
        if place := await place_rows.of_room(act.index, one.place):
            return one, place
    raise rules.NothingOffered


async def accept(act: Act, offer: Offer, place: Place) -> roles.Given:
    """Become an owner. The one who offered stays one too, and hears that they may now go."""
    rules.refuse_over(offer, place, act.cause, datetime.now(UTC))
    person = await people.recognise(act, act.actor)
    giver = await places.stand(act, await people.recognise(act, offer.offered_by), place)
    planned = await roles.plan_offered(act, giver, person)
    # First, else the offer would be taken back from somebody who is an owner by now.
    await rows.decide(act.index, offer.number, OfferState.ACCEPTED, act.cause)
    given = await roles.give(act, planned)
    told = say(
        "{name} is now owner of {place}, as you offered. You are too: you can end that with "
        "`role {path} {user} member`.",
        name=person.shown,
        place=place.full_name,
        path=place.path,
        user=offer.offered_by,
    )
    await chats.reach(act, offer.offered_by, told, "accepted")
    return given


async def decline(act: Act, offer: Offer, place: Place) -> None:
    rules.refuse_over(offer, place, act.cause, datetime.now(UTC))
    person = await people.recognise(act, act.actor)
    told = say(
        "{name} does not want to be owner of {place}.", name=person.shown, place=place.full_name
    )
    await chats.reach(act, offer.offered_by, told, "declined")
    await act.record("role.decline", place.room, person.id)
    # Last, because it says that all of this is done.
    await rows.decide(act.index, offer.number, OfferState.DECLINED, act.cause)


async def expire(acts: Acts, now: datetime) -> None:
    """End what nobody answered in time, and tell whoever offered."""
    for offer in await rows.waiting_since(acts.index, now - rules.LASTS):
        act = acts.by(acts.plein.bot, f"offer.expire {offer.number}")
        place = await place_rows.of_room(act.index, offer.place)
        if place:
            name = (await people.recognise(act, offer.person)).shown
            await chats.reach(act, offer.offered_by, _expired(name, place), "expired")
            await act.record("role.expire", place.room, offer.person)
        await rows.decide(act.index, offer.number, OfferState.EXPIRED, act.cause)


def _expired(name: str, place: Place) -> Sentence:
    return say(
        "{name} has not answered in {days} days whether they want to be owner of {place}. "
        "The offer is over; you can make it again: `role {path} <who> owner`.",
        name=name,
        days=rules.LASTS.days,
        place=place.full_name,
        path=place.path,
    )
