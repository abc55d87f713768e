"""The room of a place: how it is made, what it should be, and what makes it so again."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.effects import DropAlias, Effect, PutAlias, PutState
from plein_bot.domain.ids import RoomAlias, RoomId, UserId
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.places import Inviting, Joining, Place, Posting, Settings, Visibility
from plein_bot.domain.plans import (
    Plan,
    State,
    plan_place,
    plan_staff_room,
    reconcile,
    room_body,
    with_roles_that_stand,
)
from plein_bot.domain.roles import Roles
from tests.domain.examples import BOT, PLEIN, RESERVE, SANNE, group, subsite

V, J = Visibility, Joining
SPACE = RoomId("!zaanstreek")
ROOM = RoomId("!jeugdzorg")
JOOST = UserId("@joost:plein.example")
STAFF = Roles({SANNE: 100})

possible = st.sampled_from(
    [
        (V.PUBLIC, J.OPEN),
        (V.PUBLIC, J.INVITE),
        (V.LISTED, J.REQUEST),
        (V.LISTED, J.MEMBERS),
        (V.MEMBERS, J.OPEN),
        (V.MEMBERS, J.INVITE),
        (V.HIDDEN, J.INVITE),
    ]
)


@st.composite
def groups(draw: st.DrawFn) -> Place:
    visibility, joining = draw(possible)
    settings = Settings(
        visibility,
        joining,
        posting=draw(st.sampled_from(Posting)),
        citizens=draw(st.booleans()),
        invite=draw(st.sampled_from(Inviting)),
        encrypted=visibility in (V.MEMBERS, V.HIDDEN) and draw(st.booleans()),
    )
    place = group(inside=subsite(V.PUBLIC, J.REQUEST, citizens=draw(st.booleans())))
    place = replace(place, archived=draw(st.booleans()))
    place = place.with_settings(settings)
    refuse_impossible(place)
    return place


def plan(place: Place) -> Plan:
    return plan_place(place, STAFF, PLEIN, ())


def carried_out(effects: tuple[Effect, ...], room: RoomId, state: State, space: State) -> None:
    """What the homeserver makes of effects, in the states that are given."""
    for effect in effects:
        match effect:
            case PutState(where, kind, content, key):
                assert where in (room, SPACE)
                target: Any = state if where == room else space
                target[kind, key] = content
            case PutAlias() | DropAlias():
                pass
            case _:
                raise AssertionError(effect)


@given(groups())
def test_whatever_a_room_is_it_can_be_made_right_and_then_nothing_is_left(place: Place) -> None:
    wanted = plan(place)
    for state in ({}, {("m.room.join_rules", ""): {"join_rule": "public"}}):
        room: dict[Any, Any] = dict(state)
        space: dict[Any, Any] = {}
        carried_out(reconcile(wanted, ROOM, room, {SPACE: space}, PLEIN.server), ROOM, room, space)
        assert reconcile(wanted, ROOM, room, {SPACE: space}, PLEIN.server) == ()


@given(groups(), groups())
def test_a_room_goes_from_any_setting_to_any_other_at_one_try(before: Place, after: Place) -> None:
    room: dict[Any, Any] = {}
    space: dict[Any, Any] = {}
    for place in (before, after):
        carried_out(
            reconcile(plan(place), ROOM, room, {SPACE: space}, PLEIN.server), ROOM, room, space
        )
    assert reconcile(plan(after), ROOM, room, {SPACE: space}, PLEIN.server) == ()
    child = space.get(("m.space.child", ROOM), {})
    assert bool(child.get("via")) == (after.settings.visibility is not V.HIDDEN)
    alias = room.get(("m.room.canonical_alias", ""), {}).get("alias")
    shown = after.settings.visibility in (V.PUBLIC, V.LISTED)
    assert alias == ("#zaanstreek.jeugdzorg:plein.example" if shown else None)


def test_a_room_is_made_with_everything_at_once() -> None:
    body = room_body(plan(group()), PLEIN, (SANNE,))
    state = {(one["type"], one["state_key"]): one["content"] for one in body["initial_state"]}
    assert body["creation_content"] == {
        "nl.plein.kind": "group",
        "nl.plein.subsite": SPACE,
        "additional_creators": [RESERVE],
    }
    assert body["visibility"] == "private"
    assert body["room_version"] == "12"
    assert body["invite"] == [SANNE]
    assert body["power_level_content_override"]["users"] == {SANNE: 100}
    assert state["m.room.join_rules", ""] == {
        "join_rule": "restricted",
        "allow": [{"type": "m.room_membership", "room_id": SPACE}],
    }
    assert state["m.room.history_visibility", ""] == {"history_visibility": "shared"}
    assert state["m.room.guest_access", ""] == {"guest_access": "forbidden"}
    assert state["m.space.parent", SPACE] == {"via": ["plein.example"], "canonical": True}
    assert state["nl.plein.group", ""]["slug"] == "jeugdzorg"
    assert state["m.room.canonical_alias", ""] == {}


@given(groups())
def test_creators_are_never_in_the_power_levels(place: Place) -> None:
    listed = plan(place).state["m.room.power_levels", ""]["users"]
    assert not {BOT, RESERVE} & set(listed)


def test_a_subsite_is_a_space() -> None:
    body = room_body(plan(subsite()), PLEIN)
    assert body["creation_content"]["type"] == "m.space"
    assert body["visibility"] == "public"


def test_a_room_that_is_encrypted_says_so_from_its_first_instant() -> None:
    state = plan(group(V.HIDDEN, encrypted=True)).state
    assert state["m.room.encryption", ""] == {"algorithm": "m.megolm.v1.aes-sha2"}
    assert ("m.room.encryption", "") not in plan(group(V.HIDDEN)).state


def test_the_staff_room_is_in_no_list_and_no_space() -> None:
    staff = plan_staff_room(subsite(V.PUBLIC, J.OPEN), STAFF, PLEIN, (), "Zaanstreek · Beheer")
    assert (staff.listed, staff.child, staff.alias) == (False, False, None)
    assert staff.state["m.room.join_rules", ""] == {"join_rule": "invite"}
    assert staff.state["m.room.history_visibility", ""] == {"history_visibility": "shared"}


def test_what_closes_goes_before_what_opens() -> None:
    shown, hidden = group(V.LISTED, J.REQUEST), group(V.HIDDEN)
    room: dict[Any, Any] = {}
    space: dict[Any, Any] = {}
    carried_out(reconcile(plan(shown), ROOM, room, {SPACE: space}, PLEIN.server), ROOM, room, space)

    closing = reconcile(plan(hidden), ROOM, room, {SPACE: space}, PLEIN.server)
    assert closing[0] == PutState(ROOM, "m.room.join_rules", {"join_rule": "invite"})
    assert DropAlias(RoomAlias("#zaanstreek.jeugdzorg:plein.example")) in closing
    assert closing[-1] == PutState(SPACE, "m.space.child", {}, ROOM)

    opening = reconcile(plan(shown), ROOM, {}, {SPACE: {}}, PLEIN.server)
    kinds = [effect.type for effect in opening if isinstance(effect, PutState)]
    assert kinds.index("m.room.join_rules") < kinds.index("m.space.child")


def test_the_alias_that_locks_the_making_is_not_dropped() -> None:
    lock = {"alias": "#plein_0123:plein.example"}
    wanted = plan(group())
    room: dict[Any, Any] = {("m.room.canonical_alias", ""): lock}
    effects = reconcile(wanted, ROOM, room, {SPACE: {}}, PLEIN.server)
    assert not any(isinstance(effect, DropAlias) for effect in effects)
    assert PutState(ROOM, "m.room.canonical_alias", {}) in effects


def test_names_and_topics_are_the_staffs() -> None:
    room: dict[Any, Any] = {
        ("m.room.name", ""): {"name": "Anders"},
        ("m.room.topic", ""): {"topic": "Anders"},
    }
    wanted = plan(replace(group(), topic="Over jeugdzorg"))
    touched = {
        e.type for e in reconcile(wanted, ROOM, room, {SPACE: {}}, "x") if isinstance(e, PutState)
    }
    assert not touched & {"m.room.name", "m.room.topic"}
    bare = {
        e.type for e in reconcile(wanted, ROOM, {}, {SPACE: {}}, "x") if isinstance(e, PutState)
    }
    assert {"m.room.name", "m.room.topic"} <= bare


def test_roles_that_were_given_since_a_room_was_made_stand() -> None:
    actual: State = {("nl.plein.roles", ""): {"users": {JOOST: 75}}}
    wanted = plan_place(group(), Roles({SANNE: 100}, {SANNE: 50}), PLEIN, ())
    state = with_roles_that_stand(wanted, actual).state
    assert state["nl.plein.roles", ""] == {"users": {JOOST: 75}}
    assert state["m.room.power_levels", ""]["users"] == {JOOST: 75, SANNE: 50}


@pytest.mark.parametrize("said", [{}, {"users": None}])
def test_a_room_that_says_nothing_of_roles_gets_those_of_its_plan(said: dict[str, Any]) -> None:
    wanted = plan(group())
    assert with_roles_that_stand(wanted, {("nl.plein.roles", ""): said}) == wanted


def test_nobody_has_a_role_in_the_staff_room_alone() -> None:
    staff = plan_staff_room(subsite(), Roles({SANNE: 100}), PLEIN, (), "Beheer")
    assert staff.state["m.room.power_levels", ""]["users"] == {SANNE: 100}
    assert ("nl.plein.roles", "") not in staff.state


def test_what_is_archived_is_in_no_directory() -> None:
    place = replace(group(V.LISTED, J.REQUEST), archived=True)
    assert not plan(place).listed
