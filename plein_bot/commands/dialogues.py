"""What an answer such as "2", "ja" or a reason means: the question that was open goes on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from plein_bot.commands import reading
from plein_bot.commands.replies import Question, Reply, Unconfirmed
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index.dialogues import EITHER, Dialogue

CONFIRMATION = timedelta(minutes=10)
QUESTION = timedelta(hours=1)
LIST = timedelta(days=1)

_MORE = ("more", "meer", "verder")


class Kind(StrEnum):
    """What an open dialogue waits for."""

    CHOICE = "choice"
    TEXT = "text"
    YES = "yes"
    EITHER = EITHER
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Typing:
    """A command line as it was typed, with the answers that were given since.

    `shown` is what numbers stood for when it was typed: they do so still when it is confirmed.
    """

    line: str
    bound: dict[str, str] = field(default_factory=dict)
    confirmed: str | None = None
    pills: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def written(self) -> dict[str, Any]:
        return {"line": self.line, "bound": self.bound, "pills": list(self.pills)} | (
            {"shown": list(self.shown)} if self.shown else {}
        )


class NotAnAnswer(Exception):
    """What was typed does not answer the open question; it may be a command."""


class Stopped(Exception):
    """The person will not go on."""


def asking(question: Question, typing: Typing) -> tuple[Text, Dialogue]:
    """How a question is put, and what must be remembered for its answer."""
    kind = Kind.CHOICE if question.choices else Kind.TEXT
    asked = typing.written() | {
        "parameter": question.parameter,
        "values": [choice.value for choice in question.choices],
        "skip": question.may_skip,
        "several": question.several,
    }
    if question.line:
        asked["line"] = question.line
    choices = Text(
        tuple(
            say("{number} {choice}", number=number, choice=choice.label)
            for number, choice in enumerate(question.choices, 1)
        ),
        between=" · ",
    )
    text = (
        Text((question.text, choices), between=" ") if question.choices else Text((question.text,))
    )
    return text, Dialogue(kind, asked, _in(QUESTION))


def confirming(unconfirmed: Unconfirmed, typing: Typing) -> tuple[Text, Dialogue]:
    asked = typing.written() | {
        "fingerprint": unconfirmed.fingerprint,
        "offers": list(unconfirmed.offers),
        "instead": {word: list(halves) for word, halves in unconfirmed.instead.items()},
    }
    if unconfirmed.line:
        asked["line"] = unconfirmed.line
    how = () if unconfirmed.instead else (say("Type `yes` or `no`, or tap ✅ or ❌."),)
    text = paragraphs(unconfirmed.preview, *how)
    return text, Dialogue(Kind.YES, asked, _in(CONFIRMATION))


def listed(reply: Reply) -> Dialogue | None:
    """What numbers mean after an answer that numbers something."""
    if not (reply.offers or reply.shown or reply.more):
        return None
    asked = {"offers": list(reply.offers), "shown": list(reply.shown), "more": reply.more}
    return Dialogue(Kind.LIST, asked, _in(LIST))


def answered(dialogue: Dialogue, text: str) -> tuple[Typing, ...]:
    """The command lines that an answer sets going; more than one where several were chosen.

    Raises NotAnAnswer, Stopped, or a Refusal for a number that is not in the list.
    """
    asked = dialogue.asked
    if reading.is_stop(text):
        raise Stopped
    match Kind(dialogue.kind):
        case Kind.YES:
            yes = reading.yes_or_no(text)
            if yes is None:
                if line := _with_word(asked.get("instead", {}), text):
                    return (replace(_again(asked, {}), line=line),)
                return _instead(asked.get("offers", []), text)
            if not yes:
                raise Stopped
            return (_again(asked, {}, asked["fingerprint"]),)
        case Kind.EITHER:
            yes = reading.yes_or_no(text)
            if yes is None:
                raise NotAnAnswer
            return (Typing(asked["yes"] if yes else asked["no"]),)
        case Kind.CHOICE:
            return (_again(asked, {asked["parameter"]: _chosen(asked, text)}),)
        case Kind.TEXT:
            value = "" if asked["skip"] and reading.is_skip(text) else text.strip()
            return (_again(asked, {asked["parameter"]: value}),)
        case Kind.LIST:
            if asked["more"] and reading.folded(text) in _MORE:
                return (Typing(asked["more"]),)
            # The list goes on to be what numbers stand for.
            return tuple(
                replace(typing, shown=tuple(asked["shown"]))
                for typing in _instead(asked["offers"] or [], text)
            )


def _instead(lines: list[str], text: str) -> tuple[Typing, ...]:
    """The command lines that numbers stand for."""
    numbers = reading.numbers(text, len(lines)) if lines else None
    if not numbers:
        raise NotAnAnswer
    if not all(lines[number - 1] for number in numbers):
        raise Stopped  # "nothing" was one of the choices
    return tuple(Typing(lines[number - 1]) for number in numbers)


def _with_word(lines: dict[str, list[str]], text: str) -> str | None:
    """The line for an answer such as `titel Bezoek aan Woudenberg`."""
    word, _, rest = " ".join(text.split()).partition(" ")
    before, after = lines.get(reading.folded(word)) or ("", "")
    return f"{before}{rest}{after}" if before and rest else None


def _chosen(asked: dict[str, Any], text: str) -> str:
    values: list[str] = asked["values"]
    numbers = reading.numbers(text, len(values))
    if numbers is None:
        raise NotAnAnswer
    if len(numbers) > 1 and not asked["several"]:
        raise Refusal(say("Please choose one number."))
    return " ".join(values[number - 1] for number in numbers)


def _again(asked: dict[str, Any], more: dict[str, str], confirmed: str | None = None) -> Typing:
    return Typing(
        asked["line"],
        asked["bound"] | more,
        confirmed,
        pills=tuple(asked["pills"]),
        shown=tuple(asked.get("shown", ())),
    )


def waits_for_an_answer(dialogue: Dialogue | None) -> bool:
    """Whether nothing else makes sense now; a list, or a question that has time, may stay open."""
    return dialogue is not None and dialogue.kind not in (Kind.LIST, Kind.EITHER)


def is_list(dialogue: Dialogue | None) -> bool:
    return dialogue is not None and dialogue.kind == Kind.LIST


def shown_by(dialogue: Dialogue | None) -> tuple[str, ...]:
    """The values behind the numbers of the list that was just shown."""
    if dialogue is None or not is_list(dialogue):
        return ()
    return tuple(dialogue.asked["shown"])


def is_answer(text: str) -> bool:
    """Whether this only makes sense as the answer to something."""
    return (
        reading.yes_or_no(text) is not None
        or reading.number(text) is not None
        or reading.is_stop(text)
        or reading.is_skip(text)
        or reading.folded(text) in _MORE
    )


def reminder(dialogue: Dialogue) -> Sentence:
    """What to do when something was typed that is neither an answer nor a command."""
    if dialogue.kind == Kind.YES:
        return say("Please answer `yes` or `no`.")
    return say("Please answer with a number from the list, or type `stop`.")


def _in(time: timedelta) -> datetime:
    return datetime.now(UTC) + time
