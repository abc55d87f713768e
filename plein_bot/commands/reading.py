"""How is a typed line taken apart? As forgivingly as can be done without guessing.

Words keep their place in the line, so that a name or a reason can be taken from it as it was typed.
Everything here is one pass over the text: a line may be 60 kB long.
"""

import difflib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say

Target = TypeVar("Target")

# Within a family any quote closes any other: keyboards and phones put in what they like.
_QUOTES = ('"“”„‟«»', "'‘’‚‹›", "`")
_FAMILY = {quote: family for family in _QUOTES for quote in family}
_CLOSERS = {family: re.compile(rf"[{family}](?=[.,;:!?)]*(?:\s|$))") for family in _QUOTES}

_START = re.compile(r"\S")
_WORD = re.compile(r"\S+")
_AFTER_QUOTE = re.compile(r"[.,;:!?)]*")
# Word processors and phones turn two hyphens into one dash. A dash with a space is punctuation.
_OPTION = re.compile(r"(?:--|[‒–—―])([^\W\d_][\w-]*)(?:[=:]|(?=\s|$))")

_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Inside names some scripts and emoji need them; between two words compared they mean nothing.
_JOINERS = re.compile("[\u200c\u200d]")
_APOSTROPHES = re.compile("[’‘ʼ`´]")
_LEADING = re.compile(rf"\A(?:\s|{_INVISIBLE.pattern})+")
_PREFIX = re.compile(r"!\s*plein\s*(?:[:,]|(?=\s|$))", re.IGNORECASE)
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or several in quotes. The quotes are in `start` to `end`, not in `text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as typed: words and options of its first line, and the text under it.

    `runs` are the words with no option between them. Names of options are folded; a flag, and an
    option with nothing behind it, has the value "".
    """

    line: str
    runs: tuple[tuple[Word, ...], ...]
    options: Mapping[str, str]
    body: str

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for run in self.runs for word in run)

    def folded(self) -> list[str]:
        """The words as they are compared with the words of commands."""
        return [folded(word.text) for word in self.words]

    def rest(self, first: int) -> str:
        """Everything from word `first` on as typed, without quotes round the whole; "" for nothing.

        A full stop at the end stays: it may belong to the title or the reason that this is.
        """
        pieces = []
        for run in self.runs:
            if run[first:]:
                pieces.append(run[first:])
            first = max(0, first - len(run))
        if len(pieces) == 1 and len(pieces[0]) == 1:
            return pieces[0][0].text
        return " ".join(self.line[piece[0].start : piece[-1].end] for piece in pieces)

    def arguments(self, first: int, most: int) -> tuple[str, ...]:
        """At most `most` arguments from word `first` on, of which the last takes the rest."""
        single = [word.text for word in self.words[first : first + most - 1]]
        rest = self.rest(first + most - 1) if most else ""
        return (*single, rest) if rest else tuple(single)


_ANSWERS = frozenset({"yes", "no", "ja", "nee"})


def read(text: str, flags: Collection[str] = ()) -> Reading:
    """Take a message apart. Never fails: what is no quote or no option is a word.

    An option takes what follows up to the next option, but one of `flags` takes nothing, or a yes
    or no that stands by itself. The flags are known once the command is; reading twice is cheap.
    """
    line, body = _first_line(text)
    closers = {
        family: [closer.start() for closer in pattern.finditer(line)]
        for family, pattern in _CLOSERS.items()
    }
    options: dict[str, str] = {}
    runs: list[list[Word]] = [[]]
    behind: dict[str, list[Word]] = {}
    option: str | None = None
    values: list[Word] = []
    place = 0
    while found := _START.search(line, place):
        start = found.start()
        if named := _OPTION.match(line, start):
            if option is not None:
                options[option] = _as_typed(line, values)
            name, place, values = folded(named[1]), named.end(), []
            if name in flags:
                options[name], option = "", None
                runs.append([])
                behind[name] = runs[-1]
            else:
                option = name
            continue
        word = _quoted(line, start, closers) or _bare(line, start)
        (runs[-1] if option is None else values).append(word)
        place = word.end
    if option is not None:
        options[option] = _as_typed(line, values)
    for name, run in behind.items():
        if len(run) == 1 and folded(run[0].text) in _ANSWERS:
            options[name] = run.pop().text
    return Reading(line, tuple(tuple(run) for run in runs if run), options, body)


def addressed(text: str, names: Collection[str]) -> str | None:
    """What is said to Plein: `text` without `!plein` or the mention in front; None if it is not.

    `names` are the bot's display name and Matrix ID. A display name needs a colon or comma behind
    it, for it may just as well be the subject of a sentence; an ID, or a name after @, does not.
    """
    line = _LEADING.sub("", text)
    if prefix := _PREFIX.match(line):
        return line[prefix.end() :].lstrip(" \t\u00a0\u202f")
    for name in sorted(filter(None, names), key=len, reverse=True):
        words = r"\s+".join(map(re.escape, name.split()))
        sure = words if name.startswith("@") else f"@{words}"
        mention = rf"\[@?{words}\]\([^()\s]*\)\s*[:,]?|{sure}\s*[:,]?(?=\s|$)|{words}\s*[:,]"
        if found := re.match(mention, line, re.IGNORECASE):
            return line[found.end() :].lstrip(" \t\u00a0\u202f")
    return None


def folded(text: str) -> str:
    """`text` as it is compared: case, kind of space, of apostrophe, and end punctuation gone.

    The full stop stays where it is more than the end of a sentence: `.` and `B.V.`
    """
    letters = unicodedata.normalize("NFKC", _JOINERS.sub("", _INVISIBLE.sub("", text))).casefold()
    spaced = " ".join(_APOSTROPHES.sub("'", letters).split())
    bare = spaced.rstrip(",:;!?") or spaced
    return bare[:-1] if bare.endswith(".") and bare.count(".") == 1 and bare != "." else bare


def longest(
    words: Sequence[str], paths: Mapping[tuple[str, ...], Target]
) -> tuple[Target, int] | None:
    """What the longest path at the start of folded `words` leads to, and how many it took."""
    most = max(map(len, paths), default=0)
    for length in range(min(most, len(words)), 0, -1):
        target = paths.get(tuple(words[:length]))
        if target is not None:
            return target, length
    return None


def nearest(word: str, candidates: Collection[str]) -> str | None:
    """The candidate that `word` was probably meant to be: begun, or a typing error away."""
    typed = folded(word)[:60]
    known = {folded(candidate): candidate for candidate in candidates}
    begun = [candidate for candidate in known if len(typed) > 2 and candidate.startswith(typed)]
    if len(begun) == 1:
        return known[begun[0]]
    close = difflib.get_close_matches(typed, known, n=1, cutoff=0.7)
    return known[close[0]] if close else None


def _first_line(text: str) -> tuple[str, str]:
    """The first line that is not empty, and what stands under it with its indentation."""
    lines = _LINE_END.sub("\n", text)
    line, _, under = lines.lstrip().partition("\n")
    return _INVISIBLE.sub("", line), re.sub(r"\A(?:[^\S\n]*\n)+", "", under).rstrip()


def _quoted(line: str, start: int, closers: Mapping[str, Sequence[int]]) -> Word | None:
    """The quotation that starts here; None where no quote does or nothing closes it: 't Gooi."""
    family = _FAMILY.get(line[start])
    if family is None:
        return None
    ends = closers[family]
    nearest_end = bisect_right(ends, start)
    if nearest_end == len(ends):
        return None
    end = ends[nearest_end]
    after = _AFTER_QUOTE.match(line, end + 1)
    return Word(line[start + 1 : end], start, after.end() if after else end + 1)


def _bare(line: str, start: int) -> Word:
    found = _WORD.match(line, start)
    end = found.end() if found else start
    return Word(line[start:end], start, end)


def _as_typed(line: str, words: Sequence[Word]) -> str:
    match words:
        case []:
            return ""
        case [word]:
            return word.text
        case _:
            return line[words[0].start : words[-1].end]


# --- Answers to a question ---

_YES = {"ja", "j", "jawel", "jazeker", "yes", "y", "ok", "oke", "oké", "okay", "akkoord"}
_YES |= {"✅", "✔", "☑", "👍", "👌"}
_NO = {"nee", "neen", "n", "no", "❌", "❎", "✖", "✗", "👎"}
_STOP = {"stop", "stoppen", "annuleer", "annuleren", "cancel", "quit"}
_SKIP = {"overslaan", "sla over", "skip", "-"}
_ALL = {"alle", "alles", "allemaal", "all"}
# Variation selectors, skin tones and the keycap: how a sign is drawn, not which it is.
_DRAWING = re.compile("[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_BETWEEN = re.compile(r"\s*(?:[,;&+/]|\b(?:en|and|und)\b|\s)\s*")
_RANGE = re.compile(r"\s*(?:[-‐‑‒–—]|\b(?:t\s*/\s*m|tot en met|tot|to|through)\b)\s*")


def yes_or_no(text: str) -> bool | None:
    """None where it is neither."""
    answer = _answer(text)
    if answer in _YES:
        return True
    return False if answer in _NO else None


def is_stop(text: str) -> bool:
    return _answer(text) in _STOP


def is_skip(text: str) -> bool:
    return _answer(text) in _SKIP


def number(text: str) -> int | None:
    """A single number, such as `12.` or `nr. 12`; None for anything else."""
    answer = re.sub(r"^(?:nummer|nr|no)\b\.?\s*|^#", "", _answer(text)).rstrip(".)")
    return int(answer) if answer.isdecimal() and len(answer) <= _LONGEST_NUMBER else None


def numbers(text: str, last: int) -> tuple[int, ...] | None:
    """The numbers of a choice among 1 to `last`, each once and as typed: `1, 3 en 5-7`, `alle`.

    None where the text is no list of numbers. Raises `Refusal` for a number that is not among them.
    """
    answer = _answer(text)
    if answer in _ALL:
        return tuple(range(1, last + 1))
    chosen: dict[int, None] = {}
    for piece in _BETWEEN.split(_RANGE.sub("-", answer)):
        ends = [number(end) for end in piece.split("-")] if piece else []
        if len(ends) > 2 or None in ends:
            return None
        known = [end for end in ends if end is not None]
        if any(not 1 <= end <= last for end in known):
            raise Refusal(say("Please choose from the numbers 1 to {last}.", last=last))
        chosen.update(dict.fromkeys(range(min(known), max(known) + 1)) if known else {})
    return tuple(chosen) or None


def _answer(text: str) -> str:
    return folded(_DRAWING.sub("", text))
