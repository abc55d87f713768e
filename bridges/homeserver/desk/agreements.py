"""When does a link begin, rest and end? Two staffs agree on it, and either ends it alone."""

from dataclasses import dataclass

from bridges.common.words import Sentence, say
from bridges.homeserver.desk.lines import Verb
from bridges.homeserver.desk.refusals import Refused
from bridges.homeserver.store.links import End, Link, LinkState

RELAY = "*"
"""Stands among those who had a link rest, where the relay itself did."""

MONTH = 30 * 86_400.0
"""How long an offer waits."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a link becomes; `resting` are the sides that had it rest, and have yet to resume it."""

    state: LinkState
    resting: frozenset[str] = frozenset()


def after(link: Link, verb: Verb, side: str, now: float) -> Agreed:
    """What becomes of a link when the staff of its room on `side` decide. Raises `Refused`."""
    if link.state in (LinkState.REFUSED, LinkState.STOPPED):
        raise Refused(
            say(
                "Link {number} has ended. A new one begins with `!relay offer`.", number=link.number
            )
        )
    if link.state is LinkState.OFFERED:
        return _of_an_offer(link, verb, side, now)
    match verb:
        case Verb.PAUSE if RELAY in link.resting:
            raise Refused(_cannot_go_on(link.number))
        case Verb.PAUSE if side in link.resting:
            raise Refused(say("Link {number} rests already.", number=link.number))
        case Verb.PAUSE:
            return Agreed(LinkState.PAUSED, link.resting | {side})
        case Verb.RESUME if link.state is LinkState.ACTIVE:
            raise Refused(say("Link {number} works already.", number=link.number))
        case Verb.RESUME if RELAY in link.resting:
            raise Refused(_cannot_go_on(link.number))
        case Verb.RESUME if side not in link.resting:
            raise Refused(
                say(
                    "The others have link {number} rest, and only they resume it.",
                    number=link.number,
                )
            )
        case Verb.RESUME:
            left = link.resting - {side}
            return Agreed(LinkState.PAUSED if left else LinkState.ACTIVE, left)
        case Verb.STOP:
            return Agreed(LinkState.STOPPED)
        case Verb.ACCEPT | Verb.REFUSE:
            raise Refused(
                say(
                    "Link {number} was accepted already. `!relay stop {number}` ends it.",
                    number=link.number,
                )
            )
        case _:
            return Agreed(link.state, link.resting)


def _of_an_offer(link: Link, verb: Verb, side: str, now: float) -> Agreed:
    offers = side == link.offering.side
    match verb:
        case Verb.STOP if offers:
            return Agreed(LinkState.STOPPED)
        case Verb.ACCEPT | Verb.REFUSE if offers:
            raise Refused(
                say(
                    "It is for the others to decide about offer {number}. `!relay stop {number}` "
                    "takes it back.",
                    number=link.number,
                )
            )
        case Verb.STOP | Verb.REFUSE:
            return Agreed(LinkState.REFUSED)
        case Verb.ACCEPT if now - link.since > MONTH:
            raise Refused(
                say("Offer {number} is older than a month. Ask for a new one.", number=link.number)
            )
        case Verb.ACCEPT:
            return Agreed(LinkState.ACTIVE)
        case Verb.PAUSE | Verb.RESUME:
            raise Refused(
                say("Offer {number} was not accepted yet, so nothing crosses.", number=link.number)
            )
        case _:
            return Agreed(link.state)


def interrupted(link: Link) -> Agreed:
    """The relay itself can no longer see to a link: a room was encrypted, or goes on elsewhere."""
    return Agreed(LinkState.PAUSED, link.resting | {RELAY})


def end_at(link: Link, side: str, room: str) -> End | None:
    """The end of a link that this room is, or may become."""
    if link.offering == End(side, room):
        return link.offering
    if side == link.accepting_side and link.accepting in (None, End(side, room)):
        return End(side, room)
    return None


def _cannot_go_on(number: int) -> Sentence:
    return say(
        "Link {number} cannot go on with these rooms: one of them was encrypted, or goes on in "
        "another. `!relay stop {number}` ends it; then link another room.",
        number=number,
    )
