"""What a command answers, before it is put into the reader's language."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from plein_bot.domain.sentences import Sentence, Text, say


class Audience(StrEnum):
    """Who may read an answer: every reader of the room, or only the person who asked."""

    HERE = "here"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose by number: what it is called, and the value or the line behind it."""

    label: Sentence | Text
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The final answer to a command.

    `offers` are command lines that a number (or several) now stands for. `shown` are the values
    behind the numbers of a list in the answer, such as Matrix IDs. `more` is the line that shows
    the next page. `keeps_list` where the numbers of the list that was shown before still count.
    `language` where the answer itself has chosen another. `content` is added to the event. `then`
    is done once the answer stands. `more_follows` where this is a sign of progress and no reply:
    the final answer comes later.
    """

    text: Sentence | Text
    offers: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    more: str | None = None
    keeps_list: bool = False
    language: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    then: Callable[[], Awaitable[None]] | None = None
    more_follows: bool = False


class Question(Exception):
    """A command needs one more thing from the person.

    `parameter` is what the answer will be. Without `choices` any text is an answer; `may_skip` when
    none is one too, `several` when more than one may be chosen. `line` is what goes on with the
    answer, where the line as typed must not be carried out once more.
    """

    def __init__(
        self,
        parameter: str,
        text: Sentence | Text,
        choices: tuple[Choice, ...] = (),
        *,
        may_skip: bool = False,
        several: bool = False,
        line: str | None = None,
    ) -> None:
        super().__init__(parameter)
        self.line = line
        self.parameter = parameter
        self.text = text
        self.choices = choices
        self.may_skip = may_skip
        self.several = several


class Unconfirmed(Exception):
    """A command wants a yes first. `fingerprint` stands for the situation that was previewed.

    `line` is what a yes carries out, where the line as typed may by then mean something else.
    `offers` are command lines to take instead, by number; the preview names them. `instead` are
    lines to take when the answer is one of these words and something behind it, which then stands
    between the two halves of the line; where there are any, the preview says what can be typed.
    """

    def __init__(
        self,
        preview: Sentence | Text,
        fingerprint: str,
        line: str | None = None,
        offers: tuple[str, ...] = (),
        instead: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(fingerprint)
        self.instead = instead or {}
        self.preview = preview
        self.fingerprint = fingerprint
        self.line = line
        self.offers = offers


def went_wrong(number: int) -> Sentence:
    """What somebody reads who waits for an answer, where something fails for good."""
    return say(
        "That went wrong on my side, and nothing was lost. The number is {number}: "
        "give it to the administrator of this Plein.",
        number=number,
    )
