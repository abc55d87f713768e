"""What may nobody offer (now)? What names a room of others is said there, to people who asked for
nothing: so it is seldom, and never by whom they took out.
"""

from bridges.common.words import say
from bridges.homeserver.desk.agreements import MONTH
from bridges.homeserver.desk.asking import Asked
from bridges.homeserver.desk.refusals import Refused
from bridges.homeserver.desk.wording import called
from bridges.homeserver.sides import Side
from bridges.homeserver.store import ghosts, links
from bridges.homeserver.store.database import Session
from bridges.homeserver.store.links import End, Link, LinkState

_DAY = 86_400.0
_A_DAY = 10
"""Offers that somebody makes in a day."""
_PAUSE = 7 * _DAY
"""After an offer that was turned down or taken back, to the same room."""


async def refuse_more(
    session: Session, asked: Asked, here: str, far: Side, there: str | None, now: float
) -> None:
    """Raises `Refused` where this may not be offered, with the same words whether there is a room
    `there` or not."""
    side = asked.side.name
    made = await links.offers_by(session, side, asked.person)
    today = sum(one.since > now - _DAY for one in made)
    if today >= _A_DAY:
        raise Refused(say("You have made {number} offers today. Go on tomorrow.", number=today))
    for one in await links.of_room(session, side, here):
        other = one.accepting if one.offering.side == side else one.offering
        is_same = other is None or there is None or other == End(far.name, there)
        if far.name in (one.offering.side, one.accepting_side) and is_same and _stands(one, now):
            raise Refused(
                say(
                    "That is offer or link {number} already. `!relay list` shows more.",
                    number=one.number,
                )
            )
    if there is None:
        return
    for one in made:
        if one.accepting_side == far.name and one.accepting and _waits(one, now):
            raise Refused(
                say(
                    "Offer {number} of yours to a room of {organisation} waits for an answer. "
                    "`offer` without a room there you can do at any time.",
                    number=one.number,
                    organisation=called(far),
                )
            )
    end = End(far.name, there)
    if await ghosts.is_silenced(session, end, asked.person):
        raise Refused(
            say("The staff of that room took you out of it, so you cannot offer them anything.")
        )
    for one in await links.of_room(session, end.side, end.room):
        ours = one.offering == End(side, here) or one.offered_by == asked.person
        if ours and one.accepting == end and _fell_through(one) and one.since > now - _PAUSE:
            raise Refused(
                say(
                    "Offer {number} to that room was turned down or taken back less than a week "
                    "ago. Try again after that week, or `offer` without a room there.",
                    number=one.number,
                )
            )


def _waits(link: Link, now: float) -> bool:
    return link.state is LinkState.OFFERED and now - link.since <= MONTH


def _stands(link: Link, now: float) -> bool:
    return link.state in (LinkState.ACTIVE, LinkState.PAUSED) or _waits(link, now)


def _fell_through(link: Link) -> bool:
    ended = link.state in (LinkState.REFUSED, LinkState.STOPPED)
    return ended and link.accepted_by is None
