"""What did somebody type to the relay? Dutch and English words always both work."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

NAME = "plein-relay"


class Verb(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    LIST = "list"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    SET = "set"
    AUDIT = "audit"
    HELP = "help"
    YES = "yes"
    NO = "no"


_WORDS = {
    Verb.OFFER: "offer aanbieden",
    Verb.ACCEPT: "accept aannemen accepteren",
    Verb.REFUSE: "refuse decline weigeren afwijzen",
    Verb.LIST: "list lijst overzicht",
    Verb.PAUSE: "pause pauzeren pauzeer",
    Verb.RESUME: "resume hervatten hervat",
    Verb.STOP: "stop stoppen",
    Verb.SET: "set instellen",
    Verb.AUDIT: "audit logboek",
    Verb.HELP: "help hulp",
    Verb.YES: "yes ja",
    Verb.NO: "no nee",
}
_VERBS = {word: verb for verb, words in _WORDS.items() for word in words.split()}
_NOUNS = ("relay", "koppeling", NAME)
_LINK = ("link", "koppeling", "offer", "aanbod", "number", "nummer")
_HERE = ("here", "hier", ".")

_QUOTES = "“”„«»\"'‘’`"
_CALLED = re.compile(r"^!\s*(?:relay|koppeling|plein-relay)\b[\s:,]*", re.I)
_ROOM = re.compile(r"^[#!][^\s:]+(?::\S+)?$")
_LINKED = re.compile(r"^(?:https?://matrix\.to/#/|matrix:(?P<kind>roomid|r)/)(?P<rest>[^?]+)", re.I)


@dataclass(frozen=True, slots=True)
class Line:
    """`verb` is None for what is no command. `words` is what came after it, as it was typed."""

    verb: Verb | None
    words: tuple[str, ...] = ()

    @property
    def number(self) -> int | None:
        """The link that is meant."""
        first = self.words[0].lstrip("#").rstrip("!?.,:;") if self.words else ""
        return int(first) if first.isdecimal() and first.isascii() and len(first) < 10 else None

    @property
    def rest(self) -> tuple[str, ...]:
        return self.words[1:]


@dataclass(frozen=True, slots=True)
class Offer:
    """`here` is None for the room that it was typed in, `there` where the others choose."""

    here: str | None
    side: str
    there: str | None


def called(body: str, bot: str) -> str | None:
    """What was said to the relay in a room where others talk too; None where nothing was.

    A line that calls it is for it alone, and crosses no link.
    """
    text = body.replace("\u00a0", " ").strip()
    if found := _CALLED.match(text):
        return text[found.end() :]
    for name in (bot, NAME):
        for written in (name, f"@{name}"):
            start = text[: len(written)].casefold() == written.casefold()
            said = text[len(written) :]
            # Who only talks about it says something to the others.
            if start and (not said or said[0] in ":," or (said[0] == " " and read(said).verb)):
                return said.lstrip(":, ")
    return None


def read(text: str) -> Line:
    """A command, without what called the relay. Quotes and a final full stop don't matter."""
    words = [word.strip(_QUOTES) for word in text.replace("\u00a0", " ").split()]
    words = [word for word in words if word]
    if words:
        words[-1] = words[-1].rstrip(".").strip(_QUOTES) or words[-1]
    if words and words[0].lstrip("!").casefold() in _NOUNS:
        words = words[1:]
    if not words:
        return Line(Verb.HELP)
    verb = _VERBS.get(words[0].casefold().rstrip("!,"))
    if verb and len(words) > 2 and words[1].casefold() in _LINK and Line(verb, (words[2],)).number:
        del words[1]
    return Line(verb, tuple(words[1:]) if verb else tuple(words))


def offer(words: tuple[str, ...]) -> Offer | None:
    """`[room here] <side> [room there]`; None where there is no side in it."""
    before: list[str] = []
    for at, word in enumerate(words):
        found = room(word)
        if found is None and word.casefold() not in _HERE:
            last = next((n for n in range(at, len(words)) if room(words[n])), len(words))
            there = room(words[last]) if last < len(words) else None
            return Offer(before[0] if before else None, " ".join(words[at:last]), there)
        if found:
            before.append(found)
    return None


def room(word: str) -> str | None:
    """The ID or the alias of a room, also out of a link to it; None for any other word."""
    if found := _LINKED.match(word):
        rest = unquote(found["rest"]).split("/")[0]
        kind = (found["kind"] or "").lower()
        word = {"roomid": "!", "r": "#"}.get(kind, "") + rest
    return word if _ROOM.match(word) else None
