"""Taking out of a place those who no longer belong there after a change of its settings."""

import asyncio
import logging
from collections.abc import Iterable

from plein_bot.actions import chats, people, places, removals
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import departures as rules
from plein_bot.domain.audits import BEGUN
from plein_bot.domain.changes import Change
from plein_bot.domain.departures import Departure, Ground
from plein_bot.domain.events import Membership
from plein_bot.index import members
from plein_bot.index import places as rows
from plein_bot.index.audits import Noted

logger = logging.getLogger(__name__)

_THERE = (Membership.JOIN, Membership.INVITE)
_AT_ONCE = 20


async def of_change(act: Act, change: Change) -> tuple[Departure, ...]:
    """Who takes part, or is invited, and would not belong any more."""
    before, after = change.before, change.after
    if not rules.excludes(before, after):
        return ()
    there = await members.of_room(act.index, before.room)
    root = await members.of_room(act.index, before.root.room)
    known = await people.recognise_all(
        act, (u for u, m in there.items() if m in _THERE and u != act.plein.bot)
    )
    inside = [p for p in known.values() if root.get(p.id) in _THERE]
    powers = await places.powers_in(act, before)
    return rules.departing(before, after, known.values(), inside, powers)


async def begin(act: Act, departures: Iterable[Departure]) -> None:
    """Note who has to go, before anything changes: afterwards nobody could tell who belonged."""
    for one in departures:
        await act.begin(_action(one.ground), one.place.room, one.person.id)


async def carry_out(act: Act) -> tuple[Departure, ...]:
    """Take out whom this cause noted, and tell each why; returns all, also those of before a crash.

    The settings have changed before: else they could walk back in.
    """
    all_of_them = await _begun(act)
    leaving = [one for one, deed in all_of_them if deed.outcome == BEGUN]
    for first in range(0, len(leaving), _AT_ONCE):
        some = leaving[first : first + _AT_ONCE]
        await asyncio.gather(*(_depart(act, one) for one in some))
    return tuple(one for one, _ in all_of_them)


def _action(ground: Ground) -> str:
    return f"depart.{ground}"


async def _begun(act: Act) -> list[tuple[Departure, Noted]]:
    found = []
    for ground in Ground:
        for deed in await act.noted(_action(ground)):
            # Its room may have been replaced for this same cause.
            room = await rows.going_on_in(act.index, deed.place)
            place = await rows.of_room(act.index, room)
            if place and deed.whom:
                person = await people.recognise(act, deed.whom)
                found.append((Departure(place, person, ground), deed))
    return found


async def _depart(act: Act, one: Departure) -> None:
    done = await removals.take_out(act, removals.REMOVE, one.place, one.person)
    try:
        step = f"depart {one.place.room}"
        await chats.tell(act, one.person.id, rules.told_to(one, done.deed.groups), step)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        # Somebody who cannot be reached is not to keep the others in.
        logger.warning("%s cannot be told of a departure: %s", one.person.id, error)
    await act.record(_action(one.ground), one.place.room, one.person.id)
