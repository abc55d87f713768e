"""How are the rules of a link typed, and said?

Only what `set` knows can be agreed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bridges.common.words import Sentence, say
from bridges.homeserver.crossing.policies import (
    MEBIBYTE,
    MOST_BACKFILL,
    Direction,
    Kinds,
    People,
    Policy,
    policy,
)
from bridges.homeserver.desk.refusals import Refused

_NAMES = {
    "files": "files bestanden",
    "largest": "size grootte",
    "types": "types soorten",
    "kinds": "kinds inhoud",
    "direction": "direction richting",
    "people": "people personen mensen",
    "backfill": "backfill terug",
    "topics": "topics onderwerp",
    "pins": "pins vastgezet",
    "typing": "typing typen",
    "receipts": "receipts gelezen",
}
_BY_NAME = {word: name for name, words in _NAMES.items() for word in words.split()}

_YES, _NO, _ALL = ("yes", "ja", "aan"), ("no", "nee", "uit"), ("all", "alles", "alle")
_KINDS = {
    "everything": Kinds.EVERYTHING,
    "alles": Kinds.EVERYTHING,
    "posts": Kinds.POSTS,
    "blogs": Kinds.POSTS,
}
_DIRECTIONS = {
    "both": Direction.BOTH,
    "beide": Direction.BOTH,
    "out": Direction.OUT,
    "uit": Direction.OUT,
    "in": Direction.IN,
}
_PEOPLE = {
    "everyone": People.EVERYONE,
    "iedereen": People.EVERYONE,
    "partner": People.PARTNER,
    "partners": People.PARTNER,
    "official": People.OFFICIAL,
    "officials": People.OFFICIAL,
    "ambtenaar": People.OFFICIAL,
    "ambtenaren": People.OFFICIAL,
}
_MIME = re.compile(r"^[a-z0-9][a-z0-9.+-]*/(?:\*|[a-z0-9][a-z0-9.+-]*)$")
_SIZE = re.compile(r"^(\d{1,6})(?:[.,]\d+)?\s*(kb|mb|gb|)$", re.I)
_UNITS = {"kb": 1024, "mb": MEBIBYTE, "gb": 1024 * MEBIBYTE, "": MEBIBYTE}

_LONGEST = 40
_HOW = say(
    "The rules are: `files yes|no`, `size 10 MB`, `types image/* application/pdf` or `types all`, "
    "`kinds everything|posts`, `direction both|out|in`, `people everyone|partner|official`, "
    "`backfill 50`, `topics yes|no`, `pins yes|no`, `typing yes|no`, `receipts yes|no`. "
    "For example: `!relay set {number} files no`."
)


def changed(number: int, rules: Mapping[str, Any], words: tuple[str, ...]) -> dict[str, Any]:
    """The rules of one side after `set <number> <rule> <value>`. Raises `Refused`."""
    name = _BY_NAME.get(words[0].casefold()) if words else None
    value = _VALUES[name](" ".join(words[1:]).strip().casefold()) if name else None
    how = Sentence(_HOW.text, {"number": number})
    if not words:
        raise Refused(how)
    if name is None:
        wrong = say("There is no rule “{rule}”.", rule=words[0][:_LONGEST])
    elif len(words) == 1:
        wrong = say("What should `{rule}` become?", rule=words[0])
    elif value is None:
        given = " ".join(words[1:])[:_LONGEST]
        wrong = say("“{value}” is nothing that `{rule}` can be.", value=given, rule=words[0])
    else:
        after = {**rules, name: value}
        return {key: one for key, one in policy(after).document().items() if key in after}
    raise Refused(Sentence("{wrong} {how}", {"wrong": wrong, "how": how}))


def in_words(rules: Policy) -> tuple[Sentence, ...]:
    """What holds, as the side sees it whose rules come first in `joined`."""
    return (_way(rules.direction), _what(rules), _who(rules.people), *_more(rules))


def _way(direction: Direction) -> Sentence:
    match direction:
        case Direction.BOTH:
            return say("both ways")
        case Direction.OUT:
            return say("only from here to there")
        case Direction.IN:
            return say("only from there to here")
        case Direction.NONE:
            return say("nothing, for the rules of both sides leave no way open")


def _what(rules: Policy) -> Sentence:
    if rules.kinds is Kinds.POSTS:
        return say("only posts")
    if not rules.files:
        return say("everything but files")
    if rules.types:
        return say(
            "everything, of files up to {size} only {types}",
            size=_size(rules.largest),
            types=", ".join(sorted(rules.types)),
        )
    return say("everything, and files up to {size}", size=_size(rules.largest))


def _who(people: People) -> Sentence:
    match people:
        case People.EVERYONE:
            return say("of everybody")
        case People.PARTNER:
            return say("of officials and partners")
        case People.OFFICIAL:
            return say("of officials")


def _more(rules: Policy) -> tuple[Sentence, ...]:
    more: list[Sentence] = []
    if rules.backfill:
        more.append(say("the last {number} messages came along", number=rules.backfill))
    if rules.topics:
        more.append(say("name, topic and picture too"))
    if not rules.pins:
        more.append(say("no pins"))
    if rules.typing:
        more.append(say("who is typing"))
    if rules.receipts:
        more.append(say("how far people have read"))
    return tuple(more)


def _size(largest: int) -> str:
    if largest >= MEBIBYTE:
        return f"{largest // MEBIBYTE} MB"
    return f"{largest // 1024} kB"


def _yes_or_no(value: str) -> bool | None:
    return True if value in _YES else False if value in _NO else None


def _bytes(value: str) -> int | None:
    found = _SIZE.match(value)
    return int(found[1]) * _UNITS[found[2].lower()] if found else None


def _types(value: str) -> list[str] | None:
    if value in _ALL:
        return []
    found = value.replace(",", " ").split()
    return sorted(set(found)) if found and all(map(_MIME.match, found)) else None


def _number(value: str) -> int | None:
    return min(int(value), MOST_BACKFILL) if value.isdecimal() and len(value) < 10 else None


_VALUES: Mapping[str, Callable[[str], Any]] = {
    "files": _yes_or_no,
    "largest": _bytes,
    "types": _types,
    "kinds": _KINDS.get,
    "direction": _DIRECTIONS.get,
    "people": _PEOPLE.get,
    "backfill": _number,
    "topics": _yes_or_no,
    "pins": _yes_or_no,
    "typing": _yes_or_no,
    "receipts": _yes_or_no,
}
