"""Archiving is silence, and reopening brings back what was."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.archives import LEVELS, TYPE, closing, opening, refuse_reopening
from plein_bot.domain.effects import Effect, Publish, PutState
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Inviting, Joining, Place, Posting, Visibility
from plein_bot.domain.plans import State, plan_place
from plein_bot.domain.power import BOT_ONLY
from plein_bot.domain.roles import Roles
from tests.domain.examples import OFFICIAL, PLEIN, SANNE, group, standing, subsite

ROLES = Roles({SANNE: 100})
SPACE = subsite().room

places = st.builds(
    lambda kind, visibility, posting, invite: kind(
        visibility,
        Joining.INVITE if visibility is Visibility.HIDDEN else Joining.REQUEST,
        posting=posting,
        invite=invite,
    ),
    st.sampled_from([group, subsite]),
    st.sampled_from([Visibility.HIDDEN, Visibility.LISTED, Visibility.PUBLIC]),
    st.sampled_from(Posting),
    st.sampled_from(Inviting),
)


def state_of(place: Place, roles: Roles = ROLES) -> dict[tuple[str, str], Any]:
    return dict(plan_place(place, roles, PLEIN, ()).state)


def after(effects: tuple[Effect, ...], state: State) -> dict[tuple[str, str], Any]:
    changed = dict(state)
    for effect in effects:
        if isinstance(effect, PutState):
            changed[effect.type, effect.state_key] = dict(effect.content)
    return changed


@given(places)
def test_reopening_brings_back_exactly_what_was(place: Place) -> None:
    before = state_of(place)

    closed = after(closing(place, ROLES, before), before)
    archived = replace(place, archived=True)
    opened = after(opening(archived, ROLES, closed), closed)

    assert {key: c for key, c in closed.items() if key != (TYPE, "")} == state_of(archived)
    assert opened.pop((TYPE, "")) == {}
    assert opened == before


@given(places)
def test_everything_is_above_everybody(place: Place) -> None:
    before = state_of(place)
    levels = after(closing(place, ROLES, before), before)[LEVELS, ""]

    assert levels["users"] == {SANNE: 100}
    assert set(levels["events"].values()) == {BOT_ONLY}
    verbs = ("invite", "kick", "ban", "redact", "events_default", "state_default", "historical")
    assert {levels[verb] for verb in verbs} == {BOT_ONLY}
    assert levels["notifications"] == {"room": BOT_ONLY}


@given(places, st.integers(0, 5), st.integers(0, 5))
def test_stopped_anywhere_it_can_be_taken_up(place: Place, closed: int, opened: int) -> None:
    before = state_of(place)
    state = after(closing(place, ROLES, before)[:closed], before)
    half = replace(place, archived=state[marker(state), ""].get("archived") is True)
    state = after(closing(half, ROLES, state), state)
    archived = replace(place, archived=True)
    state = after(opening(archived, ROLES, state)[:opened], state)
    half = replace(place, archived=state[marker(state), ""].get("archived") is True)

    state = after(opening(half, ROLES, state), state)

    assert state.pop((TYPE, ""), {}) == {}
    assert state == before


def marker(state: State) -> str:
    return next(kind for kind, _ in state if kind in ("nl.plein.subsite", "nl.plein.group"))


@given(places)
def test_what_is_archived_needs_nothing_more(place: Place) -> None:
    before = state_of(place)
    closed = after(closing(place, ROLES, before), before)

    assert closing(replace(place, archived=True), ROLES, closed) == ()


def test_who_has_left_meanwhile_has_no_role_when_it_is_reopened() -> None:
    place = group()
    before = state_of(place)
    closed = after(closing(place, ROLES, before), before)

    opened = after(opening(replace(place, archived=True), Roles({}), closed), closed)

    assert opened[LEVELS, ""]["users"] == {}


def test_only_what_is_in_sight_goes_out_of_the_directory_and_back() -> None:
    for place, listed in ((group(Visibility.LISTED, Joining.REQUEST), True), (group(), False)):
        before = state_of(place)
        closing_it = closing(place, ROLES, before)
        closed = after(closing_it, before)
        opening_it = opening(replace(place, archived=True), ROLES, closed)

        assert (Publish(place.room, listed=False) in closing_it) is listed
        assert (Publish(place.room, listed=True) in opening_it) is listed


def test_nobody_joins_what_is_archived() -> None:
    for place in (subsite(Visibility.PUBLIC, Joining.OPEN), group()):
        assert openness_of(replace(place, archived=True)).gate == "invite"


def test_a_group_is_not_reopened_in_an_archived_subsite() -> None:
    around = replace(subsite(), archived=True)
    place = replace(group(inside=around), archived=True)
    mine = standing(place, OFFICIAL, Membership.JOIN, Membership.JOIN, 100)
    with pytest.raises(Refusal, match="subsite reopen"):
        refuse_reopening(mine, subsite=False)
