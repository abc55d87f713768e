"""Which way in somebody has."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.joining import Entrance, entrance, first_group, has_way_in
from plein_bot.domain.people import Person
from plein_bot.domain.places import PUBLIC_GROUP_SETTINGS, Joining, Place, Visibility
from plein_bot.domain.standing import NoSuchPlace
from tests.domain.examples import CITIZEN, OFFICIAL, PARTNER, group, standing, subsite

V, J, M = Visibility, Joining, Membership
PUBLIC = subsite(V.PUBLIC, J.OPEN)


@pytest.mark.parametrize(
    ("place", "person", "in_subsite", "way"),
    [
        (subsite(V.LISTED, J.OPEN), OFFICIAL, M.LEAVE, Entrance.WALK_IN),
        (subsite(V.LISTED, J.OPEN), PARTNER, M.LEAVE, Entrance.WALK_IN),
        (subsite(V.PUBLIC, J.OPEN), CITIZEN, M.LEAVE, Entrance.WALK_IN),
        (subsite(V.LISTED, J.OPEN, citizens=True), CITIZEN, M.LEAVE, Entrance.WALK_IN),
        (subsite(V.LISTED, J.REQUEST), OFFICIAL, M.LEAVE, Entrance.ASK),
        (subsite(V.LISTED, J.REQUEST, citizens=True), CITIZEN, M.LEAVE, Entrance.ASK),
        (group(V.LISTED, J.MEMBERS), OFFICIAL, M.JOIN, Entrance.WALK_IN),
        (group(V.LISTED, J.MEMBERS), OFFICIAL, M.LEAVE, Entrance.ASK),
        (group(V.MEMBERS, J.OPEN), OFFICIAL, M.JOIN, Entrance.WALK_IN),
        (group(V.MEMBERS, J.REQUEST), OFFICIAL, M.JOIN, Entrance.ASK),
        (
            subsite(V.LISTED, J.ORGANISATION, organisations=("zaanstad",)),
            OFFICIAL,
            M.LEAVE,
            Entrance.WALK_IN,
        ),
        (
            subsite(V.LISTED, J.ORGANISATION, organisations=("zaanstad",)),
            PARTNER,
            M.LEAVE,
            Entrance.ASK,
        ),
    ],
)
def test_the_door_opens_as_the_setting_says(
    place: Place, person: Person, in_subsite: Membership, way: Entrance
) -> None:
    assert entrance(standing(place, person, in_subsite=in_subsite)) is way


@pytest.mark.parametrize("joining", [J.OPEN, J.REQUEST])
def test_citizens_are_refused_with_the_setting_named(joining: Joining) -> None:
    with pytest.raises(Refusal) as refused:
        entrance(standing(subsite(V.LISTED, joining), CITIZEN))
    assert "`citizens` is “no”" in str(refused.value.sentence)


@pytest.mark.parametrize(
    ("membership", "way"), [(M.JOIN, Entrance.INSIDE), (M.INVITE, Entrance.INVITED)]
)
def test_asking_twice_is_no_error(membership: Membership, way: Entrance) -> None:
    for place in (group(V.HIDDEN), subsite(V.LISTED, J.REQUEST)):
        assert entrance(standing(place, OFFICIAL, membership)) is way


def test_by_invitation_means_by_invitation() -> None:
    with pytest.raises(Refusal, match="invitation only"):
        entrance(standing(subsite(V.PUBLIC, J.INVITE)))


@pytest.mark.parametrize("where", ["membership", "in_subsite"])
def test_whoever_was_shut_out_stays_out(where: str) -> None:
    shut_out = replace(standing(group(V.PUBLIC, J.OPEN, PUBLIC)), **{where: M.BAN})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="shut you out"):
        entrance(shut_out)


def test_nobody_comes_into_what_is_closed() -> None:
    with pytest.raises(Refusal, match="is archived"):
        entrance(standing(replace(subsite(V.LISTED, J.OPEN), archived=True)))


@given(st.sampled_from([M.LEAVE, M.KNOCK]), st.sampled_from([OFFICIAL, PARTNER, CITIZEN]))
def test_a_place_that_may_not_be_known_is_not_there(membership: Membership, person: Person) -> None:
    for place in (subsite(V.HIDDEN), group(V.HIDDEN), group(V.MEMBERS)):
        here = standing(place, person, membership)
        assert not here.may_see
        assert not has_way_in(here)
        with pytest.raises(NoSuchPlace):
            entrance(here)


def test_whoever_comes_into_a_subsite_gets_the_group_for_them() -> None:
    members = replace(group(V.MEMBERS), slug="leden")
    public = replace(group(), slug="publiek", settings=PUBLIC_GROUP_SETTINGS)
    assert first_group((public, members), OFFICIAL) is members
    assert first_group((members, public), CITIZEN) is public
    assert first_group((members,), CITIZEN) is None
    assert first_group((replace(members, archived=True),), OFFICIAL) is None
