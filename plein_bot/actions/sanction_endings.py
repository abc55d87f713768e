"""Sanctions that end: when their time has come."""

from plein_bot.actions import bans, mutes, people
from plein_bot.actions.acts import Act
from plein_bot.domain.bans import UNBAN
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import Sanction, SanctionKind
from plein_bot.index import places as place_rows
from plein_bot.index import sanctions as rows


async def due(act: Act, number: int) -> None:
    """The end of a sanction has come. One that was lifted before is over already."""
    one = await rows.numbered(act.index, number)
    if one is None:
        return
    place = await place_rows.of_room(act.index, one.place)
    ending = UNBAN if one.kind is SanctionKind.BAN else mutes.UNMUTE
    begun = await act.has_begun(ending, one.place, one.person)
    if place is None or (one.is_lifted and not begun):
        return
    async with act.locks.alone_in(place.root.room):
        if one.kind is SanctionKind.BAN:
            await _let_in(act, place, one)
        else:
            await mutes.lift(act, place, [one.person])


async def _let_in(act: Act, place: Place, one: Sanction) -> None:
    deed = await bans.plan_ending(act, place, await people.recognise(act, one.person))
    if deed is None:
        # Let in by hand before, or shut out with the subsite too.
        await rows.end(act.index, [one.number], act.actor)
    else:
        await bans.tell_lifted(act, await bans.lift(act, deed))
