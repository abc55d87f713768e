"""The command table: how a line of text becomes a call.

A command is an async function. Its paths come from the decorator, its arguments from its
signature, its help from its docstring, so that they cannot disagree: positional parameters are the
words behind the path (the last one takes the rest of the line), keyword-only ones are `--options`.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from plein_bot.commands import words
from plein_bot.commands.calls import Call
from plein_bot.commands.reading import Reading, folded, longest, number, read
from plein_bot.commands.replies import Audience, Reply
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import Sentence, Text, Typed, say
from plein_bot.domain.settings import Answer

Run = Callable[..., Awaitable[Reply]]
Path = tuple[str, ...]


class Whom(StrEnum):
    """For whom a command is of use: a hint for `help`, never a permission."""

    EVERYBODY = "everybody"
    STARTERS = "starters"
    STAFF = "staff"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Dutch:
    """The Dutch word for an option, in its annotation."""

    word: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is str, int, bool (a flag) or an enum."""

    name: str
    kind: type
    required: bool
    option: bool
    dutch: str

    @property
    def label(self) -> str:
        """How it is written; a name that is a word of Python's has a `_` behind it."""
        return self.name.rstrip("_").replace("_", "-")

    def read(self, text: str) -> object:
        if self.kind is bool:
            return words.find(Answer, text) is not Answer.NO
        if self.kind is int:
            digits = folded(text).removeprefix("#")
            if not digits.isdecimal() or len(digits) > 9:
                raise Refusal(say("“{text}” is not a number.", text=text))
            return int(digits)
        if issubclass(self.kind, StrEnum):
            return words.read(self.kind, text)
        return text


@dataclass(frozen=True)
class Command:
    """`takes_text` where a text under the line, or a message replied to, is what it is about.

    `unseen` where nobody else is to know that somebody typed it: in a room the line is taken away,
    and nothing there answers it.
    """

    path: Path
    dutch: tuple[Path, ...]
    answer: Audience
    whom: Whom
    run: Run
    takes_text: bool = False
    unseen: bool = False

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def help(self) -> Sentence:
        """The docstring; it is in the catalogues like any other sentence."""
        return Sentence(" ".join((self.run.__doc__ or "").split()))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        hints = get_type_hints(self.run, include_extras=True)
        signature = inspect.signature(self.run).parameters.values()
        return tuple(_parameter(p, hints[p.name]) for p in list(signature)[1:])

    @property
    def positional(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if not p.option)

    @property
    def options(self) -> dict[str, Parameter]:
        """By every word that names them, folded."""
        named = {}
        for parameter in self.parameters:
            if parameter.option:
                named[folded(parameter.label)] = parameter
                named[folded(parameter.dutch)] = parameter
        return named

    @property
    def flags(self) -> frozenset[str]:
        return frozenset(word for word, p in self.options.items() if p.kind is bool)

    def usage(self, language: str = "en") -> str:
        dutch = language == "nl" and self.dutch
        said = [" ".join(self.dutch[0] if dutch else self.path)]
        for p in self.parameters:
            label = p.dutch if language == "nl" else p.label
            if p.option:
                said.append(f"[--{label}]" if p.kind is bool else f"[--{label} …]")
            else:
                said.append(f"<{label}>" if p.required else f"[{label}]")
        return " ".join(said)

    @property
    def typed(self) -> Typed:
        return Typed(self.usage("en"), self.usage("nl"))

    def read(self, reading: Reading, used: int, bound: Mapping[str, str]) -> dict[str, Any]:
        """The arguments of a call. `bound` are answers to questions; they win over the line."""
        values: dict[str, Any] = {}
        given = list(reading.arguments(used, len(self.positional)))
        # "A left-out place is the one where we are": the first parameter is often a place.
        required = [p for p in self.positional if p.required and p.name not in bound]
        left_out = len(given) < len(required) and bool(required) and required[0].name == "place"
        if left_out:
            given.insert(0, ".")
        if len(given) < len(required) or (given and not self.positional):
            raise WrittenOtherwise(self)
        for parameter, text in zip(self.positional, given, strict=False):
            try:
                values[parameter.name] = parameter.read(text)
            except Refusal as refusal:
                # What was left out may well have been the end of the line, and not the place.
                if left_out:
                    raise WrittenOtherwise(self) from None
                if parameter.kind is int:
                    raise WrittenOtherwise(self, first=refusal.sentence) from None
                raise
        for word, text in reading.options.items():
            option = self.options.get(word)
            if option is None or (option.kind is not bool and not text):
                raise WrittenOtherwise(self, None if option else word)
            values[option.name] = option.read(text)
        by_name = {p.name: p for p in self.parameters}
        values |= {name: by_name[name].read(text) for name, text in bound.items()}
        return values


