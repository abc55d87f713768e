"""The list of homeservers of a subsite, read as other homeservers read it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import servers
from plein_bot.domain.errors import Refusal
from plein_bot.domain.exclusions import exclusion, refuse_choosing, refuse_excluding
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.joining import entrance
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.people import Organisation, OrganisationKind, Person
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.roles import Roles
from tests.domain.examples import OFFICIAL, SANNE, group, standing, subsite

synapse_acl = pytest.importorskip("synapse.synapse_rust.acl")

OWN = "plein.example"
PURMEREND = Organisation(
    "purmerend", "gemeente Purmerend", OrganisationKind.GOVERNMENT, servers=("purmerend.example",)
)
WERKSAAM = Organisation(
    "werksaam", "WerkSaam", OrganisationKind.PARTNER, servers=("werksaam.example:8448",)
)
ZAANSTAD = Organisation("zaanstad", "gemeente Zaanstad", OrganisationKind.GOVERNMENT)
REGISTER = (PURMEREND, WERKSAAM, ZAANSTAD)

hosts = st.one_of(
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}){1,2}", fullmatch=True),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)
names = st.tuples(hosts, st.sampled_from(["", ":8448", ":443"])).map("".join)


def named(*slugs: str) -> Place:
    return subsite(Visibility.LISTED, Joining.REQUEST, servers=slugs)


def lets_in(content: dict[str, Any], server: str) -> bool:
    """As Synapse judges a request; it has taken the port off the name by then."""
    evaluator = synapse_acl.ServerAclEvaluator(
        content["allow_ip_literals"], content["allow"], content["deny"]
    )
    admitted: bool = evaluator.server_matches_acl_event(server)
    return admitted


def host(server: str) -> str:
    name, _, port = server.rpartition(":")
    return name if name and port.isdecimal() else server


@st.composite
def squares(draw: st.DrawFn) -> tuple[Place, tuple[Organisation, ...], str]:
    """A subsite with a list or without, a register, and what our own homeserver is called."""
    register = tuple(
        replace(ZAANSTAD, slug=slug, servers=tuple(draw(st.lists(names, max_size=3))))
        for slug in ("a", "b", "c")
    )
    listed = draw(st.none() | st.lists(st.sampled_from(["a", "b", "gone"]), unique=True).map(tuple))
    return subsite(servers=listed), register, draw(names)


@given(squares())
def test_our_own_homeserver_is_never_shut_out(
    square: tuple[Place, tuple[Organisation, ...], str],
) -> None:
    place, register, own = square
    admitted = servers.allowed(place, register, own)
    content = servers.acl(admitted, own)
    assert servers.admits(admitted, own, own)
    assert lets_in(content, host(own))
    # Synapse takes no list in which it does not find its own name, port and all.
    assert content["allow"] == ["*"] or own in content["allow"]
    assert content["allow"] != []
    assert content["deny"] == []


@given(squares(), names)
def test_who_is_on_the_list_is_let_in_and_nobody_else(
    square: tuple[Place, tuple[Organisation, ...], str], other: str
) -> None:
    place, register, own = square
    admitted = servers.allowed(place, register, own)
    content = servers.acl(admitted, own)
    if admitted is None:
        assert servers.admits(None, own, other)
        return
    for server in (other, *(s for one in register for s in one.servers)):
        assert servers.admits(admitted, own, server) == lets_in(content, host(server))
    assert not any("*" in name or "?" in name for name in content["allow"])


@given(squares())
def test_addresses_are_let_in_only_where_ours_is_one(
    square: tuple[Place, tuple[Organisation, ...], str],
) -> None:
    place, register, own = square
    content = servers.acl(servers.allowed(place, register, own), own)
    without = {"allow": ["*"], "deny": [], "allow_ip_literals": False}
    assert content["allow_ip_literals"] is not lets_in(without, host(own))


def test_a_list_is_that_of_the_organisations_with_ours() -> None:
    admitted = servers.allowed(named("purmerend", "werksaam", "zaanstad"), REGISTER, OWN)
    assert servers.acl(admitted, OWN) == {
        "allow": ["plein.example", "purmerend.example", "werksaam.example"],
        "deny": [],
        "allow_ip_literals": False,
    }
    assert servers.acl(servers.allowed(named(), REGISTER, OWN), OWN)["allow"] == [OWN]
    assert servers.acl(servers.allowed(subsite(), REGISTER, OWN), OWN)["allow"] == ["*"]
    shut = servers.acl(None, OWN, ("*.evil.example", "*", OWN))
    assert (shut["allow"], shut["deny"]) == (["*"], ["*.evil.example"])


def test_the_register_cannot_smuggle_in_a_pattern() -> None:
    everybody = replace(PURMEREND, servers=("*", "purmerend.exampl?"))
    assert servers.allowed(named("purmerend"), (everybody,), OWN) == (OWN,)


def test_a_group_goes_by_the_list_of_its_subsite() -> None:
    inside = group(inside=named("purmerend"))
    assert servers.allowed(inside, REGISTER, OWN) == (OWN, "purmerend.example")


WIM = Person(UserId("@wim:werksaam.example:8448"), "Wim Jansen", (WERKSAAM,))


def test_who_is_on_a_homeserver_that_is_left_out_is_refused_with_the_reason() -> None:
    place = named("purmerend")
    with pytest.raises(Refusal, match="its setting `servers`"):
        entrance(standing(place, WIM))
    with pytest.raises(Refusal, match="An admin can change that"):
        servers.refuse_guest(group(inside=place), WIM)
    servers.refuse_guest(named("werksaam"), WIM)
    servers.refuse_guest(subsite(), WIM)


def test_a_proven_address_does_not_bring_another_homeserver_in() -> None:
    anna = Person(UserId("@anna:elders.example"), "Anna", (PURMEREND,))
    assert not servers.may_come(named("purmerend"), anna)
    assert servers.may_come(named("purmerend"), replace(anna, at_home=True))


ROOM, STAFF = RoomId("!zaanstreek"), RoomId("!beheer")


def test_who_has_to_go_is_told_by_room_and_by_homeserver() -> None:
    there = {ROOM: (SANNE, WIM.id, UserId("@b:elders.example")), STAFF: (SANNE, WIM.id)}
    wanted = exclusion(named("purmerend"), REGISTER, OWN, there)
    assert wanted.rooms == {ROOM: (WIM.id, UserId("@b:elders.example")), STAFF: (WIM.id,)}
    assert wanted.by_server == {"elders.example": 1, "werksaam.example:8448": 1}
    assert exclusion(subsite(), REGISTER, OWN, there).rooms == {}


def test_nobody_shuts_out_themselves() -> None:
    place = named("purmerend")
    wanted = exclusion(place, REGISTER, OWN, {ROOM: (SANNE, WIM.id)})
    with pytest.raises(Refusal, match="could not take part yourself"):
        refuse_excluding(standing(place, WIM, power=100), wanted, Roles({SANNE: 100}), (SANNE,))


def test_a_subsite_keeps_an_owner() -> None:
    place = named("purmerend")
    wanted = exclusion(place, REGISTER, OWN, {ROOM: (SANNE, WIM.id)})
    admin = standing(place, OFFICIAL, power=75)
    with pytest.raises(Refusal, match="would have no owner"):
        refuse_excluding(admin, wanted, Roles({WIM.id: 100, SANNE: 75}), (SANNE, WIM.id))
    refuse_excluding(admin, wanted, Roles({WIM.id: 100, SANNE: 100}), (SANNE, WIM.id))


def test_homeservers_are_chosen_for_a_subsite_by_who_may_change_it() -> None:
    with pytest.raises(Refusal, match="whole subsite"):
        refuse_choosing(standing(group(Visibility.LISTED, Joining.OPEN), power=100))
    with pytest.raises(Refusal, match="you must be"):
        refuse_choosing(standing(subsite(), power=50))
    refuse_choosing(standing(subsite(), power=75))
    refuse_impossible(named("purmerend"))
