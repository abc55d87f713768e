"""Who may give which role to whom."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import giving
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.giving import Giving
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Roles, changed
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

SANNE, JOOST = OFFICIAL.id, PARTNER.id
J = Membership.JOIN


def gives(
    role: Role,
    *,
    giver: Role = Role.OWNER,
    to: Role = Role.MEMBER,
    roles: Roles | None = None,
    place: Place | None = None,
    membership: Membership = J,
    there: tuple[UserId, ...] = (SANNE,),
) -> Giving:
    """Sanne gives Joost a role."""
    place = place or subsite()
    roles = roles or Roles(changed({SANNE: giver.power}, JOOST, to.power))
    mine = standing(place, OFFICIAL, J, J, giver.power)
    theirs = standing(place, PARTNER, membership, membership, to.power)
    return giving.decide(mine, theirs, role, roles, there)


def lowers_own(own: Role, role: Role, others: dict[UserId, int], there: set[UserId]) -> Giving:
    roles = Roles({SANNE: own.power, **others})
    mine = standing(subsite(), OFFICIAL, J, J, own.power)
    return giving.decide(mine, mine, role, roles, there)


LOW = (Role.MODERATOR, Role.MEMBER)
ALLOWED: dict[Role, set[tuple[Role, Role]]] = {
    Role.OWNER: set(product(Role, Role)),
    Role.ADMIN: {(a, b) for a in LOW for b in LOW},
    Role.MODERATOR: set(),
    Role.MEMBER: set(),
}


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("to", Role)
@pytest.mark.parametrize("role", Role)
def test_owners_give_any_role_and_admins_up_to_moderator(giver: Role, to: Role, role: Role) -> None:
    # Somebody else owns it too, so that an owner who gives way is not the last.
    roles = Roles({SANNE: giver.power, JOOST: to.power, CITIZEN.id: 100})
    there = (SANNE, JOOST, CITIZEN.id)
    if (to, role) in ALLOWED[giver]:
        given = gives(role, giver=giver, to=to, roles=roles, there=there)
        assert (given.role, given.before) == (role, to)
        assert given.offered is (role is Role.OWNER and to is not Role.OWNER)
    else:
        with pytest.raises(Refusal):
            gives(role, giver=giver, to=to, roles=roles, there=there)


@pytest.mark.parametrize(
    ("own", "role"), [(o, r) for o, r in product(Role, Role) if r.power < o.power]
)
def test_anybody_lowers_their_own_role(own: Role, role: Role) -> None:
    given = lowers_own(own, role, {JOOST: 100}, {JOOST})
    assert given.own == changed({JOOST: 100}, SANNE, role.power)


@pytest.mark.parametrize(
    ("own", "role"), [(o, r) for o, r in product(Role, Role) if r.power > o.power]
)
def test_nobody_raises_themselves(own: Role, role: Role) -> None:
    with pytest.raises(Refusal):
        lowers_own(own, role, {JOOST: 100}, {JOOST})


@pytest.mark.parametrize("there", [{SANNE}, {SANNE, PARTNER.id}])
def test_the_last_owner_who_takes_part_stays_one(there: set[UserId]) -> None:
    with pytest.raises(Refusal, match=r"You are the last owner.*`role {path} <who> owner`"):
        lowers_own(Role.OWNER, Role.ADMIN, {JOOST: 75}, there)
    with pytest.raises(Refusal, match="last owner"):
        lowers_own(Role.OWNER, Role.ADMIN, {CITIZEN.id: 100}, there)


@pytest.mark.parametrize("membership", Membership)
def test_only_who_takes_part_or_is_invited_has_a_role(membership: Membership) -> None:
    if membership in (Membership.JOIN, Membership.INVITE):
        assert gives(Role.MODERATOR, membership=membership).own[JOOST] == 50
    else:
        with pytest.raises(Refusal, match="does not take part"):
            gives(Role.MODERATOR, membership=membership)


def test_what_the_subsite_gives_is_not_given_again() -> None:
    place, roles = group(), Roles({JOOST: 75}, {SANNE: 100, JOOST: 50})
    given = gives(Role.MODERATOR, to=Role.ADMIN, place=place, roles=roles)
    assert given.own == {}


def test_a_group_does_not_lower_what_the_subsite_gives() -> None:
    roles = Roles({}, {SANNE: 100, JOOST: 50})
    with pytest.raises(Refusal, match=r"counts in all its groups.*`role {slug}"):
        gives(Role.MEMBER, to=Role.MODERATOR, place=group(), roles=roles)


def test_an_owner_of_the_group_may_go_where_the_subsite_has_one() -> None:
    roles = Roles({JOOST: 100}, {SANNE: 100})
    assert gives(Role.MEMBER, to=Role.OWNER, place=group(), roles=roles).own == {}


@pytest.mark.parametrize("account", [BOT, RESERVE])
def test_plein_s_own_accounts_have_no_role(account: UserId) -> None:
    with pytest.raises(Refusal, match="account of Plein itself"):
        giving.refuse_account(PLEIN, account)
    giving.refuse_account(PLEIN, SANNE)


users = st.sampled_from([SANNE, JOOST, CITIZEN.id])
powers = st.dictionaries(users, st.sampled_from([50, 75, 100]))


@given(powers, powers, st.lists(st.tuples(users, users, st.sampled_from(Role)), max_size=12))
def test_whatever_is_given_in_turn_an_owner_who_takes_part_remains(
    own: dict[UserId, int], above: dict[UserId, int], turns: list[tuple[UserId, UserId, Role]]
) -> None:
    everybody = {SANNE: OFFICIAL, JOOST: PARTNER, CITIZEN.id: CITIZEN}
    roles = Roles({**own, SANNE: 100}, above)
    place = group()

    def stands(user: UserId) -> Standing:
        return standing(place, everybody[user], J, J, roles.counting.get(user, 0))

    for giver, to, role in turns:
        try:
            given = giving.decide(stands(giver), stands(to), role, roles, everybody)
        except Refusal:
            continue
        roles = Roles(given.own, above)
        assert roles.owners()
        assert roles.counting.get(to, 0) == role.power
