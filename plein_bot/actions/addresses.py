"""Proven addresses lose their worth after a year; whoever it touches hears of it in time."""

import logging
from datetime import datetime

from plein_bot.actions import chats, people
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import verification as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.verification import Proof
from plein_bot.index import addresses as rows

logger = logging.getLogger(__name__)

_NOWHERE = RoomId("")


async def remind(acts: Acts, now: datetime) -> None:
    """Tell people a month before an address lapses, and when it has; what lapsed is forgotten."""
    for proof in await rows.proven_before(acts.index, now - rules.VALID + rules.REMINDED_BEFORE):
        over = proof.expires_at <= now
        mark = acts.plein.mark(f"{proof.address} {proof.proven_at.isoformat()}", "address")
        act = acts.by(acts.plein.bot, f"address.{'over' if over else 'soon'} {mark}")
        try:
            await _remind(act, proof, over=over)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # Somebody who cannot be reached must not keep the others from hearing; tried again.
            logger.warning("nobody can be told that an address lapses: %s", error)


async def _remind(act: Act, proof: Proof, *, over: bool) -> None:
    action = "address.over" if over else "address.soon"
    if not await act.has_begun(action, _NOWHERE, proof.person):
        with_it, without = await _with_and_without(act, proof)
        # Of an address that makes no difference nobody needs to hear.
        if with_it.organisations != without.organisations:
            told = rules.told_of_lapse(proof, without, over=over)
            await chats.tell(act, proof.person, told, action)
        await act.record(action, _NOWHERE, proof.person)
    if over:
        await rows.forget(act.index, proof)


async def _with_and_without(act: Act, proof: Proof) -> tuple[Person, Person]:
    """Who they are while the address counts, and who they are without it."""
    proven = (await rows.proven_by(act.index, [proof.person])).get(proof.person, ())
    others = tuple(address for address in proven if address != proof.address)
    return (
        await people.recognise_by(act, proof.person, (*others, proof.address)),
        await people.recognise_by(act, proof.person, others),
    )
