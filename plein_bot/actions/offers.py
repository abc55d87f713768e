"""Offering the ownership of a place, and what becomes of the offer."""

from plein_bot.actions import chats, people, places
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import React
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId
from plein_bot.domain.offers import Offer, OfferState
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, paragraphs, say
from plein_bot.index import dialogues
from plein_bot.index import offers as rows
from plein_bot.index import places as place_rows
from plein_bot.index.dialogues import Dialogue

YES, NO = "✅", "❌"
OFFER = "role.offer"


async def offer(act: Act, place: Place, person: Person) -> Offer:
    """Ask somebody whether they want to own a place; an earlier offer of it is over."""
    await act.begin(OFFER, place.room, person.id)
    made = await rows.make(act.index, place.room, person.id, act.actor, act.cause)
    replaced = await rows.replaced_by(act.index, act.cause)
    if replaced and replaced.person != person.id:
        await chats.reach(act, replaced.person, _taken_back(place), "replaced")
    giver = await people.recognise(act, act.actor)
    asked = paragraphs(
        say(
            "{giver} asks whether you want to be owner of {place}.",
            giver=giver.shown,
            place=place.full_name,
        ),
        say(
            "You then decide about everything in it, and who has which role. "
            "The offer is valid until {until}.",
            until=made.expires_at.date(),
        ),
        say(
            "Type `yes` or `no`, or tap ✅ or ❌. Later you can type `role accept {path}` "
            "or `role decline {path}`.",
            path=place.path,
        ),
    )
    chat = await chats.with_person(act, person.id)
    # Before it is said: whoever answers quicker than we write must be understood.
    await dialogues.turn(act.index, chat, person.id, act.cause, _answers(made, place))
    notice = await chats.tell(act, person.id, asked, f"offer:{place.room}")
    assert notice, "whoever can have a role has a chat of their own"
    await rows.noticed(act.index, made.number, notice)
    await act.perform([React(chat, notice, YES), React(chat, notice, NO)])
    await act.record(OFFER, place.room, person.id)
    return made


def _answers(made: Offer, place: Place) -> Dialogue:
    """What a yes or no means until something else is asked."""
    lines = {"yes": f"role accept {place.path}", "no": f"role decline {place.path}"}
    return Dialogue(dialogues.EITHER, lines, made.expires_at)


def _taken_back(place: Place) -> Sentence:
    return say("The offer to be owner of {place} has been taken back.", place=place.full_name)


async def behind(act: Act, notice: EventId) -> Offer | None:
    """The offer that a message makes, for a tap on it."""
    found = await rows.behind(act.index, notice)
    if found:
        return found
    # A quick hand taps before the message that it taps on has been written down.
    for one in await rows.to(act.index, act.actor, act.cause):
        place = await place_rows.of_room(act.index, one.place)
        if one.notice is None and place:
            async with act.locks.alone_in(place.root.room):
                found = await rows.behind(act.index, notice)
        if found:
            return found
    return None


async def settle(act: Act, subsite: Place) -> None:
    """Take back the offers of those who may make them no more, or to those who cannot take them."""
    everywhere = (subsite, *await place_rows.groups_of(act.index, subsite))
    by_room = {place.room: place for place in everywhere}
    for one in await rows.waiting_in(act.index, by_room):
        place = by_room[one.place]
        if await _stands(act, one, place):
            continue
        for user in dict.fromkeys((one.person, one.offered_by)):
            if user != act.actor:
                await chats.reach(act, user, _taken_back(place), f"taken:{one.number}")
        await rows.decide(act.index, one.number, OfferState.WITHDRAWN, act.cause)


async def _stands(act: Act, one: Offer, place: Place) -> bool:
    giver = await places.stand(act, await people.recognise(act, one.offered_by), place)
    to = await places.stand(act, await people.recognise(act, one.person), place)
    return (
        giver.power >= Role.OWNER.power
        and to.power < Role.OWNER.power
        and to.membership in (Membership.JOIN, Membership.INVITE)
    )