class WrittenOtherwise(Refusal):
    """The command is known and written in another way; `option` is one that it does not have.

    With `first` what is wrong is said before that.
    """

    def __init__(
        self, command: Command, option: str | None = None, *, first: Sentence | Text | None = None
    ) -> None:
        usage = command.typed
        if option:
            first = say("I do not know the option “--{option}” here.", option=option)
        if first:
            super().__init__(say("{first} That is written `{usage}`.", first=first, usage=usage))
        else:
            super().__init__(say("That is written `{usage}`.", usage=usage))
        self.command = command


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    dutch = parameter.name
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        dutch = next((note.word for note in notes if isinstance(note, Dutch)), dutch)
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    return Parameter(
        parameter.name,
        kinds[0],
        parameter.default is parameter.empty,
        parameter.kind is parameter.KEYWORD_ONLY,
        dutch,
    )


def _takes_words(command: Command) -> bool:
    return any(one.kind is str for one in command.positional[:1])


class CommandTable:
    """Every command, by every path that leads to it."""

    def __init__(self) -> None:
        self.paths: dict[Path, Command] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(dict.fromkeys(self.paths.values()))

    @property
    def words(self) -> frozenset[str]:
        """The words that no place may have for its short name, as they would be read otherwise.

        Those with which a line can begin, and those behind the name of a command that takes words:
        `subsite new` makes one, and shows none that is called so. Others are free.
        """
        return frozenset(
            path[n]
            for path in self.paths
            for n in range(len(path))
            if not n or ((one := self.paths.get(path[:n])) and _takes_words(one))
        )

    def command(
        self,
        path: str,
        *dutch: str,
        answer: Audience = Audience.PRIVATE,
        whom: Whom = Whom.EVERYBODY,
        takes_text: bool = False,
        unseen: bool = False,
    ) -> Callable[[Run], Run]:
        def register(run: Run) -> Run:
            paths = [tuple(folded(one).split()) for one in (path, *dutch)]
            command = Command(paths[0], tuple(paths[1:]), answer, whom, run, takes_text, unseen)
            for one in paths:
                if self.paths.setdefault(one, command) is not command:
                    raise ValueError(f"two commands are called {' '.join(one)!r}")
            return run

        return register

    def find(self, reading: Reading, *, with_text: bool = False) -> tuple[Command, int] | None:
        """The command with the longest path at the start of the line, and the words it took.

        `with_text` prefers one that is about a text: `post show must go on` with a text under it is
        no question to show a post.
        """
        words = reading.folded()
        if with_text and (found := longest(words, self._of_texts)):
            return found
        return longest(words, self.paths)

    def in_order(self, text: str) -> str:
        """The line with the words of its command first: `case 2 uphold …` is `case uphold 2 …`."""
        reading = read(text)
        found = longest(reading.folded(), self.paths)
        if found is None or not found[0].positional or found[0].positional[0].kind is not int:
            return text
        used, words = found[1], reading.words
        if len(words) < used + 2 or number(words[used].text.removeprefix("#")) is None:
            return text
        said = tuple(folded(word.text) for word in words[: used + 2])
        if (*said[:used], said[used + 1]) not in self.paths:
            return text
        first, then = words[used], words[used + 1]
        line = f"{reading.line[: first.start]}{then.text} {first.text}{reading.line[then.end :]}"
        return f"{line}\n{reading.body}" if reading.body else line

    @property
    def _of_texts(self) -> dict[Path, Command]:
        return {path: command for path, command in self.paths.items() if command.takes_text}


TABLE = CommandTable()


async def call(command: Command, this: Call, arguments: Mapping[str, Any]) -> Reply:
    return await command.run(this, **arguments)
