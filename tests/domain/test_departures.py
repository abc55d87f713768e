"""Who no longer belongs after a change: every way from one openness to another."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from plein_bot.domain.departures import Ground, departing, excludes, ground
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.people import Person
from plein_bot.domain.places import Joining, Place, Visibility
from tests.domain.examples import CITIZEN, OFFICIAL, PARTNER, group, subsite

V, J = Visibility, Joining
EVERYBODY = (OFFICIAL, PARTNER, CITIZEN)


def possible(inside: Place) -> Iterator[Place]:
    """Every group that there can be in a subsite, and the subsite in all its ways."""
    for visibility, joining, citizens, external in product(V, J, (False, True), (False, True)):
        settings = {"citizens": citizens, "organisations": ("zaanstad",)}
        for place in (
            group(visibility, joining, inside, external=external, **settings),
            subsite(visibility, joining, **settings),
        ):
            try:
                refuse_impossible(place)
            except Refusal:
                continue
            yield place


def leaving(before: Place, after: Place, *inside: Person) -> dict[UserId, Ground]:
    found = departing(before, after, EVERYBODY, inside, {})
    return {one.person.id: one.ground for one in found}


@pytest.mark.parametrize("root", [subsite(V.PUBLIC, J.OPEN), subsite(V.LISTED)])
def test_whoever_stays_belongs_or_did_not_belong_before(root: Place) -> None:
    places = list(possible(root))
    assert len(places) > 70
    for before, after in product(places, places):
        if before.is_subsite is not after.is_subsite:
            continue
        for inside in (EVERYBODY, (OFFICIAL,), ()):
            gone = leaving(before, after, *inside)
            for person in EVERYBODY:
                there = person in inside
                belonged = ground(before, person, in_subsite=there) is None
                belongs = ground(after, person, in_subsite=there) is None
                assert (person.id in gone) is (belonged and not belongs)
            # What cannot leave anybody out need not be looked at.
            assert excludes(before, after) or not gone


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        (subsite(citizens=True), subsite(), {CITIZEN.id: Ground.CITIZEN}),
        (subsite(V.PUBLIC, J.OPEN), subsite(V.LISTED), {CITIZEN.id: Ground.CITIZEN}),
        (subsite(V.PUBLIC, J.OPEN, citizens=True), subsite(citizens=True), {}),
        (
            group(V.PUBLIC, J.OPEN, citizens=True),
            group(V.MEMBERS, J.OPEN, citizens=True),
            {PARTNER.id: Ground.OUTSIDER, CITIZEN.id: Ground.OUTSIDER},
        ),
        (
            group(V.LISTED, J.REQUEST, external=True),
            group(V.MEMBERS, J.OPEN, external=True),
            {},
        ),
        (
            subsite(V.LISTED, J.REQUEST),
            subsite(V.LISTED, J.ORGANISATION, organisations=("zaanstad",)),
            {PARTNER.id: Ground.ORGANISATION},
        ),
        (subsite(V.LISTED, J.OPEN), subsite(V.LISTED, J.REQUEST), {}),
    ],
)
def test_on_which_ground_somebody_goes(
    before: Place, after: Place, gone: dict[UserId, Ground]
) -> None:
    assert leaving(before, after, OFFICIAL) == gone


def test_whoever_has_a_role_is_not_taken_out_by_a_setting() -> None:
    before, after = subsite(citizens=True), subsite()
    assert departing(before, after, EVERYBODY, (), {CITIZEN.id: 50}) == ()
    assert departing(before, after, EVERYBODY, (), {CITIZEN.id: 0}) != ()


def test_who_was_kept_before_is_not_named_again() -> None:
    before = subsite(V.LISTED, J.REQUEST)
    after = before.with_settings(replace(before.settings, joining=J.OPEN))
    assert leaving(before, after) == {}
