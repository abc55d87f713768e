"""What follows when a setting changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import changes
from plein_bot.domain.changes import Change, lower_to_cap
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.people import Person
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.settings import Answer, Setting, changed
from tests.domain.examples import OFFICIAL, PARTNER, group, standing, subsite

V, J = Visibility, Joining


def decided(
    place: Place,
    setting: Setting,
    value: Visibility | Joining | Answer,
    *groups: Place,
    person: Person = OFFICIAL,
    power: int = 100,
) -> tuple[Change, ...]:
    here = standing(place, person, Membership.JOIN, Membership.JOIN, power)
    return changes.decide(here, changed(place, setting, value), setting, groups)


@pytest.mark.parametrize(
    ("place", "to", "joining"),
    [
        (subsite(V.LISTED, J.REQUEST), V.HIDDEN, J.INVITE),
        (subsite(V.HIDDEN), V.LISTED, J.REQUEST),
        (subsite(V.HIDDEN), V.PUBLIC, J.INVITE),
        (subsite(V.PUBLIC, J.OPEN), V.LISTED, J.OPEN),
        (group(V.MEMBERS, J.OPEN), V.HIDDEN, J.INVITE),
        (group(V.HIDDEN), V.MEMBERS, J.INVITE),
    ],
)
def test_from_any_visibility_to_any_other_in_one_step(
    place: Place, to: Visibility, joining: Joining
) -> None:
    first, *_ = decided(place, Setting.VISIBILITY, to)
    assert first.after.settings.visibility is to
    assert first.after.settings.joining is joining


def test_nothing_changes_where_it_stands_so_already() -> None:
    assert decided(subsite(V.LISTED), Setting.VISIBILITY, V.LISTED) == ()


def test_lowering_a_subsite_takes_what_is_above_it_down() -> None:
    root = subsite(V.PUBLIC, J.OPEN)
    public = replace(group(V.PUBLIC, J.INVITE, root), slug="publiek")
    closed = group(V.MEMBERS, inside=root)
    first, *following = decided(root, Setting.VISIBILITY, V.LISTED, public, closed)
    assert first.closes
    assert [one.before for one in following] == [public]
    lowered = following[0].after.settings
    assert (lowered.visibility, lowered.joining) == (V.LISTED, J.REQUEST)


def test_a_lowered_visibility_lowers_a_cap_that_an_owner_set() -> None:
    root = subsite(V.LISTED, cap=V.PUBLIC)
    public = group(V.PUBLIC, J.OPEN, root)
    first, *following = decided(
        changed(root, Setting.VISIBILITY, V.PUBLIC), Setting.VISIBILITY, V.LISTED, public
    )
    assert first.after.settings.cap is V.LISTED
    assert following[0].after.settings.visibility is V.LISTED


def test_hiding_a_subsite_leaves_its_members_their_groups() -> None:
    root = subsite(V.LISTED, cap=V.PUBLIC)
    members, shown = group(V.MEMBERS, inside=root), group(V.LISTED, J.REQUEST, root)
    _, *following = decided(root, Setting.VISIBILITY, V.HIDDEN, members, shown)
    assert [one.before for one in following] == [shown]
    assert following[0].after.settings.visibility is V.MEMBERS


def test_raising_restores_nothing_by_itself() -> None:
    root = subsite(V.LISTED)
    assert len(decided(root, Setting.VISIBILITY, V.PUBLIC, group(V.MEMBERS, inside=root))) == 1


def test_a_lowered_cap_lowers_the_groups_and_not_the_subsite() -> None:
    root = subsite(V.PUBLIC, J.OPEN)
    public = group(V.PUBLIC, J.OPEN, root)
    first, following = decided(root, Setting.CAP, V.MEMBERS, public)
    assert first.after.settings.visibility is V.PUBLIC
    assert following.after.settings.visibility is V.MEMBERS


@given(st.sampled_from(V), st.sampled_from([V.PUBLIC, V.LISTED, V.HIDDEN]), st.sampled_from(J))
def test_whatever_is_lowered_is_possible_and_below_the_cap(
    cap: Visibility, visibility: Visibility, joining: Joining
) -> None:
    organisations = ("zaanstad",)
    root = subsite(V.PUBLIC, J.OPEN)
    for before in V:
        place = group(before, joining, root, organisations=organisations)
        settings = replace(root.settings, cap=cap, visibility=visibility)
        lowered = lower_to_cap(replace(place, subsite=root.with_settings(settings)))
        assert lowered.settings.visibility.openness <= min(before.openness, lowered.cap.openness)
        try:
            refuse_impossible(place)
        except Refusal:
            continue
        refuse_impossible(lowered)
        assert lower_to_cap(lowered) == lowered


@pytest.mark.parametrize("setting", [Setting.VISIBILITY, Setting.CAP])
def test_only_officials_raise_anything_to_public(setting: Setting) -> None:
    assert decided(subsite(V.LISTED), setting, V.PUBLIC)
    with pytest.raises(Refusal, match="government"):
        decided(subsite(V.LISTED), setting, V.PUBLIC, person=PARTNER)


def test_the_cap_is_the_owners_and_settings_are_the_admins() -> None:
    assert decided(subsite(), Setting.CITIZENS, Answer.YES, power=75)
    with pytest.raises(Refusal, match="you must be"):
        decided(subsite(), Setting.CITIZENS, Answer.YES, power=50)
    with pytest.raises(Refusal, match="you must be"):
        decided(subsite(), Setting.CAP, V.PUBLIC, power=75)


def test_a_group_has_no_cap() -> None:
    with pytest.raises(Refusal, match="Only a subsite has a cap"):
        decided(group(), Setting.CAP, V.MEMBERS)


def test_a_place_that_may_not_be_known_cannot_be_changed_by_trying() -> None:
    hidden = standing(subsite(V.HIDDEN), OFFICIAL)
    with pytest.raises(Refusal, match="I know no place"):
        changes.decide(hidden, hidden.place, Setting.TOPIC, ())


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (subsite(V.LISTED, J.INVITE), subsite(V.LISTED, J.OPEN), True),
        (subsite(V.LISTED, J.OPEN), subsite(V.LISTED, J.REQUEST), False),
        (subsite(), subsite(citizens=True), True),
        (subsite(V.LISTED), subsite(V.PUBLIC), True),
        (subsite(V.PUBLIC), subsite(V.LISTED), False),
    ],
)
def test_who_can_come_in_that_could_not(before: Place, after: Place, more: bool) -> None:
    assert Change(before, after).admits_more is more
