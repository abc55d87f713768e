"""Which rules have two organisations agreed, and may this cross under them?

Each side has rules of its own; what holds is the stricter of both (`joined`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase
from typing import Any

from bridges.homeserver.crossing.kinds import Kind, Rule, Said

MEBIBYTE = 2**20
MOST_BACKFILL = 1000


class Class(IntEnum):
    """Who somebody is (design 5.1); the higher, the better known."""

    CITIZEN = 0
    PARTNER = 1
    OFFICIAL = 2


class People(StrEnum):
    EVERYONE = "everyone"
    PARTNER = "partner"
    """Partners, and officials."""
    OFFICIAL = "official"


class Kinds(StrEnum):
    EVERYTHING = "everything"
    POSTS = "posts"


class Direction(StrEnum):
    """As the side sees it whose rules they are."""

    BOTH = "both"
    OUT = "out"
    IN = "in"
    NONE = "none"


_LEAST = {People.EVERYONE: Class.CITIZEN, People.PARTNER: Class.PARTNER}
_MIRRORED = {Direction.OUT: Direction.IN, Direction.IN: Direction.OUT}


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one side, or what both together come to.

    `types` are media types, also `image/*`; none named means all. `topics` stands for name, topic
    and picture of the room: another organisation changes those only where both want it.
    """

    files: bool = True
    largest: int = 50 * MEBIBYTE
    types: frozenset[str] = frozenset()
    kinds: Kinds = Kinds.EVERYTHING
    direction: Direction = Direction.BOTH
    people: People = People.EVERYONE
    backfill: int = 0
    topics: bool = False
    pins: bool = True
    typing: bool = False
    receipts: bool = False

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"types": sorted(self.types)}


def policy(document: Mapping[str, Any]) -> Policy:
    """The rules as `document` wrote them. Raises ValueError for what are no rules."""
    given = dict(document)
    for name, reader in _READERS.items():
        if name in given:
            given[name] = reader(given[name])
    try:
        return Policy(**given)
    except TypeError as error:
        raise ValueError(str(error)) from None


def joined(ours: Policy, theirs: Policy) -> Policy:
    """What holds under the rules of both sides, as we see it."""
    directions = {ours.direction, _MIRRORED.get(theirs.direction, theirs.direction)}
    directions -= {Direction.BOTH}
    if len(directions) > 1:
        directions = {Direction.NONE}
    return Policy(
        files=ours.files and theirs.files,
        largest=min(ours.largest, theirs.largest),
        types=_both(ours.types, theirs.types),
        kinds=Kinds.POSTS if Kinds.POSTS in (ours.kinds, theirs.kinds) else Kinds.EVERYTHING,
        direction=directions.pop() if directions else Direction.BOTH,
        people=max(ours.people, theirs.people, key=least),
        backfill=min(ours.backfill, theirs.backfill),
        topics=ours.topics and theirs.topics,
        pins=ours.pins and theirs.pins,
        typing=ours.typing and theirs.typing,
        receipts=ours.receipts and theirs.receipts,
    )


def least(people: People) -> Class:
    """Whose word crosses at least."""
    return _LEAST.get(people, Class.OFFICIAL)


def goes(rules: Policy, outward: bool) -> bool:
    """Whether anything goes that way, as the side of the rules sees it."""
    return rules.direction in (Direction.BOTH, Direction.OUT if outward else Direction.IN)


def may_cross(said: Said, by: Class, outward: bool, rules: Policy) -> Rule | None:
    """The rule that keeps something here, or None where it may cross.

    A redaction is held back by no rule: what somebody takes back goes wherever it went before.
    Where only posts cross, so do the edits of what did (`Said.post`).
    The files that it shows are judged by `file_may_cross`.
    """
    if said.kind is Kind.REDACTION:
        return None
    if not goes(rules, outward):
        return Rule.DIRECTION
    if by < least(rules.people):
        return Rule.PEOPLE
    if said.kind is Kind.TOPIC:
        return None if rules.topics else Rule.TOPICS
    if said.kind is Kind.PINS:
        return None if rules.pins else Rule.PINS
    if rules.kinds is Kinds.POSTS and not said.post:
        return Rule.KINDS
    return None


def file_may_cross(mime: str | None, size: int | None, rules: Policy) -> Rule | None:
    """The same of a file. What is not known of it yet is not held against it."""
    if not rules.files:
        return Rule.FILES
    if size is not None and size > rules.largest:
        return Rule.SIZE
    if rules.types and mime is not None and not _is_of(mime, rules.types):
        return Rule.TYPES
    return None


def _is_of(mime: str, types: frozenset[str]) -> bool:
    plain = mime.partition(";")[0].strip().lower()
    return any(fnmatchcase(plain, one) for one in types)


def _both(ours: frozenset[str], theirs: frozenset[str]) -> frozenset[str]:
    if not ours or not theirs:
        return ours or theirs
    narrow = {one for one in ours if _is_of(one, theirs)} | {
        one for one in theirs if _is_of(one, ours)
    }
    # None named means all, so that nothing in common needs a word of its own.
    return frozenset(narrow or {"none/none"})


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no number")
    return value


_READERS = {
    "files": _yes,
    "largest": _count,
    "types": lambda value: frozenset(str(one).lower() for one in value),
    "kinds": Kinds,
    "direction": Direction,
    "people": People,
    "backfill": lambda value: min(_count(value), MOST_BACKFILL),
    "topics": _yes,
    "pins": _yes,
    "typing": _yes,
    "receipts": _yes,
}
