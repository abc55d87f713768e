"""How does a bridge say a sentence in Dutch and in English?

As Plein does: the English text is the key in `bridges/locale`, and `python -m plein_bot.locale`
brings those catalogues up to date from the code of the bridges, without importing it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("nl", "en")
_FOLDER = Path(__file__).parent.parent / "locale"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text for people, not yet in anybody's language."""

    text: str
    data: Mapping[str, object] = field(default_factory=dict)


def say(text: str, /, **data: object) -> Sentence:
    return Sentence(text, data)


def in_words(sentence: Sentence, language: str) -> str:
    """The sentence in a language, or in English where that is not spoken here."""
    # Of an empty text the catalogue gives its own header.
    template = _translations(language).gettext(sentence.text) if sentence.text else ""

    def value(placeholder: re.Match[str]) -> str:
        found = sentence.data[placeholder[1]]
        return in_words(found, language) if isinstance(found, Sentence) else str(found)

    return _PLACEHOLDER.sub(value, template)


@cache
def _translations(language: str) -> GNUTranslations:
    spoken = language if language in LANGUAGES else "en"
    path = _FOLDER / spoken / "LC_MESSAGES" / "plein.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=spoken, domain="plein"))
    compiled.seek(0)
    return GNUTranslations(compiled)
