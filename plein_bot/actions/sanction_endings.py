"""Sanctions that end: when their time has come."""

from plein_bot.actions import mutes
from plein_bot.actions.acts import Act
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.index import places as place_rows
from plein_bot.index import sanctions as rows


async def due(act: Act, number: int) -> None:
    """The end of a sanction has come. One that was lifted before is over already."""
    one = await rows.numbered(act.index, number)
    if one is None:
        return
    place = await place_rows.of_room(act.index, one.place)
    begun = await act.has_begun(mutes.UNMUTE, one.place, one.person)
    if place is None or (one.is_lifted and not begun):
        await rows.end(act.index, [number], act.actor)
        return
    async with act.locks.alone_in(place.root.room):
        if one.kind is SanctionKind.MUTE:
            await mutes.lift(act, place, [one.person])
