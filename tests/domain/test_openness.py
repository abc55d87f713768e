"""The two tables of openness: what a room lets in, lets be read, and shows of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.openness import Gate, fitting_joining, openness_of, refuse_impossible
from plein_bot.domain.places import Joining, Place, Settings, Visibility
from tests.domain.examples import group, subsite

V, J = Visibility, Joining
OPEN_DOOR = subsite(V.PUBLIC, J.OPEN)
CITIZENS_WELCOME = subsite(V.LISTED, J.REQUEST, citizens=True)
OFFICIALS_ONLY = subsite(V.LISTED, J.REQUEST)
HIDDEN = subsite(V.HIDDEN)


@st.composite
def places(draw: st.DrawFn) -> Place:
    def settings(visibilities: list[Visibility], joinings: list[Joining]) -> Settings:
        return Settings(
            draw(st.sampled_from(visibilities)),
            draw(st.sampled_from(joinings)),
            citizens=draw(st.booleans()),
            encrypted=draw(st.booleans()),
            organisations=("zaanstad",),
            cap=draw(st.none() | st.sampled_from(V)),
        )

    root = subsite().with_settings(settings([V.PUBLIC, V.LISTED, V.HIDDEN], list(J)))
    return draw(
        st.sampled_from([root, group(inside=root).with_settings(settings(list(V), list(J)))])
    )


def is_possible(place: Place) -> bool:
    try:
        refuse_impossible(place)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(
    ("place", "history", "listed", "child"),
    [
        (group(V.PUBLIC, inside=OPEN_DOOR), "world_readable", True, True),
        (group(V.LISTED, inside=OPEN_DOOR), "shared", True, True),
        (group(V.MEMBERS), "shared", False, True),
        (group(V.HIDDEN), "shared", False, False),
        (subsite(V.PUBLIC), "shared", True, False),
        (subsite(V.LISTED), "shared", True, False),
        (subsite(V.HIDDEN), "shared", False, False),
    ],
)
def test_visibility_decides_what_a_room_shows(
    place: Place, history: str, listed: bool, child: bool
) -> None:
    openness = openness_of(place)
    assert (openness.history, openness.listed, openness.child) == (history, listed, child)


@pytest.mark.parametrize("visibility", [V.PUBLIC, V.LISTED])
@pytest.mark.parametrize(
    ("joining", "here", "root", "gate"),
    [
        (J.OPEN, True, OPEN_DOOR, Gate.PUBLIC),
        (J.OPEN, True, OFFICIALS_ONLY, Gate.PUBLIC),
        (J.OPEN, False, OFFICIALS_ONLY, Gate.KNOCK),
        (J.OPEN, False, CITIZENS_WELCOME, Gate.KNOCK),
        (J.MEMBERS, True, CITIZENS_WELCOME, Gate.KNOCK_RESTRICTED),
        (J.MEMBERS, True, OFFICIALS_ONLY, Gate.KNOCK_RESTRICTED),
        (J.MEMBERS, False, OFFICIALS_ONLY, Gate.KNOCK_RESTRICTED),
        (J.MEMBERS, False, CITIZENS_WELCOME, Gate.KNOCK),
        (J.REQUEST, True, OFFICIALS_ONLY, Gate.KNOCK),
        (J.REQUEST, False, OFFICIALS_ONLY, Gate.KNOCK),
        (J.ORGANISATION, True, OFFICIALS_ONLY, Gate.KNOCK),
        (J.ORGANISATION, False, CITIZENS_WELCOME, Gate.KNOCK),
    ],
)
def test_the_door_of_what_is_in_sight(
    visibility: Visibility, joining: Joining, here: bool, root: Place, gate: Gate
) -> None:
    place = group(visibility, joining, root, citizens=here, organisations=("zaanstad",))
    # In public everybody reads along, so citizens may always come in.
    citizens = here or visibility is V.PUBLIC
    if citizens and not here:
        gate = {J.OPEN: Gate.PUBLIC, J.MEMBERS: Gate.KNOCK_RESTRICTED}.get(joining, gate)
    assert openness_of(place).gate is gate


@pytest.mark.parametrize("joining", [J.OPEN, J.MEMBERS])
@pytest.mark.parametrize(
    ("here", "root", "gate"),
    [
        (False, OFFICIALS_ONLY, Gate.RESTRICTED),
        (True, OFFICIALS_ONLY, Gate.RESTRICTED),
        (True, CITIZENS_WELCOME, Gate.RESTRICTED),
        (False, CITIZENS_WELCOME, Gate.INVITE),
        (False, OPEN_DOOR, Gate.INVITE),
        (False, HIDDEN, Gate.RESTRICTED),
    ],
)
def test_members_walk_in_only_where_all_of_them_may_be(
    joining: Joining, here: bool, root: Place, gate: Gate
) -> None:
    assert openness_of(group(V.MEMBERS, joining, root, citizens=here)).gate is gate


@pytest.mark.parametrize(
    "place",
    [
        group(V.MEMBERS, J.REQUEST),
        group(V.MEMBERS, J.ORGANISATION, organisations=("zaanstad",)),
        group(V.MEMBERS, J.INVITE),
        group(V.HIDDEN, J.INVITE),
        subsite(V.HIDDEN, J.INVITE),
        subsite(V.PUBLIC, J.INVITE),
    ],
)
def test_where_nobody_walks_in_nobody_may_knock_either(place: Place) -> None:
    assert openness_of(place).gate is Gate.INVITE


@pytest.mark.parametrize(
    ("place", "gate"),
    [
        (subsite(V.PUBLIC, J.OPEN), Gate.PUBLIC),
        (subsite(V.LISTED, J.OPEN, citizens=True), Gate.PUBLIC),
        (subsite(V.LISTED, J.OPEN), Gate.KNOCK),
        (subsite(V.LISTED, J.REQUEST), Gate.KNOCK),
    ],
)
def test_the_door_of_a_subsite(place: Place, gate: Gate) -> None:
    assert openness_of(place).gate is gate


@given(places())
def test_what_walks_in_by_the_space_names_it(place: Place) -> None:
    openness = openness_of(place)
    rules = openness.join_rules(place)
    if openness.gate in (Gate.RESTRICTED, Gate.KNOCK_RESTRICTED):
        allowed = [{"type": "m.room_membership", "room_id": "!zaanstreek"}]
        assert rules == {"join_rule": openness.gate.value, "allow": allowed}
    else:
        assert rules == {"join_rule": openness.gate.value}


@given(places().filter(is_possible))
def test_no_door_lets_in_a_citizen_where_citizens_may_not_be(place: Place) -> None:
    gate = openness_of(place).gate
    if not place.citizens_allowed:
        assert gate is not Gate.PUBLIC
        if place.root.citizens_allowed:
            assert gate not in (Gate.RESTRICTED, Gate.KNOCK_RESTRICTED)


@given(places().filter(is_possible))
def test_a_room_that_may_not_be_known_does_not_answer_strangers(place: Place) -> None:
    openness = openness_of(place)
    if place.settings.visibility in (V.MEMBERS, V.HIDDEN):
        # A room that can be knocked at shows its name and topic to anybody without an account.
        assert openness.gate in (Gate.RESTRICTED, Gate.INVITE)
        assert openness.history == "shared"
        assert not openness.listed
    if place.settings.visibility is V.HIDDEN:
        assert openness.gate is Gate.INVITE
        assert not openness.child


@given(places().filter(is_possible))
def test_nothing_possible_stands_above_the_cap_or_in_sight_of_a_hidden_subsite(
    place: Place,
) -> None:
    if place.is_subsite:
        return
    assert place.settings.visibility.openness <= place.cap.openness
    if place.root.settings.visibility is V.HIDDEN:
        assert not openness_of(place).listed


@pytest.mark.parametrize(
    ("place", "reason", "way_out"),
    [
        (subsite(V.MEMBERS), "visibility “members”", "Choose public, listed or hidden"),
        (subsite(V.LISTED, J.MEMBERS), "for groups", "open, request, organisation or invite"),
        (subsite(V.HIDDEN, J.REQUEST), "invitation only", "Choose joining “invite”"),
        (group(V.HIDDEN, J.OPEN), "invitation only", "Choose joining “invite”"),
        (group(V.LISTED, J.INVITE), "everybody can find", "Choose joining “request”"),
        (group(V.LISTED, J.OPEN, encrypted=True), "encrypted", "Choose members or hidden"),
        (
            group(V.PUBLIC, J.OPEN, OPEN_DOOR, encrypted=True),
            "encrypted",
            "Choose members or hidden",
        ),
        (group(V.LISTED, J.OPEN, HIDDEN), "is hidden", "Choose members or hidden"),
        (group(V.PUBLIC, J.OPEN), "nothing may be more open", "raise the cap"),
        (group(V.MEMBERS, J.ORGANISATION), "Name the organisations", "organisation zaanstad"),
        (subsite(V.LISTED, J.ORGANISATION), "Name the organisations", "organisation zaanstad"),
    ],
)
def test_a_mix_that_does_not_exist_is_refused_with_what_would_do(
    place: Place, reason: str, way_out: str
) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_impossible(place)
    sentence = str(refused.value.sentence)
    assert reason in sentence
    assert way_out in sentence


@pytest.mark.parametrize("visibility", [V.MEMBERS, V.HIDDEN])
def test_a_hidden_subsite_has_groups_of_its_own(visibility: Visibility) -> None:
    refuse_impossible(group(visibility, inside=HIDDEN))


@given(st.sampled_from(V), st.sampled_from([j for j in J if j is not J.ORGANISATION]))
def test_every_visibility_has_a_way_of_joining_that_goes_with_it(
    visibility: Visibility, joining: Joining
) -> None:
    fitting = fitting_joining(visibility, joining)
    place = group(visibility, fitting, OPEN_DOOR)
    refuse_impossible(place)
    if is_possible(group(visibility, joining, OPEN_DOOR)):
        assert fitting is joining
