"""Polls: a question, answers, and one vote for each person (MSC3381).

Clients send them under the names of the proposal as it was, or as it was accepted: both are read.
Anybody can send anything, so what is not as the proposal says counts as absent.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import brief, say

_UNSTABLE = "org.matrix.msc3381.poll"
STARTS = ("m.poll.start", f"{_UNSTABLE}.start")
RESPONSES = ("m.poll.response", f"{_UNSTABLE}.response")
ENDS = ("m.poll.end", f"{_UNSTABLE}.end")

MOST_ANSWERS = 20
_LONGEST_QUESTION = 340
_LONGEST_ANSWER = 200
_DISCLOSED = ("m.disclosed", "m.poll.disclosed", f"{_UNSTABLE}.disclosed")


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `most` is how many answers one person may choose.

    Where it is not `disclosed`, nobody is to know the votes before the poll is closed.
    """

    text: str
    answers: tuple[Answer, ...]
    most: int = 1
    disclosed: bool = False


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote, or the end of a poll, as it was sent; `position` is that in the room's order."""

    event: EventId
    sender: UserId
    ts: int
    position: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vote:
    event: EventId
    person: UserId
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll. `end` is the event that closed it, `result` the one that told how it went.

    `stable` when it was sent under the accepted names, `thread` where it stands in one. `latest` is
    the event that says the question: itself, or an edit.
    """

    event: EventId
    room: RoomId
    author: UserId
    question: Question
    started_at: datetime
    latest: EventId
    stable: bool = False
    thread: EventId | None = None
    ended_at: datetime | None = None
    end: EventId | None = None
    result: EventId | None = None

    @property
    def is_closed(self) -> bool:
        return self.end is not None

    @property
    def may_be_told(self) -> bool:
        """Whether anybody is to know how the votes stand."""
        return self.is_closed or self.question.disclosed


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each answer was chosen, in the order of the answers, and by how many people."""

    counts: tuple[int, ...]
    voters: int

    def percentage(self, count: int) -> int:
        """Of the people who voted, half a percent upwards."""
        return (200 * count + self.voters) // (2 * self.voters) if self.voters else 0


def question_in(content: Mapping[str, Any]) -> Question | None:
    """What the content of a poll asks; None where it is no poll."""
    poll = _first(content, "m.poll", *STARTS)
    if not isinstance(poll, Mapping):
        return None
    text = _text(poll.get("question"))
    answers = tuple(_answers(poll.get("answers")))
    if not text or not answers:
        return None
    most = poll.get("max_selections")
    chosen = most if isinstance(most, int) and not isinstance(most, bool) else 1
    return Question(
        brief(text, _LONGEST_QUESTION),
        answers,
        min(max(chosen, 1), len(answers)),
        disclosed=poll.get("kind") in _DISCLOSED,
    )


def _answers(given: object) -> Iterator[Answer]:
    """The first twenty; of two with one id the first."""
    known: set[str] = set()
    for number, one in enumerate(given[:MOST_ANSWERS] if isinstance(given, list) else (), 1):
        name = _first(one, "m.id", "id") if isinstance(one, Mapping) else None
        if isinstance(name, str) and name not in known:
            known.add(name)
            yield Answer(name, brief(_text(one) or str(number), _LONGEST_ANSWER))


def _text(block: object) -> str:
    """The words of extensible events (MSC1767) in one line, in any of the forms they have had."""
    if not isinstance(block, Mapping):
        return ""
    said = _first(block, "m.text", "org.matrix.msc1767.text", "body")
    if isinstance(said, list):
        bodies = (one.get("body") for one in said if isinstance(one, Mapping))
        said = next((body for body in bodies if isinstance(body, str)), None)
    return " ".join(said.split()) if isinstance(said, str) else ""


def _first(content: Mapping[str, Any], *keys: str) -> object:
    return next((content[key] for key in keys if key in content), None)


def edit_that_counts(edits: Iterable[Cast], votes: Iterable[Cast]) -> Cast | None:
    """The last of its author's edits that asks something, but of those before anybody voted.

    What is voted for is what was asked then; clients offer no edit of a poll with votes.
    """
    begun = min((vote.position for vote in votes), default=None)
    counting = [
        edit for edit in edits if (begun is None or edit.position < begun) and question_of(edit)
    ]
    return max(counting, key=lambda one: one.position, default=None)


def question_of(edit: Cast) -> Question | None:
    new = edit.content.get("m.new_content")
    return question_in(new) if isinstance(new, Mapping) else None


def first_end(ends: Iterable[Cast]) -> Cast | None:
    """Of those who were allowed to close it, the first by the clock."""
    return min(ends, key=lambda one: (one.ts, one.position), default=None)


def votes_that_count(question: Question, casts: Iterable[Cast], end: Cast | None) -> list[Vote]:
    """One of each person: the last before the end, and none where that one is spoiled.

    By the clock of who sent it, as clients count. Whoever left since has voted all the same.
    """
    last: dict[UserId, Cast] = {}
    for cast in sorted(casts, key=lambda one: (one.ts, one.position)):
        if end is None or cast.ts <= end.ts:
            last[cast.sender] = cast
    return [
        Vote(cast.event, person, answers)
        for person, cast in sorted(last.items())
        if (answers := _chosen(question, cast.content))
    ]


def _chosen(question: Question, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The answers of a vote, each once; none where any of them does not exist."""
    response = _first(content, *RESPONSES)
    inner = response.get("answers") if isinstance(response, Mapping) else None
    chosen = content.get("m.selections", inner)
    known = {answer.id for answer in question.answers}
    if not isinstance(chosen, list) or not all(isinstance(one, str) for one in chosen):
        return ()
    if not known.issuperset(chosen):
        return ()
    return tuple(dict.fromkeys(chosen[: question.most]))


def tally(question: Question, votes: Collection[Vote]) -> Tally:
    counts = Counter(answer for vote in votes for answer in vote.answers)
    return Tally(tuple(counts[answer.id] for answer in question.answers), len(votes))


def refuse_closing(poll: Poll, person: UserId, power: int) -> None:
    if poll.is_closed:
        raise Refusal(say("“{question}” is closed already.", question=brief(poll.question.text)))
    if poll.author != person and power < Role.MODERATOR.power:
        raise Refusal(
            say("Only who started this poll can close it, and the staff of the place can.")
        )
