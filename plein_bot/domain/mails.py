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
class Mail:
    """One mail to one person, in their language. `message_id` is the same at every try."""

    cause: str
    address: str
    subject: str
    text: str
    message_id: str
    written_at: datetime
    tries: int = 0


def next_try(mail: Mail, now: datetime) -> datetime | None:
    """When to try again after a failure; None where it has been tried long enough."""
    if now - mail.written_at > PATIENCE:
        return None
    return now + min(_FIRST_PAUSE * float(2**mail.tries), _LONGEST_PAUSE)
