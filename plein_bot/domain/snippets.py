"""The piece of a text that shows why it was found."""

from collections.abc import Callable
from dataclasses import dataclass

from plein_bot.domain.search import Query
from plein_bot.domain.tokens import chunks, composed

LENGTH = 160
_BEFORE = 40
_WORTH_READING = 200_000
"""Characters of a text that are looked at: nobody waits for a snippet."""

# The forms of a token: itself and its stems.
Forms = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


def snippet(text: str, query: Query, forms: Forms) -> tuple[Piece, ...]:
    """The part of `text` with most of the words looked for, in one line, these marked."""
    text = " ".join(composed(text[:_WORTH_READING]).split())
    found = _found(text, query, forms)
    start, end = _window(text, [(at, word) for at, _, word in found])
    pieces: list[Piece] = [Piece("…")] if start else []
    place = start
    for first, last, _ in found:
        if first >= place and last <= end:
            pieces += [Piece(text[place:first]), Piece(text[first:last], marked=True)]
            place = last
    pieces += [Piece(text[place:end]), Piece("…" if end < len(text) else "")]
    return tuple(piece for piece in pieces if piece.text)


def _found(text: str, query: Query, forms: Forms) -> list[tuple[int, int, str]]:
    """Where words stand that are looked for, and which of those each is."""
    wanted: dict[str, str] = {}
    beginnings: list[str] = []
    for term in query.terms:
        for word in (*term.words, *filter(None, [term.joined])):
            wanted.update((form, word) for form in forms(word))
        if term.may_begin:
            beginnings.append(term.joined or term.words[0])
    found: list[tuple[int, int, str]] = []
    for chunk in chunks(text):
        for token in (*filter(None, [chunk.joined]), *chunk.words):
            match = next((wanted[form] for form in forms(token) if form in wanted), None)
            match = match or next((b for b in beginnings if token.startswith(b)), None)
            if match:
                found.append((chunk.start, chunk.end, match))
                break
    return found


def _window(text: str, found: list[tuple[int, str]]) -> tuple[int, int]:
    """From where to where, cut between words: most different words, then the earliest."""
    best, first = 0, 0
    for number, (at, _) in enumerate(found):
        near: set[str] = set()
        for other, word in found[number : number + 50]:
            if other > at + LENGTH - _BEFORE:
                break
            near.add(word)
        if len(near) > best:
            best, first = len(near), at
    start = max(0, first - _BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or first
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = text.rfind(" ", start, end) if " " in text[start:end] else end
    return start, end
