"""Sentences for people, not yet in anybody's language.

The English text is the key in the catalogues (gettext); `locale/` turns a sentence into words. The
text is Markdown. Values are put in as literal text, never as Markdown, so that a room called
`**x**` stays that; a value that is a `Sentence`, a `Text` or an enum is put into words itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """A link that shows `label`; the address is not translated."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Something that people type, such as a command: the same thing in each language."""

    en: str
    nl: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """What somebody wrote, shown with its headings and lists: only what stands alone may be this.

    It may leave something open that swallows what comes after it, so put it last.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One translatable message.

    Values in `data` are str, int, datetime (with a zone), StrEnum, Link, Typed, Markdown,
    Sentence or Text.

    `plural` is set by `count`, which puts the number in `data["n"]`. `context` is gettext's
    msgctxt, for words that are the same in English and not in Dutch.
    """

    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    plural: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Several sentences under one another: paragraphs, lines, or a numbered list."""

    parts: tuple["Sentence | Text", ...]
    between: str = "\n\n"
    numbered_from: int | None = None


NOTHING = Text(())
"""For a place in a sentence that stays empty."""


def brief(text: str, most: int = 80) -> str:
    """What somebody typed, short enough to say back to them."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def say(text: str, /, **data: object) -> Sentence:
    return Sentence(text, data)


def count(n: int, singular: str, plural: str, /, **data: object) -> Sentence:
    """The one of two that fits `n`, which both may name as {n}."""
    return Sentence(singular, {"n": n, **data}, plural)


def paragraphs(*parts: Sentence | Text) -> Text:
    return Text(parts)


def lines(*parts: Sentence | Text) -> Text:
    return Text(parts, between="\n")


def numbered(*parts: Sentence | Text, start: int = 1) -> Text:
    return Text(parts, between="\n", numbered_from=start)
