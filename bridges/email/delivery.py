"""What does the answer of a mail server mean for a mail, and when is it tried again? Pure.

What is wrong with us (a password, a relay that does not know us) is no fault of whoever waits for
the mail: it is tried until it is mended. Only that it is not there counts against an address.
"""

import re
from enum import StrEnum

_FIRST, _LONGEST = 2.0, 3600.0
_GIVE_UP = 5 * 86_400.0
"""Seconds; what RFC 5321, 4.5.4.1, asks of a mail server."""

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_ADDRESS = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (4, 4)}
"""Of the codes of RFC 3463, those by which nothing sent there will arrive: no such mailbox or
domain, moved, closed. A full mailbox (2.2) is emptied, a policy (7.x) is about us or a mail."""
_UNSAID = {0, 4}
"""The subjects “other” and “network”: servers that say no more mostly mean the address."""


class Step(StrEnum):
    """How far a mail came."""

    GREETING = "greeting"
    """Up to and with our name, password, and the sender of the envelope."""
    RECIPIENT = "recipient"
    CONTENT = "content"


class Outcome(StrEnum):
    LATER = "later"
    REFUSED = "refused"
    """This mail for good; the next may arrive."""
    NO_SUCH_ADDRESS = "no_such_address"


def outcome(step: Step, code: int, text: str) -> Outcome:
    """What a refusal with `code` means. Servers say more by a code of RFC 3463 in the text."""
    if code < 500 or step is Step.GREETING:
        return Outcome.LATER
    if step is Step.CONTENT:
        return Outcome.REFUSED
    status = _STATUS.search(text)
    if status is None:
        # RFC 5321: 552 is a full mailbox, 554 no more than no.
        return Outcome.LATER if code in {552, 554} else Outcome.NO_SUCH_ADDRESS
    return Outcome.NO_SUCH_ADDRESS if is_gone(status[0]) else Outcome.LATER


def is_gone(status: str) -> bool:
    """Whether a code of RFC 3463 says that an address will not be there later either."""
    found = _STATUS.fullmatch(status)
    if not found or found[1] != "5":
        return False
    subject, detail = int(found[2]), int(found[3])
    return (subject, detail) in _NO_SUCH_ADDRESS or (subject in _UNSAID and detail == 0)


def pause(tries: int, chance: float) -> float:
    """Seconds until the next try, twice as long each time; `chance` from 0 to 1 spreads them, so
    that not everything comes back at once to a server that was away."""
    return float(min(_FIRST * 2 ** min(tries - 1, 20), _LONGEST) * (1 + chance / 4))


def is_given_up(at: float, now: float) -> bool:
    return now - at > _GIVE_UP
