"""Sanctions: what the staff of a place can do to somebody, how long it lasts, and to whom not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Role
from plein_bot.domain.removals import refuse_moving
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing

END = "sanction.end"
"""The kind of timer that ends one."""

A_DAY = timedelta(days=1)
LONGEST = timedelta(days=3650)


class SanctionKind(StrEnum):
    WARNING = "warning"
    MUTE = "mute"
    REDACTION = "redaction"
    REMOVAL = "removal"
    BAN = "ban"

    @property
    def lasts(self) -> bool:
        """Whether it is something that goes on, and can be ended."""
        return self in (SanctionKind.MUTE, SanctionKind.BAN)


@dataclass(frozen=True, slots=True)
class Sanction:
    """What befell somebody in a place. `number` is what people call it, for ever.

    A `reason` that is a sentence is Plein's own. `until` is None for what has no end of its own.
    `case` is the number of the case that it came from.
    """

    number: int
    kind: SanctionKind
    place: RoomId
    person: UserId
    by: UserId
    reason: str | Sentence
    at: datetime
    cause: str
    until: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: UserId | None = None
    case: int | None = None

    @property
    def is_lifted(self) -> bool:
        return self.lifted_at is not None

    @property
    def mark(self) -> str:
        """How the audit says that the reason stands here."""
        return f"sanction:{self.number}"

    @property
    def timer(self) -> str:
        return f"{END}:{self.number}"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is about to be done to people, before it has a number."""

    kind: SanctionKind
    place: RoomId
    reason: str | Sentence = ""
    until: datetime | None = None
    case: int | None = None


def as_kept(reason: str | Sentence) -> tuple[str, dict[str, Any] | None]:
    """A reason as the ledger has it: the words, and what is to be put into them."""
    if isinstance(reason, str):
        return reason, None
    return reason.text, {
        name: value if isinstance(value, int) else str(value) for name, value in reason.data.items()
    }


def as_told(reason: str, values: Mapping[str, Any] | None) -> str | Sentence:
    return reason if values is None else Sentence(reason, dict(values))


def refuse(mine: Standing, theirs: Standing, plein: Plein) -> None:
    """Refuse who is no staff, and who is not above the person; nobody does it to themselves."""
    mine.require(Role.MODERATOR)
    if theirs.person.id == mine.person.id:
        raise Refusal(say("You cannot do this to yourself."))
    refuse_moving(mine, theirs, plein)


def refuse_own(mine: Standing, person: UserId) -> None:
    if person == mine.person.id:
        raise Refusal(
            say(
                "What befell yourself is for somebody else of the staff to lift. "
                "How to object: `sanctions mine`."
            )
        )


def refuse_lifting(mine: Standing, by: Standing) -> None:
    """What somebody of a higher role did, others do not undo. `by` is how they stand now."""
    if by.power > mine.power:
        raise Refusal(
            say(
                "{name} did that, as {role} of {place}, and you are {own}. "
                "Ask {name} to lift it, or somebody with the same role.",
                name=by.person.shown,
                role=by.role,
                place=mine.place.full_name,
                own=mine.role,
            )
        )


def may_befall(theirs: Standing, plein: Plein) -> bool:
    """Whether Plein may do it of its own accord: never to staff, and never to its own accounts."""
    own = theirs.person.id in (plein.bot, plein.reserve)
    return not own and theirs.power < Role.MODERATOR.power


def refuse_end(now: datetime, until: datetime | None) -> None:
    if until and until <= now:
        raise Refusal(say("That moment has passed. Choose a later one."))
    if until and until - now > LONGEST:
        raise Refusal(
            say("That is more than ten years. Leave it without an end: `--forever`."),
        )
