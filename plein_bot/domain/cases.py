"""Reports of what should not be, and the cases that the staff decide (design 8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing

MOST = 10
"""Reports of one person within `WITHIN`."""

WITHIN = timedelta(hours=1)

LONG = timedelta(days=1)
"""After this the staff are reminded of what waits."""

LONGEST_WORDS = 1000


class Complaint(StrEnum):
    """What is wrong with it, as whoever reports it sees it."""

    ADVERTISING = "advertising"
    ABUSE = "insulting or threatening"
    PRIVACY = "personal data"
    MISLEADING = "wrong or misleading"
    OTHER = "something else"


class CaseState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """How a case ended."""

    NOTHING = "nothing wrong"
    WARNED = "warned"
    MUTED = "muted"
    REDACTED = "taken away"
    REMOVED = "removed"
    BANNED = "shut out"
    UPHELD = "upheld"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Target:
    """What is reported: a message and who said it, a person, or a whole place.

    `place` is the room where it happened. A message has an `event`; with a `person` alone it is
    about them, with neither about the place. With a
    `sanction` the person objects to that.
    """

    place: RoomId
    event: EventId | None = None
    person: UserId | None = None
    sanction: int | None = None

    @property
    def subject(self) -> str:
        """What reports of the same thing have in common."""
        if self.sanction:
            return f"sanction {self.sanction}"
        return self.event or self.person or ""


@dataclass(frozen=True, slots=True)
class Case:
    """What the staff decide once, however many reported it.

    `power` is the role that it takes to know of it. `decided_cause` ended it, or is about to.
    """

    number: int
    target: Target
    power: int
    state: CaseState
    opened_at: datetime
    decision: Decision | None = None
    decided_at: datetime | None = None
    decided_by: UserId | None = None
    decided_cause: str | None = None

    @property
    def is_objection(self) -> bool:
        return self.target.sanction is not None

    @property
    def is_open(self) -> bool:
        return self.state is CaseState.OPEN

    @property
    def mark(self) -> str:
        """How the audit says that the reason stands here."""
        return f"case:{self.number}"

    @property
    def cause(self) -> str:
        """What everything that the staff read of it is said for.

        Not what the reporter did: who keeps what they see must not find that back.
        """
        return f"case {self.number}"


@dataclass(frozen=True, slots=True)
class Report:
    """What one person told. Only who opens the case sees who it was."""

    number: int
    case: int
    reporter: UserId
    complaint: Complaint
    words: str
    reported_at: datetime
    cause: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ByClient:
    """What somebody reported with the button of their client, as the homeserver tells it."""

    id: int
    room: RoomId
    event: EventId
    reporter: UserId
    words: str
    at: datetime


def power_needed(theirs: Standing | None) -> int:
    """Whoever moderates is judged by an admin: not by those they sit with, nor by themselves."""
    staff = theirs is not None and theirs.power >= Role.MODERATOR.power
    return (Role.ADMIN if staff else Role.MODERATOR).power


def is_apart(case: Case, place: Place) -> bool:
    """Whether the whole staff room may not know of it: it is about staff, or about a hidden place.

    Then each of those who may decide is told in their direct chat.
    """
    hidden = place.settings.visibility is Visibility.HIDDEN and not place.is_subsite
    return hidden or case.power > Role.MODERATOR.power


def named_in_audit(case: Case, place: Place) -> UserId | None:
    """Whom the audit names: all staff read that, so nobody in a case of which they may not know."""
    return None if is_apart(case, place) else case.target.person


def is_known_to_all(place: Place) -> bool:
    """Whether everybody with an account may know of it, and so the operators too."""
    both = (place.settings.visibility, place.root.settings.visibility)
    return min(one.openness for one in both) >= Visibility.LISTED.openness


def may_decide(case: Case, standing: Standing) -> bool:
    """Whether somebody may know of a case: staff of the place, but never who is reported."""
    reported = case.target.person == standing.person.id
    return standing.may_see and standing.power >= case.power and not reported


def refuse_too_many(reports: int) -> None:
    if reports >= MOST:
        raise Refusal(
            say(
                "You have reported {n} things within an hour, and the staff have those to look at "
                "first. Please wait an hour. Is somebody in danger now? Call 112.",
                n=reports,
            )
        )


def refuse_own(target: Target, reporter: UserId) -> None:
    if target.person == reporter:
        raise Refusal(
            say(
                "This is about yourself. What you said you can take away in your own app; the "
                "staff can help you: `members`."
            )
            if target.event
            else say("You cannot report yourself.")
        )


def refuse_decided(case: Case, cause: str, by: str | None) -> None:
    """A case is decided once; the work that decided it may come by again."""
    if case.is_open or case.decided_cause == cause:
        return
    if case.state is CaseState.WITHDRAWN or case.decision is None:
        raise Refusal(say("Case {number} was withdrawn.", number=case.number))
    raise Refusal(
        say(
            "Case {number} is decided already, by {name}: {decision}.",
            number=case.number,
            name=by or "–",
            decision=case.decision,
        )
    )


def no_case(number: int) -> Refusal:
    """The same words for a case that there is not, and for one that is not theirs."""
    return Refusal(say("I know no case {number}.", number=number))


def no_report(number: int) -> Refusal:
    return Refusal(say("You have made no report {number}.", number=number))


def not_there() -> Refusal:
    """The same words for what there is not, and for what this person cannot read."""
    return Refusal(
        say(
            "I cannot find that. Give the link of a message in a place of mine that you can read "
            "(in your app: share, or copy link), a Matrix ID with the place, or a place."
        )
    )


class Tap(StrEnum):
    """What a tap under a notice sets going: each is a word of the command `case` too."""

    SHOW = "👁"
    WARN = "⚠"
    MUTE = "🔇"
    REDACT = "🧹"
    REMOVE = "🚪"
    BAN = "⛔"
    CLOSE = "✖"
    UPHOLD = "✅"
    LIFT = "↩"

    @property
    def line(self) -> str:
        return f"case {self.name.lower()}"

    @property
    def shown(self) -> str:
        """With the sign that asks for its colourful form, where it has two."""
        return f"{self.value}\ufe0f" if self in _IN_TWO_FORMS else self.value


_IN_TWO_FORMS = (Tap.SHOW, Tap.WARN, Tap.CLOSE, Tap.LIFT)


def taps(target: Target, *, above: bool = True, ours: bool = False) -> tuple[Tap, ...]:
    """What can be done about it by who is `above` the person; `ours` where that is Plein itself."""
    if target.sanction:
        return (Tap.UPHOLD, Tap.LIFT)
    befalls = target.person is not None and above and not ours
    of_message = (Tap.REDACT,) if target.event and (above or ours) else ()
    mildly = (Tap.WARN, Tap.MUTE) if befalls else ()
    firmly = (Tap.REMOVE, Tap.BAN) if befalls else ()
    return (Tap.SHOW, *mildly, *of_message, *firmly, Tap.CLOSE)


def are_idle(target: Target, shown: tuple[Tap, ...]) -> bool:
    """Whether they do nothing to who is reported, nor to what they said."""
    return target.person is not None and set(shown) <= {Tap.SHOW, Tap.CLOSE}


def tapped(key: str) -> Tap | None:
    return next((tap for tap in Tap if tap == key.rstrip("\ufe0f")), None)
