"""Roles that are given in a client: judged as a command is, and nobody becomes owner unasked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import following, roles
from plein_bot.domain.events import Membership
from plein_bot.domain.following import Followed
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Roles
from plein_bot.domain.standing import Standing
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

SANNE, JOOST, FATIMA = OFFICIAL.id, PARTNER.id, CITIZEN.id
EVERYBODY = {SANNE: OFFICIAL, JOOST: PARTNER, FATIMA: CITIZEN}
J, L = Membership.JOIN, Membership.LEAVE


def followed(
    changed: dict[UserId, int],
    standing_roles: Roles,
    *,
    giver: UserId = SANNE,
    place: Place | None = None,
    away: frozenset[UserId] = frozenset(),
) -> Followed:
    where = place or subsite()
    known = {**EVERYBODY, RESERVE: Person(RESERVE), BOT: Person(BOT)}

    def stands(user: UserId) -> Standing:
        there = L if user in away or user in (RESERVE, BOT) else J
        power = 0 if there is L else standing_roles.counting.get(user, 0)
        return standing(where, known[user], there, there, power)

    there = standing_roles.owners() - away
    moved = {user: stands(user) for user in changed}
    return following.follow(stands(giver), changed, moved, standing_roles, there, PLEIN)


OWNED = Roles({SANNE: 100})


def test_the_difference_is_what_somebody_did() -> None:
    before = {"users": {SANNE: 100, JOOST: 50}, "users_default": 0}
    after = {"users": {SANNE: 100, FATIMA: 75, "@x:y": "text"}, "users_default": 50}
    assert following.changes(before, after) == {FATIMA: 75, JOOST: 0}
    assert following.changes(None, {"users": None}) == {}
    assert following.without_users(after) == {"users_default": 50}


@pytest.mark.parametrize(("power", "role"), [(50, 50), (60, 50), (75, 75), (99, 75), (1, 0)])
def test_an_owner_is_followed_to_the_role_that_it_reaches(power: int, role: int) -> None:
    found = followed({JOOST: power}, OWNED)
    assert found.own == roles.changed({SANNE: 100}, JOOST, role)
    assert not found.refused


@pytest.mark.parametrize("power", [100, 150, 9000])
def test_whoever_is_made_owner_is_asked_first(power: int) -> None:
    found = followed({JOOST: power}, OWNED)
    assert (found.own, found.offered) == ({SANNE: 100}, JOOST)
    assert [one.to for one in found.refused] == [JOOST]


def test_of_two_owners_at_once_one_is_asked() -> None:
    found = followed({FATIMA: 100, JOOST: 100}, OWNED)
    assert found.offered == FATIMA
    assert [one.to for one in found.refused] == [FATIMA, JOOST]


def test_the_last_owner_does_not_step_down() -> None:
    found = followed({SANNE: 0}, OWNED)
    assert found.own == {SANNE: 100}
    assert found.refused[0].why
    both = Roles({SANNE: 100, JOOST: 100})
    assert followed({SANNE: 0}, both).own == {JOOST: 100}
    assert followed({SANNE: 0}, both, away=frozenset({JOOST})).own == both.own


def test_only_who_takes_part_gets_a_role() -> None:
    found = followed({JOOST: 50}, OWNED, away=frozenset({JOOST}))
    assert found.own == {SANNE: 100}
    assert found.refused[0].why


@pytest.mark.parametrize("account", [BOT, RESERVE])
def test_plein_s_own_accounts_have_no_role(account: UserId) -> None:
    assert followed({account: 50}, OWNED).own == {SANNE: 100}


@pytest.mark.parametrize("giver", [RESERVE, JOOST, FATIMA])
def test_of_whoever_may_not_nothing_is_followed(giver: UserId) -> None:
    standing_roles = Roles({SANNE: 100, JOOST: 50})
    found = followed({SANNE: 0}, standing_roles, giver=giver)
    assert found.own == standing_roles.own
    assert [one.why for one in found.refused] == [None]


def test_in_a_group_what_the_subsite_gives_stays() -> None:
    inside = Roles({}, {SANNE: 100, JOOST: 75})
    found = followed({JOOST: 50, FATIMA: 50}, inside, place=group())
    assert found.own == {FATIMA: 50}
    assert [one.to for one in found.refused] == [JOOST]


users = st.sampled_from([SANNE, JOOST, FATIMA])
turns: st.SearchStrategy[tuple[str, UserId, dict[UserId, int]]] = st.one_of(
    st.tuples(st.just("saves"), users, st.dictionaries(users, st.integers(-1, 150))),
    st.tuples(st.sampled_from(["goes", "comes"]), users, st.just({})),
)


@given(st.lists(turns, max_size=12))
def test_whatever_people_do_in_their_clients_an_owner_remains(
    done: list[tuple[str, UserId, dict[UserId, int]]],
) -> None:
    own: dict[UserId, int] = {SANNE: 100}
    away: set[UserId] = set()
    for what, user, saved in done:
        if what == "goes":
            away.add(user)
        elif what == "comes":
            away.discard(user)
        else:
            changed = following.changes(roles.to_content(own), {"users": saved})
            found = followed(changed, Roles(own), giver=user, away=frozenset(away))
            own = dict(found.own)
            assert all(power in (50, 75, 100) for power in own.values())
            given_to: Any = {one.person.id: one.role for one in found.given}
            assert Role.OWNER not in given_to.values()
        own = roles.kept(Roles(own), EVERYBODY.keys() - away)
        assert Roles(own).owners() == {SANNE}
