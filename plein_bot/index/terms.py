"""The terms by which the full-text index of either database finds something, and asks for it."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.search import Query, Term
from plein_bot.domain.tokens import chunks, composed, folded
from plein_bot.stemming.forms import forms

# A tsvector of PostgreSQL takes 1 MiB; what is longer is found by what stands before that.
_MOST = 400_000

_TITLE, _TAG, _ROOM, _AUTHOR = "t_", "h_", "r_", "a_"


def words_and_terms(
    text: str, title: str, tags: Iterable[str], room: RoomId, author: UserId
) -> tuple[str, str]:
    """The columns `words` and `terms` of a row."""
    words: list[str] = []
    extra: dict[str, None] = {}
    for chunk in chunks(composed(f"{title}\n{text}"[:_MOST])):
        words += chunk.words
        if chunk.joined:
            extra[chunk.joined] = None
    known = set(words)
    for word in known | set(extra):
        extra.update(dict.fromkeys(form for form in forms(word) if form not in known))
    titled = {
        _TITLE + form
        for chunk in chunks(composed(title))
        for word in (*chunk.words, *filter(None, [chunk.joined]))
        for form in forms(word)
    }
    marks = [room_term(room), author_term(author), *map(tag_term, tags)]
    terms = sorted({*extra, *titled, *marks})
    return _cut(words), _cut([*marks, *(term for term in terms if term not in marks)])


def _cut(words: list[str]) -> str:
    """At most as much as fits, and no half word."""
    whole = " ".join(words)
    return whole if len(whole) <= _MOST else whole[:_MOST].rpartition(" ")[0]


def room_term(room: RoomId) -> str:
    return _ROOM + _short(room)


def author_term(author: UserId) -> str:
    return _AUTHOR + _short(author)


def tag_term(tag: str) -> str:
    return _TAG + folded(tag.replace("-", ""))


def _short(name: str) -> str:
    """The rows themselves say which it is; this only has to be rare."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Match:
    """What must be there, in a form that both databases can be asked for.

    Every one of `needed`, of each any of its alternatives, and of an alternative all of its terms;
    every one of `phrases` word after word. `begins` are alternatives of which the last term is only
    the beginning of one.
    """

    needed: tuple[tuple[tuple[str, ...], ...], ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    begins: tuple[tuple[str, ...], ...] = ()


def matching(query: Query, marks: Iterable[Collection[str]] = ()) -> Match:
    """The words themselves, or their stems. Of each of `marks` any term must be there too."""
    return _match(query, marks, longer=False)


def matching_longer(query: Query, marks: Iterable[Collection[str]] = ()) -> Match:
    """The same, and longer words that begin so."""
    return _match(query, marks, longer=True)


def matching_titles(query: Query, marks: Iterable[Collection[str]] = ()) -> Match:
    """Where all the words stand in the title."""
    needed = [
        tuple((_TITLE + form,) for form in forms(word))
        for term in query.terms
        for word in ([term.joined] if term.joined else term.words)
    ]
    return Match((*needed, *_marks(marks)), _phrases(query))


def _match(query: Query, marks: Iterable[Collection[str]], *, longer: bool) -> Match:
    needed: list[tuple[tuple[str, ...], ...]] = []
    begins: list[tuple[str, ...]] = []
    for term in query.terms:
        if term.phrase:
            needed += [((word,),) for word in term.words]
            continue
        ways = _ways(term)
        if term.begins or (longer and term.may_begin):
            beginning = (term.joined or term.words[0],)
            ways = (beginning, *(way for way in ways if way != beginning))
            begins.append(beginning)
        needed.append(ways)
    return Match((*needed, *_marks(marks)), _phrases(query), tuple(begins))


def _ways(term: Term) -> tuple[tuple[str, ...], ...]:
    whole = tuple((form,) for form in forms(term.joined or term.words[0]))
    return (*whole, term.words) if term.joined else whole


def _marks(marks: Iterable[Collection[str]]) -> list[tuple[tuple[str, ...], ...]]:
    return [tuple((mark,) for mark in sorted(some)) for some in marks]


def _phrases(query: Query) -> tuple[tuple[str, ...], ...]:
    return tuple(term.words for term in query.terms if term.phrase)


def for_sqlite(match: Match) -> str:
    """As FTS5 reads it. Every term is in quotes: then it has no operators."""
    begins = set(match.begins)

    def way(terms: tuple[str, ...]) -> str:
        said = " AND ".join(f'"{term}"' for term in terms)
        return f"{said}*" if terms in begins else f"({said})" if len(terms) > 1 else said

    needed = ["(" + " OR ".join(map(way, ways)) + ")" for ways in match.needed]
    phrases = ['words : "' + " ".join(phrase) + '"' for phrase in match.phrases]
    return " AND ".join([*needed, *phrases])


def for_postgresql(match: Match) -> str:
    """As the text of a tsquery. Phrases are not in it: they are asked for beside it."""
    begins = set(match.begins)

    def way(terms: tuple[str, ...]) -> str:
        said = " & ".join(f"'{term}'" for term in terms)
        return f"{said}:*" if terms in begins else f"({said})" if len(terms) > 1 else said

    return " & ".join("(" + " | ".join(map(way, ways)) + ")" for ways in match.needed)
