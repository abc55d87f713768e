"""Rules of a policy list: what they say, and whom they match.

Specification, "Moderation policy lists". A list is a room, a rule is an event of its state, under
whatever state key. Anybody can write anything there: what is no rule counts as absent.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from plein_bot.domain.ids import UserId, server_of, user_id


class Subject(StrEnum):
    """What a rule is about."""

    USER = "user"
    SERVER = "server"
    ROOM = "room"


TYPES: Mapping[str, Subject] = {
    f"{prefix}.{subject}": subject
    for prefix in ("m.policy.rule", "m.room.rule", "org.matrix.mjolnir.rule")
    for subject in Subject
}
"""The types of state that are rules: today's, and those that older bots went on writing."""

BAN = "m.ban"
_BANS = (BAN, "org.matrix.mjolnir.ban")
_LONGEST = 255
"""Characters that any Matrix ID may have; an entity that is longer matches nothing."""

_ROOM_FOR_SERVERS = 30_000
"""Bytes: an event may have 65,536, and other homeservers may stand in it too."""

_WILD = re.compile(r"[*?]")
_PORT = re.compile(r":\d{1,5}$")
_HOST = re.compile(r"[A-Za-z0-9.\-*?]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """`recommendation` is what the list advises to do; Plein follows bans, and shows the others."""

    subject: Subject
    entity: str
    recommendation: str
    reason: str = ""
    key: str = ""

    @property
    def bans(self) -> bool:
        return self.recommendation in _BANS

    @property
    def is_glob(self) -> bool:
        return _WILD.search(self.entity) is not None


def rule_of(kind: str, key: str, content: Mapping[str, Any]) -> Rule | None:
    """The rule that an event of state is; None for one that was taken away, or never was one."""
    subject = TYPES.get(kind)
    entity, advice = content.get("entity"), content.get("recommendation")
    if subject is None or not isinstance(entity, str) or not isinstance(advice, str):
        return None
    if not 0 < len(entity) <= _LONGEST or not advice:
        return None
    reason = content.get("reason")
    return Rule(subject, entity, advice, reason if isinstance(reason, str) else "", key)


class Glob:
    """`*` is any number of characters, `?` is one; all else is itself, brackets too.

    It takes time in proportion to the lengths of glob and text, whatever somebody thought up.
    """

    def __init__(self, glob: str) -> None:
        self._first, *self._rest = re.split(r"\*+", glob)
        self._pattern: re.Pattern[str] | None = None
        if "?" in glob:
            self._pattern = re.compile(_as_expression(self._first, self._rest), re.DOTALL)

    def matches(self, text: str) -> bool:
        if self._pattern is not None:
            return self._pattern.fullmatch(text) is not None
        if not self._rest:
            return text == self._first
        if not text.startswith(self._first):
            return False
        at = len(self._first)
        for part in self._rest[:-1]:
            found = text.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        last = self._rest[-1]
        return len(text) - at >= len(last) and text.endswith(last)


def _as_expression(first: str, rest: list[str]) -> str:
    """Each part as early as it comes, without trying again: the last may stand only at the end."""
    said = [re.escape(part).replace(r"\?", ".") for part in (first, *rest)]
    if not rest:
        return said[0]
    return said[0] + "".join(f"(?>.*?{part})" for part in said[1:-1]) + f".*{said[-1]}"


def matches(glob: str, text: str) -> bool:
    return Glob(glob).matches(text)


@dataclass
class _Globs:
    """Rules that are globs, in the order in which they count."""

    rules: list[tuple[Glob, Rule]] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        self.rules.append((Glob(_same(rule)), rule))

    def find(self, text: str) -> Iterator[Rule]:
        return (rule for glob, rule in self.rules if glob.matches(text))


def _same(rule: Rule) -> str:
    """Names of homeservers count in any case, those of people as they are."""
    if rule.subject is Subject.USER:
        return rule.entity
    return _PORT.sub("", rule.entity.lower()) if rule.subject is Subject.SERVER else rule.entity


class RuleBook:
    """The rules of one list, so kept that somebody is looked up in it at once.

    Exact entities are words of a dictionary; globs that end in a homeserver of their own are only
    asked about its people.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._exact: dict[tuple[Subject, str], Rule] = {}
        self._on_server: dict[str, _Globs] = {}
        self._anywhere: dict[Subject, _Globs] = {subject: _Globs() for subject in Subject}
        for rule in self.rules:
            if not rule.bans:
                continue
            server = rule.entity.partition(":")[2]
            if not rule.is_glob:
                self._exact.setdefault((rule.subject, _same(rule)), rule)
            elif rule.subject is Subject.USER and server and not _WILD.search(server):
                self._on_server.setdefault(server, _Globs()).add(rule)
            else:
                self._anywhere[rule.subject].add(rule)

    def against(self, person: UserId, own: str) -> Rule | None:
        """The rule that shuts somebody out, one that names them first.

        `own` is the plein's homeserver: no rule counts that names it, or all of its people.
        """
        server = server_of(person)
        if exact := self._exact.get((Subject.USER, person)):
            return exact
        at_server = self._on_server.get(server)
        for globs in filter(None, (at_server, self._anywhere[Subject.USER])):
            for rule in globs.find(person):
                if not hits_all_of(rule.entity, own):
                    return rule
        return None if _bare(server) == _bare(own) else self._against_server(server, own)

    def _against_server(self, server: str, own: str) -> Rule | None:
        name, mine = _bare(server), _bare(own)
        exact = self._exact.get((Subject.SERVER, name))
        globs = self._anywhere[Subject.SERVER].find(name)
        return exact or next((rule for rule in globs if not matches(_same(rule), mine)), None)

    def against_room(self, *names: str) -> Rule | None:
        """The rule against a room, by its id or one of its addresses."""
        for name in names:
            exact = self._exact.get((Subject.ROOM, name))
            if found := exact or next(self._anywhere[Subject.ROOM].find(name), None):
                return found
        return None

    def denied(self, own: str) -> tuple[str, ...]:
        """The homeservers that it shuts out, as a server ACL takes them; never our own."""
        mine = _bare(own)
        found = {
            name
            for rule in self.rules
            if rule.bans and rule.subject is Subject.SERVER
            if _HOST.fullmatch(name := _bare(rule.entity))
            and not (matches(name, mine) if rule.is_glob else name == mine)
        }
        return tuple(sorted(found))


def as_fits(denied: Iterable[str], spared: Iterable[str]) -> tuple[str, ...]:
    """As many of the homeservers as an event holds, without those by which the spared are hit."""
    kept = {_bare(one) for one in spared}
    room, found = _ROOM_FOR_SERVERS, []
    for server in sorted(set(denied)):
        one = Glob(server)
        if any(one.matches(name) for name in kept):
            continue
        room -= len(server) + len('"",')
        if room < 0:
            break
        found.append(server)
    return tuple(found)


def _bare(server: str) -> str:
    return _PORT.sub("", server.lower())


def hits_all_of(glob: str, server: str) -> bool:
    """Whether a glob matches people of a homeserver whatever they are called."""
    if not _WILD.search(glob):
        return False
    # No name has this character: what matches it, matches it by a wildcard.
    names = ("\N{REPLACEMENT CHARACTER}" * length for length in range(1, 41))
    one = Glob(glob)
    return any(one.matches(f"@{name}:{server}") for name in names)


def is_user_glob(text: str) -> bool:
    """Whether this may stand for people in a rule of ours: `@spam*:example.org`."""
    whole = user_id(_WILD.sub("x", text))
    return whole is not None and not hits_all_of(text, server_of(UserId(text)))


def is_server_glob(text: str) -> bool:
    """Whether this may stand for homeservers: `evil.example`, `*.evil.example`."""
    named = _WILD.sub("", text).strip(".")
    return _HOST.fullmatch(_bare(text)) is not None and "." in named


def content_of(entity: str, reason: str) -> dict[str, Any]:
    """A rule of ours, as the specification has it."""
    return {"entity": entity, "recommendation": BAN, "reason": reason}


def key_of(entity: str) -> str:
    """The state key under which other bots look for a rule about `entity`; it has 255 bytes."""
    key = f"rule:{entity}"
    return key if len(key.encode()) <= _LONGEST else hashlib.sha256(key.encode()).hexdigest()


def type_of(subject: Subject) -> str:
    return f"m.policy.rule.{subject}"
