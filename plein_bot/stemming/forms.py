"""The forms under which a word is kept and looked for: itself, and its Dutch and English stems.

In which language somebody writes is not known, and in one message it is often both.
"""

from functools import lru_cache

from snowballstemmer import stemmer

# Of the two for Dutch the one that only takes endings off: the other makes `verslaag` out of
# `verslagen`.
_DUTCH, _ENGLISH = stemmer("dutch_porter"), stemmer("english")
# Consonants that are written otherwise where a vowel follows: huizen and huis, brieven and brief.
_FINAL = {"z": "s", "v": "f"}
_SHORTEST = 3
"""Letters that a stem has at least: what is shorter means too many things."""


@lru_cache(maxsize=65_536)
def forms(word: str) -> tuple[str, ...]:
    """A token (`domain.tokens`) and its stems, the token first; each once."""
    if not word.isalpha() or len(word) <= _SHORTEST:
        return (word,)
    stems = (_without_vowel_after(_DUTCH.stemWord(word)), _ENGLISH.stemWord(word))
    return tuple(dict.fromkeys((word, *(stem for stem in stems if len(stem) >= _SHORTEST))))


def _without_vowel_after(stem: str) -> str:
    """As a Dutch stem is written when nothing comes after it: huis, brief, plan."""
    last = stem[-1]
    if len(stem) > _SHORTEST and last == stem[-2] and last not in "aeiou":
        return stem[:-1]
    return stem[:-1] + _FINAL.get(last, last)
