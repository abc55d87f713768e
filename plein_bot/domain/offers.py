"""Offers of ownership: nobody becomes an owner without having agreed (design 5.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say

LASTS = timedelta(days=14)
"""After this an offer that nobody answered is over."""


class OfferState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody is asked to own a place. At most one offer per place waits at a time.

    `cause` made it, `decided_cause` ended it. `notice` is the message whose reactions answer it.
    """

    number: int
    place: RoomId
    person: UserId
    offered_by: UserId
    state: OfferState
    offered_at: datetime
    cause: str
    decided_cause: str | None = None
    notice: EventId | None = None

    @property
    def is_waiting(self) -> bool:
        return self.state is OfferState.WAITING

    @property
    def expires_at(self) -> datetime:
        return self.offered_at + LASTS


def refuse_over(offer: Offer, place: Place, cause: str, now: datetime) -> None:
    """An offer is answered once, in time; the work that answered it may come by again."""
    if offer.decided_cause == cause:
        return
    if not offer.is_waiting or offer.expires_at <= now:
        raise Refusal(say("The offer to own {place} is no longer open.", place=place.full_name))


class NothingOffered(Refusal):
    def __init__(self) -> None:
        super().__init__(say("Nobody has offered you the ownership of a place."))
