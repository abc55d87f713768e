"""From every openness to every other: what follows, what is asked first, what stays shut."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import product

import pytest

from plein_bot.domain import changes
from plein_bot.domain.changes import Change, lower_to_cap
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.joining import Entrance, entrance
from plein_bot.domain.openness import openness_of, refuse_impossible
from plein_bot.domain.people import Person
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.settings import Answer, Setting, changed
from tests.domain.examples import CITIZEN, OFFICIAL, PARTNER, WERKSAAM, group, standing, subsite

V, J = Visibility, Joining
ORGANISATIONS = ((), ("zaanstad",), ("werksaam",), ("werksaam", "zaanstad"))


def exists(place: Place) -> bool:
    try:
        refuse_impossible(place)
    except Refusal:
        return False
    return True


SUBSITES = [
    one
    for visibility, joining, citizens in product(V, J, (False, True))
    if exists(one := subsite(visibility, joining, citizens=citizens, organisations=("zaanstad",)))
]


def groups_in(root: Place) -> list[Place]:
    return [
        replace(one, slug=f"groep-{number}", room=f"!groep-{number}")  # type: ignore[arg-type]
        for number, (visibility, joining, citizens) in enumerate(product(V, J, (False, True)))
        if exists(
            one := group(visibility, joining, root, citizens=citizens, organisations=("zaanstad",))
        )
    ]


def wishes(place: Place) -> Iterator[tuple[Setting, StrEnum, tuple[str, ...]]]:
    """Everything that an owner could type of who finds it and who comes in."""
    yield from ((Setting.VISIBILITY, visibility, ()) for visibility in V)
    yield from ((Setting.CAP, cap, ()) for cap in V)
    for setting in (Setting.CITIZENS, Setting.EXTERNAL, Setting.HISTORY):
        yield from ((setting, answer, ()) for answer in Answer)
    for joining, named in product(J, ORGANISATIONS):
        if (joining is J.ORGANISATION) is bool(named):
            yield Setting.JOINING, joining, named


def transitions(place: Place, groups: tuple[Place, ...] = ()) -> Iterator[tuple[Change, ...]]:
    here = standing(place, OFFICIAL, Membership.JOIN, Membership.JOIN, 100)
    for setting, value, named in wishes(place):
        try:
            decided = changes.decide(here, changed(place, setting, value, named), setting, groups)
        except Refusal:
            continue
        if decided:
            yield decided


@pytest.mark.parametrize("root", SUBSITES, ids=lambda r: f"{r.settings.visibility}")
def test_whatever_follows_is_possible_and_nothing_opens_by_itself(root: Place) -> None:
    groups = tuple(groups_in(root))
    seen = 0
    for first, *following in transitions(root, groups):
        seen += 1
        refuse_impossible(first.after)
        now = {one.before.room: one.after for one in following}
        for before in groups:
            after = now.get(before.room, replace(before, subsite=first.after))
            refuse_impossible(after)
            assert after == lower_to_cap(after)
            assert after.settings.visibility.openness <= before.settings.visibility.openness
            was, becomes = openness_of(before), openness_of(after)
            assert becomes.listed <= was.listed
            assert becomes.child <= was.child
            assert becomes.history in (was.history, "shared")
    assert seen > 5


def ways_in(place: Place) -> dict[tuple[str, bool], int]:
    """For each kind of person, in the subsite or not: 0 nothing, 1 may ask, 2 walks in."""
    found = {}
    for person, inside in product((OFFICIAL, PARTNER, CITIZEN), (False, True)):
        there = Membership.JOIN if inside else Membership.LEAVE
        found[str(person.id), inside] = _way_in(place, person, there)
    return found


def _way_in(place: Place, person: Person, in_subsite: Membership) -> int:
    try:
        way = entrance(standing(place, person, Membership.LEAVE, in_subsite))
    except Refusal:
        return 0
    return 2 if way is Entrance.WALK_IN else 1


@pytest.mark.parametrize("root", SUBSITES, ids=lambda r: f"{r.settings.visibility}")
def test_nobody_comes_in_more_easily_without_a_yes(root: Place) -> None:
    assert WERKSAAM in PARTNER.organisations
    for place in (root, *groups_in(root)):
        for decided in transitions(place):
            first = decided[0]
            was, becomes = ways_in(first.before), ways_in(first.after)
            easier = any(becomes[who] > was[who] for who in was)
            opened, shown = openness_of(first.after), openness_of(first.before)
            wider = opened.listed > shown.listed or (
                opened.history == "world_readable" != shown.history
            )
            if easier or wider or opened.child > shown.child:
                assert first.opens or first.admits_more, first
