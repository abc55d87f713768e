"""Mail that Plein sends: what it says, and when a mail that did not go is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PATIENCE = timedelta(days=2)
"""A mail that could not be handed over for so long has failed."""

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Told:
    """Which digest a mail is: of whose subscription, and of what happened between two moments."""

    subscription: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, in their language. `message_id` is the same at every try.

    `html` says the same as `text`. One of `several` lets others go first. `unsubscribe` is an
    address by which they say that they want no more of these. `told` where it is a digest.
    """

    cause: str
    address: str
    subject: str
    text: str
    message_id: str
    written_at: datetime
    tries: int = 0
    html: str = ""
    several: bool = False
    unsubscribe: str = ""
    told: Told | None = None


def next_try(mail: Mail, now: datetime) -> datetime | None:
    """When to try again after a failure; None where it has been tried long enough."""
    if now - mail.written_at > PATIENCE:
        return None
    return now + pause(mail.tries)


def pause(tries: int) -> timedelta:
    """How long to wait after so many failures."""
    return min(_FIRST_PAUSE * float(2 ** min(tries, 20)), _LONGEST_PAUSE)
