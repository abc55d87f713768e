"""Who may change what in a room, and what anybody's power is in any room."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import GROUP_DEFAULTS, Inviting, Posting, Settings
from plein_bot.domain.power import creators, highest, power_levels, power_of, roles_in
from tests.domain.examples import BOT, RESERVE, SANNE

JOOST = UserId("@joost:plein.example")
VERSIONS = [str(number) for number in range(1, 13)]


def settings(**chosen: Any) -> Settings:
    return Settings(GROUP_DEFAULTS.visibility, GROUP_DEFAULTS.joining, **chosen)


def needed(levels: dict[str, Any], kind: str, *, state: bool = True) -> int:
    """The power that an event of this type needs (specification, `m.room.power_levels`)."""
    otherwise = levels["state_default"] if state else levels["events_default"]
    power: int = levels["events"].get(kind, otherwise)
    return power


@pytest.mark.parametrize(
    ("kind", "power"),
    [
        ("m.room.join_rules", 150),
        ("m.room.history_visibility", 150),
        ("m.room.guest_access", 150),
        ("m.room.server_acl", 150),
        ("m.room.tombstone", 150),
        ("m.room.encryption", 150),
        ("m.room.canonical_alias", 150),
        ("m.space.child", 150),
        ("m.space.parent", 150),
        ("nl.plein.subsite", 150),
        ("nl.plein.group", 150),
        ("nl.plein.staff", 150),
        ("nl.plein.organisation", 150),
        ("nl.plein.note", 150),
        ("m.room.power_levels", 100),
        ("m.something.new", 100),
        ("m.room.name", 50),
        ("m.room.topic", 50),
        ("m.room.avatar", 50),
        ("m.room.pinned_events", 50),
        ("m.call.member", 0),
        ("org.matrix.msc3401.call.member", 0),
    ],
)
def test_what_state_needs(kind: str, power: int) -> None:
    assert needed(power_levels(settings(), {}), kind) == power


@pytest.mark.parametrize("kind", ["nl.plein.note", "nl.plein.post"])
def test_nobody_but_the_bot_says_what_plein_says(kind: str) -> None:
    assert needed(power_levels(settings(), {}), kind, state=False) == 150


@pytest.mark.parametrize(
    ("posting", "message"),
    [(Posting.EVERYONE, 0), (Posting.AUTHORS, 0), (Posting.STAFF, 50)],
)
def test_where_staff_post_everybody_still_reacts_and_votes(posting: Posting, message: int) -> None:
    levels = power_levels(settings(posting=posting), {})
    for kind in ("m.room.message", "m.poll.start", "org.matrix.msc3381.poll.start"):
        assert needed(levels, kind, state=False) == message
    for kind in ("m.reaction", "m.poll.response", "org.matrix.msc3381.poll.response"):
        assert needed(levels, kind, state=False) == 0


@pytest.mark.parametrize(("who", "power"), [(Inviting.MEMBERS, 0), (Inviting.STAFF, 50)])
def test_who_invites(who: Inviting, power: int) -> None:
    assert power_levels(settings(invite=who), {})["invite"] == power


def test_moderators_moderate() -> None:
    levels = power_levels(settings(), {})
    assert [levels[what] for what in ("kick", "ban", "redact")] == [50, 50, 50]
    assert levels["users_default"] == 0


def test_in_a_space_members_say_nothing() -> None:
    assert power_levels(settings(), {}, is_space=True)["events_default"] == 50


def test_only_staff_are_listed_and_creators_never() -> None:
    levels = power_levels(settings(), {SANNE: 100, JOOST: 0})
    assert levels["users"] == {SANNE: 100}


def test_what_is_archived_is_silent() -> None:
    levels = power_levels(settings(), {SANNE: 100}, archived=True)
    for kind in ("m.room.message", "m.reaction", "m.poll.response"):
        assert needed(levels, kind, state=False) == 150
    for kind in ("m.room.name", "m.room.power_levels", "m.call.member", "m.something.new"):
        assert needed(levels, kind) == 150
    assert levels["invite"] == 150


@pytest.mark.parametrize("version", VERSIONS)
def test_the_power_of_a_creator_by_room_version(version: str) -> None:
    create = {"room_version": version, "additional_creators": [RESERVE]}
    levels = {"users": {SANNE: 50}}
    without_limit = math.inf if version == "12" else 0
    assert power_of(BOT, create, BOT, levels) == without_limit
    assert power_of(RESERVE, create, BOT, levels) == without_limit
    assert power_of(SANNE, create, BOT, levels) == 50
    assert power_of(JOOST, create, BOT, levels) == 0


@pytest.mark.parametrize("version", VERSIONS[:11])
def test_without_power_levels_the_creator_has_100(version: str) -> None:
    create = {"room_version": version}
    assert power_of(BOT, create, BOT, None) == 100
    assert power_of(SANNE, create, BOT, None) == 0


def test_a_create_event_without_a_version_is_of_the_first() -> None:
    assert creators({"additional_creators": [RESERVE]}, BOT) == frozenset()


@pytest.mark.parametrize(
    ("value", "power"), [("50", 50), (" 75 ", 75), (50.0, 50), ("much", 0), (None, 7), ([], 0)]
)
def test_levels_may_be_anything_in_old_rooms(value: object, power: int) -> None:
    levels = {"users": {SANNE: value}, "users_default": "7"}
    assert power_of(SANNE, {"room_version": "6"}, BOT, levels) == power


@pytest.mark.parametrize("garbage", [None, 3, "x", {"users": []}, {"users": {SANNE: {}}}])
def test_garbage_gives_nobody_a_role(garbage: Any) -> None:
    levels = garbage if isinstance(garbage, dict) else {"users": garbage}
    assert roles_in(levels) == {}
    assert power_of(SANNE, {"room_version": "11"}, BOT, levels) == 0


def test_additional_creators_may_be_garbage() -> None:
    for more in ("@a:b", [1, None], {"@a:b": 1}):
        assert creators({"room_version": "12", "additional_creators": more}, BOT) == {BOT}


def test_the_higher_of_two_roles_holds() -> None:
    assert highest({SANNE: 50, JOOST: 75}, {SANNE: 100}) == {SANNE: 100, JOOST: 75}


@given(st.integers(-10, 200))
def test_a_power_between_two_roles_is_the_lower_one(power: int) -> None:
    role = Role.of_power(power)
    assert power >= role.power or role is Role.MEMBER
    assert all(other.power > power for other in Role if other.power > role.power)
