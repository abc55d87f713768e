"""Under which space a group hangs, when a subsite has more of them than one space shows."""

from dataclasses import replace
from typing import Any

import pytest

from plein_bot.domain.effects import Effect, PutState
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Joining, Visibility
from plein_bot.domain.plans import plan_inner_space, reconcile, room_body
from plein_bot.domain.spaces import CHILD, MOST_GROUPS, hang, with_room
from tests.domain.examples import PLEIN, subsite

SPACE, INNER, THIRD = RoomId("!zaanstreek"), RoomId("!zaanstreek-2"), RoomId("!zaanstreek-3")
ROOM = RoomId("!jeugdzorg")
VIA = {"via": ["plein.example"]}
Space = dict[tuple[str, str], dict[str, Any]]


def space(groups: int, *more: RoomId) -> Space:
    children = [RoomId(f"!group-{number}") for number in range(groups)]
    return {(CHILD, child): VIA for child in (*children, *more)}


def shown(room: RoomId, spaces: dict[RoomId, Space], *, is_shown: bool = True) -> list[Effect]:
    return hang(room, spaces, "plein.example", shown=is_shown)


def test_the_first_45_groups_hang_under_the_subsite_itself() -> None:
    assert MOST_GROUPS == 45
    assert with_room({SPACE: space(44)}) == SPACE
    assert with_room({SPACE: space(45)}) is None


def test_what_was_taken_out_again_takes_no_room() -> None:
    gone: Space = {(CHILD, "!gone"): {}, (CHILD, "!also"): {"order": "1"}}
    assert with_room({SPACE: {**space(44), **gone}}) == SPACE


def test_inner_spaces_take_no_room_from_groups() -> None:
    assert with_room({SPACE: space(44, INNER, THIRD), INNER: {}, THIRD: {}}) == SPACE


def test_the_next_groups_hang_under_the_first_inner_space_that_has_room() -> None:
    spaces = {SPACE: space(45, INNER, THIRD), INNER: space(45), THIRD: space(3)}
    assert shown(ROOM, spaces) == [PutState(THIRD, CHILD, VIA, ROOM)]


def test_a_group_stays_where_it_hangs() -> None:
    spaces = {SPACE: space(3, INNER), INNER: space(45, ROOM)}
    assert shown(ROOM, spaces) == []


def test_a_group_never_hangs_twice() -> None:
    spaces = {SPACE: space(3, INNER, ROOM), INNER: space(3, ROOM)}
    assert shown(ROOM, spaces) == [PutState(INNER, CHILD, {}, ROOM)]


def test_what_is_hidden_hangs_nowhere() -> None:
    spaces = {SPACE: space(3, INNER), INNER: space(3, ROOM)}
    assert shown(ROOM, spaces, is_shown=False) == [PutState(INNER, CHILD, {}, ROOM)]
    assert shown(ROOM, {SPACE: {}}, is_shown=False) == []


def test_where_all_is_full_one_too_many_is_found_all_the_same() -> None:
    spaces = {SPACE: space(45, INNER), INNER: space(45)}
    assert shown(ROOM, spaces) == [PutState(INNER, CHILD, VIA, ROOM)]


@pytest.mark.parametrize(
    ("visibility", "gate"),
    [
        (Visibility.PUBLIC, "knock_restricted"),
        (Visibility.LISTED, "knock_restricted"),
        (Visibility.HIDDEN, "restricted"),
    ],
)
def test_an_inner_space_is_seen_where_its_subsite_is_and_lets_in_its_members_only(
    visibility: Visibility, gate: str
) -> None:
    place = subsite(visibility, Joining.INVITE)
    rules = plan_inner_space(place, 2, PLEIN, ()).state["m.room.join_rules", ""]
    assert rules == {
        "join_rule": gate,
        "allow": [{"type": "m.room_membership", "room_id": place.room}],
    }
    closed = plan_inner_space(replace(place, archived=True), 2, PLEIN, ())
    assert closed.state["m.room.join_rules", ""]["join_rule"] == "restricted"


def test_an_inner_space_is_a_space_that_only_plein_changes() -> None:
    plan = plan_inner_space(subsite(), 2, PLEIN, ())
    body = room_body(plan, PLEIN)
    assert body["creation_content"]["type"] == "m.space"
    assert body["name"] == "Zaanstreek · 2"
    levels = body["power_level_content_override"]
    assert levels["users"] == {}
    needed = {levels[verb] for verb in ("invite", "kick", "ban", "redact", "state_default")}
    assert needed == {150}
    assert levels["events"]["m.room.name"] == 150


def test_an_inner_space_hangs_under_its_subsite_also_where_that_is_full() -> None:
    plan = plan_inner_space(subsite(), 2, PLEIN, ())
    effects = reconcile(plan, INNER, {}, {SPACE: space(45)}, PLEIN.server)
    assert PutState(SPACE, CHILD, {"via": [PLEIN.server]}, INNER) in effects
