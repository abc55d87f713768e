"""The words that people type for choices: English and Dutch always both work."""

from enum import StrEnum
from functools import cache
from typing import TypeVar

from plein_bot.commands.reading import folded, nearest
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import Text, brief, say
from plein_bot.locale import LANGUAGES, language

Choice = TypeVar("Choice", bound=StrEnum)

# Words that people use for a choice beside the one that Plein itself says.
_ALSO = {
    "open": ("open",),
    "yes": ("y", "j", "aan", "on", "true"),
    "no": ("n", "uit", "off", "false"),
    "hidden": ("besloten", "geheim"),
    "invite": ("invitation", "genodigden"),
    "request": ("aanvraag",),
    "slug": ("kort", "address"),
    "keep": ("blijven", "behouden", "stay"),
    "remove": ("weg", "eruit"),
    "all": ("alles", "iedereen", "everybody"),
    "own": ("onze", "ours"),
    "simulate": ("simuleren", "simuleer"),
}


@cache
def _known(kind: type[StrEnum]) -> dict[str, StrEnum]:
    known: dict[str, StrEnum] = {}
    for value in kind:
        for word in (value.value, *(language(code).word(value) for code in LANGUAGES)):
            known.setdefault(folded(word), value)
    for value in kind:
        for word in _ALSO.get(value.value, ()):
            known.setdefault(folded(word), value)
    return known


def find(kind: type[Choice], text: str) -> Choice | None:
    found = _known(kind).get(folded(text))
    return found if isinstance(found, kind) else None


def read(kind: type[Choice], text: str) -> Choice:
    """The choice that somebody typed; the Refusal lists what there is to choose."""
    found = find(kind, text)
    if found is not None:
        return found
    choices = Text(tuple(say("{word}", word=value) for value in kind), between=", ")
    close = nearest(text, _known(kind).keys())
    if close:
        raise Refusal(
            say(
                "“{text}” is not one of the choices. Do you mean “{close}”? There are: {choices}.",
                text=brief(text),
                close=_known(kind)[close],
                choices=choices,
            )
        )
    raise Refusal(
        say(
            "“{text}” is not one of the choices. There are: {choices}.",
            text=brief(text),
            choices=choices,
        )
    )
