"""Requests to take part: a number, a reason, and a life of their own (design 5.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from plein_bot.domain.audiences import known_to_all
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say

LASTS = timedelta(days=30)
"""After this a request that nobody decided is over."""

LONGEST_REASON = 1000


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks to come into a place. At most one per person and place waits at a time.

    `cause` opened it, `decided_cause` ended it: the same cause again finds its own doing. `notice`
    is the message in the staff room whose reactions decide.
    """

    number: int
    place: RoomId
    person: UserId
    reason: str
    state: RequestState
    opened_at: datetime
    cause: str
    decided_by: UserId | None = None
    decided_cause: str | None = None
    notice: EventId | None = None

    @property
    def mark(self) -> str:
        """How the audit says that the reason stands here."""
        return f"request:{self.number}"

    @property
    def is_waiting(self) -> bool:
        return self.state is RequestState.WAITING

    @property
    def expires_at(self) -> datetime:
        return self.opened_at + LASTS


def refuse_decided(request: Request, cause: str) -> None:
    """A request is decided once; the work that decided it may come by again."""
    if not request.is_waiting and request.decided_cause != cause:
        raise Refusal(
            say(
                "Request {number} is no longer open: {state}.",
                number=request.number,
                state=request.state,
            )
        )


def nothing_numbered(number: int) -> Refusal:
    """The same words for a request that there is not, and for one that is not theirs."""
    return Refusal(say("I know no request {number}.", number=number))


def with_reason(request: Request, reason: str) -> str:
    """The reason of a request to which its asker adds something."""
    known = request.reason
    return f"{known} · {reason}" if known and reason not in known else reason or known


def welcome(place: Place) -> Text:
    """What somebody reads who asked and is let in."""
    return paragraphs(say("You are welcome; accept the invitation."), *known_to_all(place))


def told_to_staff(request: Request, name: str, how: RequestState) -> Sentence:
    """What stands under the notice in the staff room once a request is over."""
    number = request.number
    match how:
        case RequestState.APPROVED:
            return say("Request {number}: {name} is admitted.", number=number, name=name)
        case RequestState.DENIED:
            return say("Request {number}: {name} is turned down.", number=number, name=name)
        case RequestState.WITHDRAWN:
            return say("Request {number}: {name} has withdrawn it.", number=number, name=name)
        case RequestState.EXPIRED:
            return say(
                "Request {number} of {name} has expired: nobody decided in {days} days.",
                number=number,
                name=name,
                days=LASTS.days,
            )
        case RequestState.WAITING:
            raise ValueError("it is not over")
        case _:
            assert_never(how)
