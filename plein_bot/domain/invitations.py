"""Invitations: a number, an end, and a life of their own (design 7)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.joining import refuse_class
from plein_bot.domain.mails import Mail
from plein_bot.domain.people import Person
from plein_bot.domain.places import PUBLIC_GROUP, Place, Visibility
from plein_bot.domain.sentences import Sentence, count, say

LASTS = timedelta(days=14)
LONGEST = timedelta(days=90)
HELD = timedelta(days=3)
"""So long a use of a link is kept for who was invited by it and has not come."""

REMEMBERED = timedelta(days=90)
"""So long after its end it is known which address an invitation was for."""

LONGEST_TEXT = 2000
MOST_USES = 1000
MANY = 5
"""Of more at a time a yes is asked first, and the inviter hears of their answers together."""

_TOKEN_BYTES = 20


class InvitationKind(StrEnum):
    """To a Matrix ID, to an e-mail address, or to whoever has the link."""

    PERSON = "person"
    ADDRESS = "address"
    LINK = "link"


class InvitationState(StrEnum):
    """`OPENED` once somebody said by the link who they are: looking at it changes nothing."""

    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


OPEN = (InvitationState.SENT, InvitationState.OPENED)


@dataclass(frozen=True, slots=True)
class Invitation:
    """`person` or `address` is whom it is for; a link has neither.

    `name` is what the inviter calls an address. `used` counts the people who came by it, of at most
    `uses`. `several` where it was made together with many. `mail` is the cause of its last mail.
    `cause` made it, `decided_cause` ended it.
    """

    number: int
    kind: InvitationKind
    place: RoomId
    inviter: UserId
    person: UserId | None
    address: str | None
    name: str
    text: str
    language: str
    state: InvitationState
    made_at: datetime
    expires_at: datetime
    cause: str
    uses: int = 1
    used: int = 0
    several: bool = False
    mail: str | None = None
    decided_cause: str | None = None

    @property
    def mark(self) -> str:
        """How the audit says that the reason stands here."""
        return f"invitation:{self.number}"

    @property
    def whom(self) -> str:
        """Whom it is for, in a list; "" for a link."""
        if self.address and self.name:
            return f"{self.name} ({self.address})"
        return self.address or self.name or self.person or ""

    def state_at(self, now: datetime) -> InvitationState:
        over = self.state in OPEN and self.expires_at <= now
        return InvitationState.EXPIRED if over else self.state

    def is_open(self, now: datetime) -> bool:
        return self.state_at(now) in OPEN

    @property
    def is_used_up(self) -> bool:
        return self.used >= self.uses


def new_token() -> str:
    """160 random bits, as they stand in a link."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> str:
    """What is kept of a token. Nobody guesses 160 bits, so that it needs no key and no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def link(web: str, token: str) -> str:
    return f"{web.rstrip('/')}/i/{token}"


def until(now: datetime, days: int | None, moment: datetime | None) -> datetime:
    """When an invitation ends that is made now."""
    if moment is None and days is None:
        return now + LASTS
    if moment is not None and days is not None:
        raise Refusal(say("Give either a number of days or a moment, not both."))
    end = moment if moment is not None else now + timedelta(days=min(days or 0, 1000))
    if not now < end <= now + LONGEST:
        raise Refusal(
            say("An invitation is valid for 1 to {most} days.", most=LONGEST.days),
        )
    return end


def clean_text(text: str) -> str:
    """The personal text; raises a Refusal for one that is too long."""
    if len(text.strip()) > LONGEST_TEXT:
        raise Refusal(
            say(
                "Your text has {n} characters, and at most {most} go along. Make it shorter.",
                n=len(text.strip()),
                most=LONGEST_TEXT,
            )
        )
    return text.strip()


def clean_uses(uses: int) -> int:
    if not 1 <= uses <= MOST_USES:
        raise Refusal(say("A link can be used 1 to {most} times.", most=MOST_USES))
    return uses


def destination(place: Place, groups: tuple[Place, ...], guest: Person) -> Place:
    """Where somebody is invited who is invited to a place.

    A citizen who is invited to a subsite gets its public group only. Raises a Refusal, which names
    the setting, where citizens have no place.
    """
    if place.is_subsite and guest.is_citizen and (group := public_group(groups)):
        return group
    refuse_class(place, guest)
    return place


def public_group(groups: tuple[Place, ...]) -> Place | None:
    for group in groups:
        is_public = group.settings.visibility is Visibility.PUBLIC
        if group.slug == PUBLIC_GROUP and is_public and not group.archived:
            return group
    return None


def nothing_numbered(number: int) -> Refusal:
    """The same words for an invitation that there is not, and for one that is not theirs."""
    return Refusal(say("I know no invitation {number}.", number=number))


def refuse_over(invitation: Invitation, now: datetime) -> None:
    """What is over is not revoked, declined or sent again."""
    if not invitation.is_open(now):
        raise Refusal(
            say(
                "Invitation {number} is no longer open: {state}.",
                number=invitation.number,
                state=invitation.state_at(now),
            )
        )


def refuse_sending_again(invitation: Invitation, now: datetime) -> None:
    """What has expired may go once more; what somebody decided about may not."""
    if invitation.state_at(now) is not InvitationState.EXPIRED:
        refuse_over(invitation, now)


def used_so_far(invitation: Invitation) -> Sentence:
    """How often a link was used."""
    return count(
        invitation.uses,
        "{used} of one use",
        "{used} of {n} uses",
        used=invitation.used,
    )


@dataclass(frozen=True, slots=True)
class Making:
    """One invitation that is about to be made. `guest` tells apart those of one cause."""

    kind: InvitationKind
    guest: str
    person: UserId | None = None
    address: str | None = None
    name: str = ""
    language: str = ""
    token: str | None = None
    mail: Mail | None = None
    uses: int = 1
