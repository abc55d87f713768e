"""What somebody looks for, and in which order it is shown.

Every word must be there, in any of its forms; what is in quotes must stand so. A text whose title
has the words goes first, then posts and files before what was said in passing, and of those as
good the newest.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.sentences import say
from plein_bot.domain.tokens import chunks, composed

MOST_WORDS = 20
"""Words of one question: more is a text that was pasted."""

MOST_FOUND = 100
"""Of what fits; whoever finds more adds a word."""

ENOUGH = 30
"""With so many that have the words themselves, longer words that begin so are not looked for."""

SHORTEST_BEGINNING = 4
"""Letters with which a word also finds the longer ones that begin so."""

_LONGEST_LINE = 120
_QUOTED = re.compile(r'["“”„‟«»]([^"“”„‟«»]*)["“”„‟«»]')
_HALF_LIFE = timedelta(days=365)

_DUTCH = """
    aan al als bij dan dat de deze die dit door een en er geen had heb hebben heeft het hij hoe ik
    in is je kan maar me met mij mijn moet na naar niet nog nu of om ons onze ook op over te ten ter
    toe tot u uit uw van veel voor waar was wat we wel wie wij worden wordt zal ze zij zijn zo
"""
_ENGLISH = """
    a an and are as at be but by for from has have he his i if into it its my no not on or our
    she so that the their them then there these they this to us was were what when which who will
    with you your
"""
_STOP_WORDS = frozenset((_DUTCH + _ENGLISH).split())


class SearchKind(StrEnum):
    """What is found; a comment is what was said in the thread of a post."""

    POST = "post"
    COMMENT = "comment"
    MESSAGE = "message"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must be there: a word, words joined by a hyphen, or a phrase.

    `words` are tokens. `joined` is how they are kept as one. `begins` where somebody typed that
    this is only how the word begins.
    """

    words: tuple[str, ...]
    joined: str = ""
    phrase: bool = False
    begins: bool = False

    @property
    def may_begin(self) -> bool:
        """Whether longer words that begin so are found too."""
        longest = self.joined or self.words[0]
        return not self.phrase and len(longest) >= SHORTEST_BEGINNING and "_" not in longest


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...]


def parse(text: str) -> Query:
    """What is looked for. Whatever a database makes of a sign, here it is none.

    Words that say nothing (`de`, `the`) only count in quotes, or where there are no others. A
    quotation that is left open is words.
    """
    terms: list[Term] = []
    place = 0
    text = composed(text)
    for quoted in _QUOTED.finditer(text):
        terms += _words(text[place : quoted.start()])
        phrase = tuple(word for chunk in chunks(quoted[1]) for word in chunk.words)
        if len(phrase) > 1:
            terms.append(Term(phrase, phrase=True))
        else:
            terms += _words(quoted[1])
        place = quoted.end()
    terms += _words(text[place:])
    wanted = list(dict.fromkeys(terms))
    telling = [term for term in wanted if not _says_nothing(term)]
    wanted = telling or wanted
    if not wanted:
        raise Refusal(say("What shall I look for? Type for example `search jeugdzorg`."))
    if sum(len(term.words) for term in wanted) > MOST_WORDS:
        raise Refusal(
            say("I look for at most {most} words at a time. Leave some out.", most=MOST_WORDS)
        )
    return Query(tuple(wanted))


def may_be_a_search(text: str) -> bool:
    """Whether a text that is no command may be something to look for: a few words in one line."""
    line = text.strip()
    if "\n" in line or len(line) > _LONGEST_LINE:
        return False
    try:
        parse(line)
    except Refusal:
        return False
    return True


def _words(text: str) -> Iterable[Term]:
    for chunk in chunks(text):
        begins = text[chunk.end : chunk.end + 1] == "*"
        yield Term(chunk.words, joined=chunk.joined, begins=begins)


def _says_nothing(term: Term) -> bool:
    return not term.phrase and len(term.words) == 1 and term.words[0] in _STOP_WORDS


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. `latest` is the event that made its text what it is.

    `in_title` where the title has all the words, `whole` where the words stand there themselves
    and not only as the beginning of longer ones.
    """

    event: EventId
    latest: EventId
    room: RoomId
    kind: SearchKind
    author: UserId
    at: datetime
    in_title: bool = False
    whole: bool = True


_WEIGHT = {
    SearchKind.POST: 1.0,
    SearchKind.FILE: 1.0,
    SearchKind.COMMENT: 0.3,
    SearchKind.MESSAGE: 0.0,
}


def ranked(hits: Collection[Hit], now: datetime) -> list[Hit]:
    """The best first; of those as good the newest."""
    return sorted(hits, key=lambda hit: (-_score(hit, now), -hit.at.timestamp(), hit.event))


def _score(hit: Hit, now: datetime) -> float:
    age = max(now - hit.at, timedelta())
    fresh: float = 0.5 ** (age / _HALF_LIFE)
    return 2 * hit.in_title + 2 * hit.whole + _WEIGHT[hit.kind] + fresh
