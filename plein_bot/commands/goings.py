"""Somebody left a place, was removed from it, shut out or let in again in a client: what follows.

What Plein does itself never comes here (`matrix/parsing.py`), so nothing echoes.
"""

from plein_bot.actions import (
    bans,
    chats,
    invitation_endings,
    joining,
    people,
    removals,
    restorations,
    sanctions,
    staff,
    vacancies,
)
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Done
from plein_bot.commands.removals import left_over, names_of
from plein_bot.domain.bans import BAN
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.events import MemberChanged, Membership
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.removals import PRESENT
from plein_bot.domain.requests import RequestState
from plein_bot.domain.sanctions import Sanction
from plein_bot.domain.sentences import Sentence, paragraphs, say

_THERE = (Membership.JOIN, Membership.INVITE)


async def went(act: Act, place: Place, change: MemberChanged) -> None:
    person = await people.recognise(act, change.person)
    if change.before is Membership.INVITE:
        by_self = change.sender == change.person and change.membership is Membership.LEAVE
        end = invitation_endings.declined if by_self else invitation_endings.taken_back
        await end(act, place, person.id)
    if change.membership is Membership.BAN:
        await _shut_out(act, place, person, change)
    elif change.before is Membership.BAN:
        await _let_in(act, place, person)
    elif change.sender == change.person:
        await joining.close_request(act, place, person.id, RequestState.WITHDRAWN)
        if change.before in _THERE:
            async with act.locks.alone_in(place.root.room):
                await removals.follow(act, removals.LEAVE, place, person)
    else:
        await joining.close_request(act, place, person.id, RequestState.DENIED)
        await _removed(act, place, person, change)
    if place.is_subsite and change.before in _THERE:
        async with act.locks.alone_in(place.room):
            await vacancies.last_owner_left(act, place, change)


async def _removed(act: Act, place: Place, person: Person, change: MemberChanged) -> None:
    if change.before not in _THERE:
        return  # Whoever only knocked is not taken out of anything.
    async with act.locks.alone_in(place.root.room):
        if await restorations.put_back(act, removals.REMOVE, place, person, change):
            return
        # An invitation that is taken back is no removal.
        was_in = change.before is Membership.JOIN
        done = await removals.follow(act, removals.REMOVE, place, person, counts=was_in)
    if done is None:
        return
    one = await sanctions.impose(act, done.deed, change.reason or "")
    told = await removals.tell(act, done, change.reason or "")
    who = {"actor": (await people.recognise(act, act.actor)).shown, "name": person.shown}
    # What follows may be none of the staff's business: a hidden group, or an inner space.
    removed = (
        say(
            "{actor} has removed {name} from {place}, and with it from {rooms}.",
            place=place.full_name,
            rooms=in_a_row(names),
            **who,
        )
        if (names := names_of(done.deed, but=done))
        else say("{actor} has removed {name} from {place}.", place=place.full_name, **who)
    )
    await _tell_staff(act, removed, done, one, told=told)


async def _shut_out(act: Act, place: Place, person: Person, change: MemberChanged) -> None:
    async with act.locks.alone_in(place.root.room):
        if await restorations.put_back(act, BAN, place, person, change):
            return
        done = await bans.follow(act, place, person, tells=change.before in PRESENT)
    if done is None:
        return
    one = await sanctions.impose(act, done.deed, change.reason or "")
    told = await bans.tell(act, done, change.reason or "")
    who = {"actor": (await people.recognise(act, act.actor)).shown, "name": person.shown}
    shut_out = (
        say(
            "{actor} has shut {name} out of {place}. That holds in all its groups.",
            place=place.full_name,
            **who,
        )
        if place.is_subsite
        else say("{actor} has shut {name} out of {place}.", place=place.full_name, **who)
    )
    await _tell_staff(act, shut_out, done, one, told=told)


async def _let_in(act: Act, place: Place, person: Person) -> None:
    async with act.locks.alone_in(place.root.room):
        again = not place.is_subsite and await bans.subsite_shuts_out(act, place, person.id)
        if again:
            await bans.shut_again(act, place, person.id)
        done = None if again else await bans.follow_lifting(act, place, person)
    if again:
        await chats.tell(act, act.actor, _why_shut_again(place, person), "shut again")
    elif done:
        told = await bans.tell_lifted(act, done)
        who = {"actor": (await people.recognise(act, act.actor)).shown, "name": person.shown}
        lifted = (
            say(
                "{actor} has lifted the ban of {name} from {place}. {name} can join again, also "
                "its groups that shut nobody out of their own.",
                place=place.full_name,
                **who,
            )
            if place.is_subsite
            else say(
                "{actor} has lifted the ban of {name} from {place}. {name} can join again.",
                place=place.full_name,
                **who,
            )
        )
        await _tell_staff(act, lifted, done, told=told)


def _why_shut_again(group: Place, person: Person) -> Sentence:
    assert group.subsite
    return say(
        "{name} is shut out of all of {subsite}, so I have shut {name} out of {place} again. "
        "To lift that: `unban {slug} {person}`.",
        name=person.shown,
        subsite=group.subsite.name,
        place=group.name,
        slug=group.subsite.slug,
        person=person.id,
    )


async def _tell_staff(
    act: Act, what: Sentence, done: Done, one: Sanction | None = None, *, told: bool
) -> None:
    text = paragraphs(what, *left_over(done, told=told))
    place = done.deed.place
    if one:
        await letters.tell_staff(act, place, text, one)
    elif not letters.is_hidden(place):
        await staff.tell(act, place, text, "cascade")
