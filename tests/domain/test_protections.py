"""What guards a place: what it says itself, what its subsite says, and what holds anyway."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plein_bot.domain.alarms import is_newcomer, is_spared
from plein_bot.domain.errors import Refusal
from plein_bot.domain.places import Visibility
from plein_bot.domain.protections import (
    NONE,
    Guard,
    Mode,
    Number,
    Origin,
    Protection,
    chosen,
    from_content,
    may_be_done_by_moderators,
)
from tests.domain.examples import BOT, CITIZEN, OFFICIAL, PLEIN, group, standing, subsite

FLOOD = Protection.FLOOD


def test_a_public_place_is_guarded_and_any_other_is_not() -> None:
    public = group(Visibility.PUBLIC)

    assert public.guard_of(FLOOD) == (Guard(FLOOD, Mode.ON), Origin.USUAL)
    assert public.guard_of(Protection.MEDIA)[0].mode is Mode.OFF
    assert group().guard_of(FLOOD)[0].mode is Mode.OFF
    assert replace(public, archived=True).guards() == {}


def test_a_group_goes_before_its_subsite_and_that_before_what_is_usual() -> None:
    off, on = Guard(FLOOD, Mode.OFF), Guard(FLOOD, Mode.ON, ((Number.MESSAGES, 5),))
    above = subsite(protections=NONE.with_(off))

    assert group(Visibility.PUBLIC, inside=above).guard_of(FLOOD) == (off, Origin.SUBSITE)
    own = group(inside=above, protections=NONE.with_(on))
    assert own.guard_of(FLOOD) == (on, Origin.OWN)
    assert own.guards()[FLOOD][Number.MESSAGES] == 5


def test_numbers_that_are_not_named_stay_and_senseless_ones_are_refused() -> None:
    before = Guard(FLOOD, Mode.OFF, ((Number.MESSAGES, 5),))

    after = chosen(before, Mode.ON, {Number.SECONDS: 20, Number.ACCOUNTS: None})
    assert (after[Number.MESSAGES], after[Number.SECONDS], after[Number.ACCOUNTS]) == (5, 20, 10)
    # What is usual is not written down.
    assert chosen(after, Mode.ON, {Number.MESSAGES: 10, Number.SECONDS: 10}).numbers == ()
    for numbers in ({Number.MESSAGES: 0}, {Number.SECONDS: 10**8}, {Number.PEOPLE: 5}):
        with pytest.raises(Refusal):
            chosen(before, Mode.ON, numbers)


def test_moderators_may_only_protect_more() -> None:
    off, trial, on = (Guard(FLOOD, mode) for mode in Mode)

    assert may_be_done_by_moderators(off, on)
    assert may_be_done_by_moderators(trial, on)
    assert not may_be_done_by_moderators(on, trial)
    assert not may_be_done_by_moderators(on, replace(on, numbers=((Number.MESSAGES, 3),)))


@pytest.mark.parametrize(
    "content",
    [None, [], {"flood": "on"}, {"flood": {"mode": []}}, {"flood": {"mode": "ON"}}, {"x": {}}],
)
def test_what_is_not_understood_is_as_if_nobody_said_it(content: object) -> None:
    assert from_content(content) == NONE


def test_numbers_that_cannot_be_are_the_usual_ones() -> None:
    content = {"flood": {"mode": "on", "messages": 0, "seconds": True, "accounts": 4}}

    guard = from_content(content).of(FLOOD)
    assert guard == Guard(FLOOD, Mode.ON, ((Number.ACCOUNTS, 4),))


def test_staff_and_plein_itself_are_never_hit() -> None:
    place = group()

    assert is_spared(standing(place, CITIZEN, power=50), FLOOD, PLEIN)
    assert is_spared(standing(place, replace(CITIZEN, id=BOT)), FLOOD, PLEIN)
    assert not is_spared(standing(place, OFFICIAL), FLOOD, PLEIN)
    assert is_spared(standing(place, OFFICIAL), Protection.LINKS, PLEIN)
    assert not is_spared(standing(place, CITIZEN), Protection.LINKS, PLEIN)
    theirs = standing(group(authors=(CITIZEN.id,)), CITIZEN)
    assert is_spared(theirs, Protection.MEDIA, PLEIN)


def test_new_is_who_said_little_or_came_just_now() -> None:
    guard = Guard(Protection.LINKS, Mode.ON)
    hours = timedelta(hours=1)

    assert is_newcomer(guard, 2, 48 * hours)
    assert is_newcomer(guard, 30, hours)
    assert not is_newcomer(guard, 3, 48 * hours)
