"""Words as they are compared in a search: one form for every way of writing them.

Both databases are given these tokens and never the text, so that they cannot differ in what a word
is. A token has a-z and 0-9 only; a letter of another script stands in it as `_` and five
hexadecimal digits.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 40
"""Letters of a word that count; what is longer is hardly a word."""

# Of no account within a word: apostrophes, and marks of where it may be broken.
_APOSTROPHES = "'’‘ʼ`´\u00ad\u200b-\u200d\u2060\ufeff"
_JOINERS = "\\-‐‑‒"
# Scripts that put no spaces between words: there each letter is one.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_LETTERS = rf"(?:(?![{_ALONE}])[^\W_])+"
_CHUNK = re.compile(rf"[{_ALONE}]|{_LETTERS}(?:[{_APOSTROPHES}{_JOINERS}]{_LETTERS})*")
_PART = re.compile(rf"(?:[^\W_]|(?<=[^\W_])[{_APOSTROPHES}](?=[^\W_]))+")
_MARKS = re.compile(r"[\u0300-\u036f]")
# Letters that Unicode does not take apart.
_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
)
_NO_LETTERS = re.compile(rf"[{_APOSTROPHES}{_JOINERS}]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is written as one: a word, or words joined by hyphens (`jeugd-zorg`).

    `words` are its tokens. `joined` is all of it as one token where there are several.
    """

    words: tuple[str, ...]
    start: int
    end: int
    joined: str = ""


def composed(text: str) -> str:
    """`text` with every accent in its letter, as `chunks` wants it."""
    return unicodedata.normalize("NFC", text)


def chunks(text: str) -> Iterator[Chunk]:
    for found in _CHUNK.finditer(text):
        parts = _PART.findall(found[0])
        words = tuple(word for part in parts if (word := folded(part)))
        if words:
            joined = folded(found[0]) if len(words) > 1 else ""
            yield Chunk(words, found.start(), found.end(), joined)


def words(text: str) -> list[str]:
    return [word for chunk in chunks(composed(text)) for word in chunk.words]


@lru_cache(maxsize=65_536)
def folded(word: str) -> str:
    """Without case, accents and apostrophes; "" where nothing is left."""
    if word.isascii() and word.isalnum():
        return word.lower()[:LONGEST]
    bare = unicodedata.normalize("NFKD", _NO_LETTERS.sub("", word)).casefold()
    plain = _MARKS.sub("", bare).translate(_LATIN)
    return "".join(_letter(letter) for letter in plain[:LONGEST] if letter.isalnum())


def _letter(letter: str) -> str:
    return letter if letter.isascii() else f"_{ord(letter):05x}"
