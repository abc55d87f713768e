"""Protections: what guards a place against floods of messages, people and invitations.

Each is off, simulated or on in a place, with its numbers. What a group does not say itself its
subsite says; what neither says follows from who may see the place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say


class Protection(StrEnum):
    FLOOD = "flood"
    MENTIONS = "mentions"
    LINKS = "links"
    MEDIA = "media"
    INVITATIONS = "invitations"
    JOINS = "joins"


class Mode(StrEnum):
    """From nothing to everything: a simulated protection only says what it would have done."""

    OFF = "off"
    SIMULATE = "simulate"
    ON = "on"

    @property
    def strength(self) -> int:
        return list(Mode).index(self)


class Number(StrEnum):
    """What can be chosen about a protection."""

    MESSAGES = "messages"
    SECONDS = "seconds"
    ACCOUNTS = "accounts"
    PEOPLE = "people"
    DAYS = "days"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Range:
    least: int
    most: int
    usual: int


_A_WEEK = 7 * 24 * 60

# Wide enough for who pastes four lines, for a poll that all answer, for a meeting of fifty that
# talk, and for a mailing that brings a hundred within a minute.
RANGES: Mapping[Protection, Mapping[Number, Range]] = {
    Protection.FLOOD: {
        Number.MESSAGES: Range(3, 1000, 10),
        Number.SECONDS: Range(1, 600, 10),
        Number.ACCOUNTS: Range(3, 1000, 10),
        Number.MINUTES: Range(0, _A_WEEK, 60),
    },
    Protection.MENTIONS: {Number.PEOPLE: Range(1, 1000, 15), Number.MINUTES: Range(0, _A_WEEK, 60)},
    Protection.LINKS: {
        Number.MESSAGES: Range(1, 100, 3),
        Number.DAYS: Range(0, 365, 1),
        Number.MINUTES: Range(0, _A_WEEK, 0),
    },
    Protection.MEDIA: {
        Number.MESSAGES: Range(1, 100, 3),
        Number.DAYS: Range(0, 365, 1),
        Number.MINUTES: Range(0, _A_WEEK, 0),
    },
    Protection.INVITATIONS: {
        Number.PEOPLE: Range(2, 1000, 20),
        Number.SECONDS: Range(1, 3600, 60),
        Number.MINUTES: Range(0, _A_WEEK, 60),
    },
    Protection.JOINS: {
        Number.PEOPLE: Range(2, 10_000, 100),
        Number.SECONDS: Range(1, 3600, 60),
        Number.MINUTES: Range(1, _A_WEEK, 60),
    },
}

ALWAYS_IN_PUBLIC = frozenset(
    {Protection.FLOOD, Protection.MENTIONS, Protection.INVITATIONS, Protection.JOINS}
)
"""On in public places that say nothing. Not links and media: a newcomer's picture is welcome."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One protection as it is set. `numbers` are those that differ from the usual ones."""

    protection: Protection
    mode: Mode
    numbers: tuple[tuple[Number, int], ...] = ()

    def __getitem__(self, number: Number) -> int:
        chosen = dict(self.numbers)
        return chosen.get(number, RANGES[self.protection][number].usual)

    @property
    def acts(self) -> bool:
        return self.mode is Mode.ON


@dataclass(frozen=True, slots=True)
class Guards:
    """All that is set in a place, in the order of `Protection`."""

    all: tuple[Guard, ...] = ()

    def of(self, protection: Protection) -> Guard | None:
        return next((one for one in self.all if one.protection is protection), None)

    def with_(self, guard: Guard) -> "Guards":
        others = [one for one in self.all if one.protection is not guard.protection]
        return _sorted([*others, guard])

    def without(self, protection: Protection) -> "Guards":
        return Guards(tuple(one for one in self.all if one.protection is not protection))


NONE = Guards()


class Origin(StrEnum):
    """Who says it: the place itself, its subsite, or nobody."""

    OWN = "own"
    SUBSITE = "subsite"
    USUAL = "usual"


def in_force(
    protection: Protection, own: Guards, above: Guards, *, public: bool
) -> tuple[Guard, Origin]:
    """What holds in a place, and whence."""
    if guard := own.of(protection):
        return guard, Origin.OWN
    if guard := above.of(protection):
        return guard, Origin.SUBSITE
    on = public and protection in ALWAYS_IN_PUBLIC
    return Guard(protection, Mode.ON if on else Mode.OFF), Origin.USUAL


def chosen(before: Guard, mode: Mode, numbers: Mapping[Number, int | None]) -> Guard:
    """A guard as somebody wants it; numbers that they do not name stay. Raises Refusal."""
    ranges = RANGES[before.protection]
    named = {number: n for number, n in numbers.items() if n is not None}
    for number, n in named.items():
        if number not in ranges:
            raise Refusal(
                say(
                    "The protection “{protection}” has no {number}.",
                    protection=before.protection,
                    number=number,
                )
            )
        least, most = ranges[number].least, ranges[number].most
        if not least <= n <= most:
            raise Refusal(
                say(
                    "For {number} choose a number from {least} to {most}.",
                    number=number,
                    least=least,
                    most=most,
                )
            )
    kept = {**dict(before.numbers), **named}
    differing = {number: n for number, n in kept.items() if n != ranges[number].usual}
    return replace(before, mode=mode, numbers=tuple(sorted(differing.items())))


def may_be_done_by_moderators(before: Guard, after: Guard) -> bool:
    """Whoever moderates may protect a place more, with the numbers that are there."""
    return after.mode.strength >= before.mode.strength and after.numbers == before.numbers


def to_content(guards: Guards) -> dict[str, Any]:
    return {
        guard.protection.value: {
            "mode": guard.mode.value,
            **{number.value: n for number, n in guard.numbers},
        }
        for guard in guards.all
    }


def from_content(content: object) -> Guards:
    """Reading is total: what is not understood is as if nobody had said it."""
    if not isinstance(content, Mapping):
        return NONE
    found = []
    for name, said in content.items():
        if name not in set(Protection) or not isinstance(said, Mapping):
            continue
        mode = said.get("mode")
        if not isinstance(mode, str) or mode not in set(Mode):
            continue
        protection = Protection(name)
        numbers = [
            (number, said[number.value])
            for number, within in RANGES[protection].items()
            if type(said.get(number.value)) is int
            and within.least <= said[number.value] <= within.most
            and said[number.value] != within.usual
        ]
        found.append(Guard(protection, Mode(mode), tuple(sorted(numbers))))
    return _sorted(found)


def _sorted(guards: list[Guard]) -> Guards:
    order = list(Protection)
    return Guards(tuple(sorted(guards, key=lambda one: order.index(one.protection))))
