"""Mutes that somebody set or lifted in a client's own room settings: followed, or put back."""

from collections.abc import Collection, Mapping
from typing import Any

from plein_bot.actions import mutes, people, places
from plein_bot.actions.acts import Act
from plein_bot.actions.drift import Kept
from plein_bot.domain import mutes as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing

Levels = Mapping[str, Any]


async def follow(
    act: Act, one: Kept, before: Levels, after: Levels, *, but: Collection[UserId]
) -> tuple[Sentence, ...]:
    """Do by command what was done by hand; returns what the staff read of what was put back.

    Of those in `but` a role was refused: giving one is not the same as lifting a mute. The caller
    holds the subsite's lock, and has made the power levels anew.
    """
    was, now = rules.in_levels(before), rules.in_levels(after)
    if one.is_staff_room or was == now:
        return ()
    known = await people.recognise_all(act, {act.actor, *was, *now})
    giver = await places.stand(act, known[act.actor], one.place)
    kept_speaking = await _mute(act, giver, [known[user] for user in sorted(now - was)])
    kept_silent = await _lift(act, giver, [known[user] for user in sorted(was - now - set(but))])
    return (*kept_speaking, *kept_silent)


async def _mute(act: Act, giver: Standing, whom: list[Person]) -> list[Sentence]:
    """Until somebody lifts it: a client names no end, and no reason."""
    chosen: list[Person] = []
    told: list[Sentence] = []
    for person in whom:
        try:
            await mutes.plan(act, giver, person)
            chosen.append(person)
        except Refusal:
            told.append(
                say(
                    "{who} muted {name} in {place} in a client, who cannot be muted. I have put "
                    "that back.",
                    who=giver.person.shown,
                    name=person.shown,
                    place=giver.place.full_name,
                )
            )
    if chosen:
        try:
            await mutes.mute(act, giver, chosen, "", None)
        except Refusal as refusal:
            why = refusal.sentence
            told.append(say("{who}: {why}", who=giver.person.shown, why=why))
    return told


async def _lift(act: Act, giver: Standing, whom: list[Person]) -> list[Sentence]:
    place = giver.place
    lifted: list[UserId] = []
    told: list[Sentence] = []
    for person in whom:
        begun = await act.has_begun(mutes.UNMUTE, place.room, person.id)
        if begun or await mutes.is_muted(act, place, person.id):
            lifted.append(person.id)
        elif (await places.stand(act, person, place)).muted:
            told.append(_muted_above(giver.person, person, place))
    if lifted:
        await mutes.lift(act, place, lifted)
    return told


def _muted_above(who: Person, person: Person, place: Place) -> Sentence:
    return say(
        "{who} let {name} speak in {place} in a client, but {name} is muted in all of {subsite}. "
        "I have put that back. Lift it there: `unmute {slug} {person}`.",
        who=who.shown,
        name=person.shown,
        place=place.full_name,
        subsite=place.root.name,
        slug=place.root.slug,
        person=person.id,
    )
