"""Muting people in a place, and letting them speak again: of a subsite in all its rooms."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from plein_bot.actions import cascades, chats, places, roles, staff
from plein_bot.actions import people as known_people
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.domain import mutes as rules
from plein_bot.domain import sanctions as sanction_rules
from plein_bot.domain.archives import LEVELS
from plein_bot.domain.effects import PutState
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.plans import levels_of
from plein_bot.domain.roles import Roles
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.sentences import NOTHING, Sentence, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import places as place_rows
from plein_bot.index import rooms
from plein_bot.index import sanctions as rows

logger = logging.getLogger(__name__)

MUTE, UNMUTE = "mute", "unmute"

_AT_ONCE = 10
"""Letters on their way side by side; each may take a chat that is yet to be made."""


async def mute(
    act: Act,
    standing: Standing,
    people: Sequence[Person],
    reason: str | Sentence,
    until: datetime | None,
    case: int | None = None,
) -> tuple[Sanction, ...]:
    """Mute people, and tell them and the staff; the caller holds the subsite's lock.

    Raises the Refusal for what may not be.
    """
    imposed = await silence(act, standing, people, reason, until, case)
    await tell(act, standing.place, imposed)
    return imposed


async def silence(
    act: Act,
    standing: Standing,
    people: Sequence[Person],
    reason: str | Sentence,
    until: datetime | None,
    case: int | None = None,
) -> tuple[Sanction, ...]:
    """The same and tell nobody yet: one event per room for all of them.

    Where Plein does it of its own accord, whoever may not be muted, or for whom there is no room,
    is left out, and so may be all of them; it goes into the audit when it is told, for others may
    flood meanwhile. Who was muted there already is so anew: the new reason and end count.
    """
    place = standing.place
    measure = Measure(SanctionKind.MUTE, place.room, reason, until, case)
    begun = await rows.of_cause(act.index, act.cause, measure.kind, place.room)
    again = [one.person for one in begun]
    chosen = await _to_be_muted(act, standing, [one for one in people if one.id not in again])
    if not (begun or chosen):
        return ()
    now = await places.roles_in(act, place)
    fresh = [one.id for one in chosen]
    named = now.levels.keys() | set(again)
    if act.actor == act.plein.bot:
        # In a flood of more than there is room for some are better than none.
        while fresh and not rules.fits(named | set(fresh)):
            fresh.pop()
    elif fresh:
        rules.refuse_too_many(place, named | set(fresh))
    muted = now.muted | {*again, *fresh}
    imposed = await rows.impose(act.index, measure, [*again, *fresh], act.actor, act.cause)
    for one in () if act.actor == act.plein.bot else imposed:
        await act.begin(MUTE, place.room, one.person, why=one.mark)
    await _put(act, place, now, muted)
    await rows.end(act.index, await _earlier(act, place, imposed), act.actor)
    for one in () if act.actor == act.plein.bot else imposed:
        await act.record(MUTE, place.room, one.person, why=one.mark)
    return imposed


async def plan(act: Act, standing: Standing, person: Person) -> None:
    """Raise the Refusal for who may not be muted here, before anything is asked."""
    await _to_be_muted(act, standing, [person])


async def _to_be_muted(
    act: Act, standing: Standing, people: Iterable[Person]
) -> tuple[Person, ...]:
    chosen: list[Person] = []
    now = await places.roles_in(act, standing.place)
    for theirs in (await places.all_stand(act, people, standing.place)).values():
        if act.actor != act.plein.bot:
            sanction_rules.refuse(standing, theirs, act.plein)
            rules.refuse_role(theirs, now.above)
        elif not sanction_rules.may_befall(theirs, act.plein):
            continue
        chosen.append(theirs.person)
    return tuple(chosen)


async def speaks_on(act: Act, place: Place, person: UserId) -> tuple[Place, ...]:
    """The groups in which somebody writes all the same who is muted in their subsite."""
    groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    given = await places.roles_in_all(act, groups) if groups else {}
    return tuple(one for one in groups if given[one.room].own.get(person))


async def _earlier(act: Act, place: Place, imposed: Collection[Sanction]) -> tuple[int, ...]:
    """The mutes of which these take the place."""
    newest = {one.person: one.number for one in imposed}
    standing = await rows.standing(act.index, SanctionKind.MUTE, [place.room], newest.keys())
    return tuple(one.number for one in standing if one.number < newest[one.person])


async def _put(act: Act, place: Place, now: Roles, muted: frozenset[UserId]) -> None:
    """Say who is muted, and make power levels of it wherever it counts."""
    content = rules.to_content(muted)
    state = await rooms.state(act.index, place.room)
    standing = state.get((rules.TYPE, ""))
    if standing != content and (muted or standing or now.muted):
        levels = levels_of(place, replace(now, muted=muted))
        # Both at once: in the room itself something may be going on that is to end.
        await act.perform_together(
            [
                PutState(place.room, LEVELS, levels),
                PutState(place.room, rules.TYPE, content),
            ]
        )
    inside = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
    todo = await roles.levels_missing(act, (place, *inside))
    failed = await act.perform_by_room(todo)
    if place.room in failed:
        raise failed[place.room]
    for room, error in failed.items():
        # The walk past all places puts it right.
        logger.warning("the mutes of %s are not in %s yet: %s", place.room, room, error)


async def tell(act: Act, place: Place, imposed: Sequence[Sanction]) -> None:
    """Write to whoever was muted, and tell the staff.

    What Plein does of its own accord the staff hear from whatever made it: once for all of them.
    """
    by = await letters.by_whom(act, act.actor)
    known = await known_people.recognise_all(act, [one.person for one in imposed])
    turn = asyncio.Semaphore(_AT_ONCE)

    async def tell_of(one: Sanction) -> None:
        async with turn:
            theirs = await places.stand(act, known[one.person], place)
            if await letters.may_be_told(act, theirs):
                but = await speaks_on(act, place, one.person)
                await letters.tell(act, one, _to_the_muted(place, one.until, but))
        if act.actor == act.plein.bot:
            await act.record(MUTE, place.room, one.person, why=one.mark)
            return
        told = say(
            "{staff} has muted {name} in {place}{until} (number {number}).",
            staff=by,
            name=known[one.person].shown,
            place=place.full_name,
            until=say(" until {moment}", moment=one.until) if one.until else NOTHING,
            number=one.number,
        )
        if but := await speaks_on(act, place, one.person):
            shown = (await cascades.around_for_staff(act, place)).shown
            still = rules.speaks_on(known[one.person], place, but, shown)
            await letters.tell_staff(act, place, paragraphs(told, still), one)
        else:
            await letters.tell_staff(act, place, told, one)

    for outcome in await asyncio.gather(*map(tell_of, imposed), return_exceptions=True):
        if outcome is not None:
            raise outcome


def _to_the_muted(place: Place, until: datetime | None, but: Sequence[Place]) -> Sentence:
    if until:
        return say(
            "The staff of {place} have muted you until {moment}: you can read along, and write "
            "nothing there. {groups}",
            place=place.full_name,
            moment=until,
            groups=letters.in_groups_too(place, but),
        )
    return say(
        "The staff of {place} have muted you: you can read along, and write nothing there until "
        "they lift it. {groups}",
        place=place.full_name,
        groups=letters.in_groups_too(place, but),
    )


async def is_muted(act: Act, place: Place, person: UserId) -> bool:
    """Whether somebody is muted in just this place, and can so be lifted there."""
    return person in (await places.roles_in(act, place)).muted


async def lift(act: Act, place: Place, people: Collection[UserId], reason: str = "") -> None:
    """Let people speak again in a place, and tell them; the caller holds the subsite's lock."""
    for user in people:
        await act.begin(UNMUTE, place.room, user)
    now = await places.roles_in(act, place)
    await _put(act, place, now, now.muted.difference(people))
    standing = await rows.standing(act.index, SanctionKind.MUTE, [place.room], people)
    await rows.end(act.index, [one.number for one in standing], act.actor)
    for user in people:
        await act.record(UNMUTE, place.room, user)
    known = await known_people.recognise_all(act, people)
    for user in people:
        theirs = await places.stand(act, known[user], place)
        if await letters.may_be_told(act, theirs):
            lifted = say("You are no longer muted in {place}.", place=place.full_name)
            silent = theirs.muted or place.archived
            speaks = None if silent else say("You can write there again.")
            text = paragraphs(*filter(None, (lifted, staff.because(reason), speaks)))
            await chats.reach(act, user, text, f"{UNMUTE}:{place.room}")
