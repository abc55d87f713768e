"""Thinking along: a post that asks for comments until a moment, and then says what came of them.

It is open, it closes, and it waits for an outcome. The facts of it stand in `nl.plein.note` events
about the post: when it closes, whether it has, and the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.sentences import say

FACT = "consultation"
OUTCOME = "outcome"
TOLD = "nl.plein.consultation"
"""Of what Plein says about it in the thread: the post."""

CLOSE = "consultation.close"
SOON = "consultation.soon"
WAITING = "consultation.waiting"
TELL = "consultation.tell"
SOON_BEFORE = timedelta(days=3)
REMIND_AFTER = timedelta(days=14)
MOST_REMINDERS = 3
LONGEST_OUTCOME = 8000
"""Characters: it has to fit in one note, and in one message to everybody who took part."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with what people said. `event` is the note that says it, `by` who wrote it."""

    text: str
    by: UserId
    at: datetime
    event: EventId


@dataclass(frozen=True, slots=True)
class Consultation:
    """`ended_at` is None as long as people can think along."""

    closes_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def waits(self) -> bool:
        """Whether it is over and nobody has said yet what came of it."""
        return self.ended_at is not None and self.outcome is None


def timer(kind: str, number: int) -> str:
    return f"{kind}:{number}"


def asked(closes_at: datetime) -> dict[str, Any]:
    """The note that lets people think along until a moment, also after it was over."""
    return {FACT: {"closes": _milliseconds(closes_at)}, "closed": False}


def ended(consultation: Consultation) -> dict[str, Any]:
    closes = _milliseconds(consultation.closes_at)
    return {FACT: {"closes": closes, "ended": True}, "closed": True}


def told_in(content: Mapping[str, Any], at: datetime) -> Consultation | None:
    """What a note of that moment makes of it; None where it says nothing of it."""
    fact = content.get(FACT)
    closes = fact.get("closes") if isinstance(fact, Mapping) else None
    if not isinstance(fact, Mapping) or type(closes) is not int:
        return None
    over = fact.get("ended") is True
    return Consultation(datetime.fromtimestamp(closes / 1000, UTC), at if over else None)


def refuse_asking(consultation: Consultation | None, number: int) -> None:
    """Whoever took part heard what came of it, and is not to wonder whether that still holds."""
    if consultation and consultation.outcome:
        raise Refusal(
            say(
                "People have been told what came of post {number}. Ask anew in a new post: "
                "`post <title>` with `--consult`.",
                number=number,
            )
        )


def refuse_both(until: datetime | None, closes_at: datetime | None) -> None:
    if until and closes_at:
        raise Refusal(
            say(
                "Choose one of the two: with --until the post is taken away then, with --consult "
                "it stays and waits for its outcome."
            )
        )


def refuse_moving(consultation: Consultation | None, number: int) -> None:
    """Comments and votes cannot go along, and they are half of it."""
    if consultation:
        raise Refusal(
            say(
                "People think along about post {number} where it stands, and what they say cannot "
                "go along. So it stays there.",
                number=number,
            )
        )


def refuse_reopening(consultation: Consultation | None, number: int) -> None:
    """Only with a new moment, else it would be open for ever."""
    if consultation and not consultation.is_open:
        refuse_asking(consultation, number)
        raise Refusal(
            say(
                "The time to think along about post {number} is over. To give more time, say until "
                "when: `post consult {number} 1 December`.",
                number=number,
            )
        )


def refuse_closing(consultation: Consultation | None, number: int) -> None:
    if consultation and not consultation.is_open:
        raise Refusal(
            say("The time to think along about post {number} is over already.", number=number)
        )


def outcome_note(text: str, by: UserId) -> dict[str, Any]:
    return {OUTCOME: {"text": text, "by": by}}


def refuse_outcome(consultation: Consultation | None, number: int, text: str) -> None:
    if consultation is None:
        raise Refusal(
            say(
                "Nobody was asked to think along about post {number}, so there is no outcome to "
                "tell. Ask them: `post consult {number} in 4 weeks`.",
                number=number,
            )
        )
    if consultation.is_open:
        raise Refusal(
            say(
                "People can think along about post {number} until {moment}. Tell the outcome after "
                "that, or close it now: `post close {number}`.",
                number=number,
                moment=consultation.closes_at,
            )
        )
    if not text.strip():
        raise Refusal(
            say(
                "What was done with what people said? Write it under the command, in the same "
                "message: `post outcome {number}`.",
                number=number,
            )
        )
    if len(text) > LONGEST_OUTCOME:
        raise Refusal(
            say(
                "This outcome has {n} characters; {most} fit. Make it shorter, and put the rest in "
                "a post of its own.",
                n=len(text),
                most=LONGEST_OUTCOME,
            )
        )


def soon(closes_at: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When its author is reminded that it closes; None where that is hardly after the start."""
    at = _in_the_morning(closes_at - SOON_BEFORE, zone)
    return at if at > now + timedelta(days=1) else None


def reminder(ended_at: datetime, time: int, zone: ZoneInfo) -> datetime:
    """When its author is reminded for the first, second, third time that nobody heard of it yet."""
    return _in_the_morning(ended_at + time * REMIND_AFTER, zone)


def _in_the_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """Of that day: a term ends at midnight, and nobody wants to be reminded then."""
    day = moment.astimezone(zone)
    return day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
