"""Letting somebody in again in many places at once."""

from collections.abc import Sequence

from plein_bot.actions import bans, cascades, chats, places
from plein_bot.actions.acts import Act
from plein_bot.actions.cascades import Deed, Done, Each
from plein_bot.domain.bans import UNBAN
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.events import Membership
from plein_bot.domain.people import Person
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits


async def plan_lifting(act: Act, targets: Sequence[Standing], person: Person) -> tuple[Deed, ...]:
    """The bans of somebody that would be lifted, in all of these subsites."""
    deeds: list[Deed] = []
    for mine in targets:
        around = await cascades.around(act, mine.place, mine.person)
        deed = await cascades.begun(act, UNBAN, around, person)
        if deed is None:
            there = await places.memberships_of(act, person.id, [mine.place.room])
            if there.get(mine.place.room) is not Membership.BAN:
                continue
            deed = await bans.plan_lifting(act, mine, person)
        deeds.append(deed)
    return tuple(deeds)


async def lift(act: Act, deeds: Sequence[Deed], each: Each) -> tuple[tuple[Done, ...], bool]:
    """Lift them all, and tell the person once; whether they could be told."""
    done: list[Done] = []
    for deed in deeds:
        async with act.locks.alone_in(deed.place.room):
            done.append(await bans.lift(act, deed, each))
    person = deeds[0].person
    known = [
        deed.place
        for deed in deeds
        if (await places.stand(act, person, deed.place)).may_see
        or await audits.last(act.index, (bans.TOLD,), places=(deed.place.room,), whom=person.id)
    ]
    if not known:
        return tuple(done), True
    names = in_a_row([place.full_name for place in known])
    text = say("You are no longer shut out of {places}.", places=names)
    return tuple(done), await chats.reach(act, person.id, text, "unban everywhere")
