"""Of a link nobody keeps a use for ever who was invited by it, and does not come (design 7).

Anybody may have named them. Their invitation is taken back first, so that nobody gets more people
in than the link says.
"""

import logging
from datetime import datetime

from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.invitation_endings import present, ways_in, withdraw
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.events import Membership
from plein_bot.domain.invitations import HELD
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as rows
from plein_bot.index import places as place_rows
from plein_bot.index.invitation_uses import Use

logger = logging.getLogger(__name__)


async def lapse(acts: Acts, now: datetime) -> None:
    for use in await uses.not_come(acts.index, now - HELD):
        act = acts.by(acts.plein.bot, f"invitation.lapse {use.invitation} {use.form}")
        try:
            await _lapse(act, use)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # One that cannot be taken back must not keep the others waiting; it is tried again.
            logger.warning("what came by invitation %s cannot lapse: %s", use.invitation, error)


async def _lapse(act: Act, use: Use) -> None:
    invitation = await rows.numbered(act.index, use.invitation)
    place = await place_rows.of_room(act.index, invitation.place) if invitation else None
    if invitation is None or place is None:
        return
    async with act.locks.alone_in(place.root.room):
        ways = await ways_in(act, place)
        if Membership.JOIN in await present(act, place, use.person):
            return  # That they came is yet to be written down.
        for one in ways:
            if await rows.to_person(act.index, one.room, use.person):
                return  # Somebody invited them by name too.
        for one in ways:
            await withdraw(act, one, use.person)
        await act.record("invitation.lapse", place.room, use.person, why=invitation.mark)
        await uses.give_back(act.index, use.invitation, use.person)
