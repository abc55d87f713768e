"""Where roles stand, and who keeps one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import roles
from plein_bot.domain.ids import UserId
from plein_bot.domain.roles import Roles

SANNE, JOOST, WIM = (UserId(f"@{name}:plein.example") for name in ("sanne", "joost", "wim"))
people = st.sampled_from([SANNE, JOOST, WIM])
powers = st.dictionaries(people, st.sampled_from([50, 75, 100]))


def test_the_higher_of_two_roles_holds() -> None:
    both = Roles({SANNE: 50, JOOST: 100}, {SANNE: 75, WIM: 50})
    assert both.counting == {SANNE: 75, JOOST: 100, WIM: 50}
    assert both.owners() == {JOOST}


@given(powers)
def test_what_is_written_is_read_again(own: dict[UserId, int]) -> None:
    assert roles.stated(roles.to_content(own)) == own


@pytest.mark.parametrize("content", [None, {}, {"users": []}, {"users": None}])
def test_a_state_that_says_nothing_is_no_state(content: dict[str, Any] | None) -> None:
    assert roles.stated(content) is None


def test_a_power_between_two_roles_is_the_lower_one() -> None:
    content = {"users": {SANNE: 99, JOOST: "60", WIM: 49, "@x:y": -1, "@z:y": 9000}}
    assert roles.known(content) == {SANNE: 75, JOOST: 50, UserId("@z:y"): 100}


@given(powers, powers)
def test_of_an_older_room_only_what_its_subsite_does_not_explain_is_its_own(
    own: dict[UserId, int], above: dict[UserId, int]
) -> None:
    projected = Roles(own, above).counting
    read = roles.beyond(projected, above)
    assert Roles(read, above).counting == projected
    assert all(power > above.get(user, 0) for user, power in read.items())


def test_who_leaves_loses_their_role() -> None:
    assert roles.kept(Roles({SANNE: 100, JOOST: 50}), [SANNE]) == {SANNE: 100}
    assert roles.kept(Roles({JOOST: 100}, {SANNE: 100}), []) == {}


@given(powers, powers, st.sets(people))
def test_nobody_who_leaves_takes_the_last_owner_along(
    own: dict[UserId, int], above: dict[UserId, int], there: set[UserId]
) -> None:
    before = Roles(own, above)
    after = Roles(roles.kept(before, there), above)
    assert bool(after.owners()) == bool(before.owners())
    assert set(after.own) - there <= before.owners()
    assert roles.kept(after, there) == after.own
