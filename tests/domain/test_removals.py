"""Who may remove whom, and where it reaches."""

from dataclasses import replace

import pytest

from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import GROUP_DEFAULTS, Joining, Place, Visibility
from plein_bot.domain.removals import left_with, refuse_moving, stays_in, walks_back_in
from plein_bot.domain.standing import NoSuchPlace, Standing
from tests.domain.examples import (
    BOT,
    CITIZEN,
    OFFICIAL,
    PARTNER,
    PLEIN,
    RESERVE,
    group,
    standing,
    subsite,
)

V, J, M = Visibility, Joining, Membership


def refused(mine: int, theirs: int, person: Person = PARTNER, place: Place | None = None) -> bool:
    place = place or subsite()
    try:
        refuse_moving(
            standing(place, OFFICIAL, M.JOIN, power=mine),
            standing(place, person, M.JOIN, power=theirs),
            PLEIN,
        )
    except Refusal:
        return True
    return False


@pytest.mark.parametrize(
    ("mine", "theirs", "is_refused"),
    [
        (0, 0, True),
        (50, 0, False),
        (50, 50, True),
        (50, 75, True),
        (75, 50, False),
        (100, 75, False),
        (100, 100, True),
    ],
)
def test_staff_remove_those_below_them(mine: int, theirs: int, is_refused: bool) -> None:
    assert refused(mine, theirs) is is_refused


@pytest.mark.parametrize("user", [BOT, RESERVE, OFFICIAL.id])
def test_neither_oneself_nor_what_belongs_to_plein_can_be_removed(user: UserId) -> None:
    assert refused(100, 0, Person(user))


def test_who_may_not_know_of_a_place_hears_of_none() -> None:
    hidden = subsite(V.HIDDEN)
    with pytest.raises(NoSuchPlace):
        refuse_moving(standing(hidden, OFFICIAL), standing(hidden, PARTNER), PLEIN)


def test_only_groups_for_members_are_left_with_a_subsite() -> None:
    around = subsite(V.PUBLIC, J.OPEN)
    members_only = group(inside=around)
    by_joining = group(V.LISTED, J.REQUEST, inside=around)
    by_choice = group(inside=around, external=True)
    hidden = group(V.HIDDEN, inside=around)

    everything = (members_only, by_joining, by_choice, hidden)
    assert left_with(around, everything) == (members_only, hidden)
    assert stays_in(around, everything) == (by_joining, by_choice)
    assert left_with(members_only, everything) == ()


def test_a_group_in_sight_that_only_members_walk_into_is_not_external() -> None:
    around = subsite(V.LISTED)
    one = group(V.LISTED, J.MEMBERS, inside=around)
    assert left_with(around, (one,)) == (one,)


@pytest.mark.parametrize(
    ("theirs", "back"),
    [
        (standing(subsite(V.LISTED, J.OPEN), OFFICIAL, M.JOIN, M.JOIN), True),
        (standing(subsite(V.LISTED, J.OPEN), CITIZEN, M.JOIN, M.JOIN), False),
        (standing(subsite(V.LISTED, J.REQUEST), OFFICIAL, M.JOIN, M.JOIN), False),
        (
            standing(
                subsite(V.LISTED, J.ORGANISATION, organisations=("zaanstad",)),
                OFFICIAL,
                M.JOIN,
                M.JOIN,
            ),
            True,
        ),
        (
            standing(
                subsite(V.LISTED, J.ORGANISATION, organisations=("zaanstad",)),
                PARTNER,
                M.JOIN,
                M.JOIN,
            ),
            False,
        ),
        # Somebody stays in the subsite who is removed from one of its groups.
        (standing(group(), OFFICIAL, M.JOIN, M.JOIN), True),
        (standing(group(V.MEMBERS, J.REQUEST), OFFICIAL, M.JOIN, M.JOIN), False),
        (standing(group(V.HIDDEN), OFFICIAL, M.JOIN, M.JOIN), False),
        (standing(replace(group(), settings=GROUP_DEFAULTS), OFFICIAL, M.JOIN), False),
    ],
)
def test_who_may_simply_walk_back_in(theirs: Standing, back: bool) -> None:
    assert walks_back_in(theirs) is back
    assert walks_back_in(replace(theirs, power=50)) is back
