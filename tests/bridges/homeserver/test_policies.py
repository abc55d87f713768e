"""Do the rules of both sides hold, and only those?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridges.homeserver.crossing import policies
from bridges.homeserver.crossing.kinds import Kind, Rule, Said
from bridges.homeserver.crossing.policies import (
    Class,
    Direction,
    Kinds,
    People,
    Policy,
    file_may_cross,
    joined,
    may_cross,
)

NAMES = ["image/png", "image/*", "application/pdf", "text/plain"]
RULES = st.builds(
    Policy,
    files=st.booleans(),
    largest=st.integers(0, 100),
    types=st.frozensets(st.sampled_from(NAMES)),
    kinds=st.sampled_from(Kinds),
    direction=st.sampled_from(Direction),
    people=st.sampled_from(People),
    backfill=st.integers(0, 100),
    topics=st.booleans(),
    pins=st.booleans(),
    typing=st.booleans(),
    receipts=st.booleans(),
)
SAID = st.builds(
    Said,
    kind=st.sampled_from(Kind),
    type=st.just("m.room.message"),
    room=st.just("!room"),
    event=st.just("$event"),
    sender=st.just("@alice:a.test"),
    at=st.just(0),
    content=st.just({}),
    post=st.booleans(),
)
CLASSES = st.sampled_from(Class)


def said(kind: Kind, *, post: bool = False) -> Said:
    return Said(kind, "m.room.message", "!room", "$event", "@alice:a.test", 0, {}, post=post)


@given(RULES, RULES, SAID, CLASSES, st.booleans())
def test_what_either_side_refuses_does_not_cross(
    ours: Policy, theirs: Policy, one: Said, by: Class, outward: bool
) -> None:
    together = may_cross(one, by, outward, joined(ours, theirs))

    apart = (may_cross(one, by, outward, ours), may_cross(one, by, not outward, theirs))
    assert (together is None) is (apart == (None, None))
    assert together in apart


@given(RULES, RULES, st.sampled_from([*NAMES, "image/gif", None]), st.integers(0, 200))
def test_a_file_that_either_side_refuses_does_not_cross(
    ours: Policy, theirs: Policy, mime: str | None, size: int
) -> None:
    together = file_may_cross(mime, size, joined(ours, theirs))

    apart = (file_may_cross(mime, size, ours), file_may_cross(mime, size, theirs))
    assert (together is None) is (apart == (None, None))


@given(RULES, RULES)
def test_both_sides_come_to_the_same(ours: Policy, theirs: Policy) -> None:
    here, there = joined(ours, theirs), joined(theirs, ours)

    assert policies.goes(here, True) is policies.goes(there, False)
    assert policies.goes(here, False) is policies.goes(there, True)
    assert {**here.document(), "direction": ""} == {**there.document(), "direction": ""}


@given(RULES)
def test_rules_are_read_as_they_were_written(rules: Policy) -> None:
    assert policies.policy(rules.document()) == rules


@pytest.mark.parametrize(
    "document",
    [{"files": "yes"}, {"largest": -1}, {"people": "friends"}, {"colour": "red"}, {"pins": 1}],
)
def test_what_are_no_rules_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        policies.policy(document)


def test_what_somebody_takes_back_goes_wherever_it_went() -> None:
    closed = Policy(direction=Direction.NONE, people=People.OFFICIAL, kinds=Kinds.POSTS)

    assert may_cross(said(Kind.REDACTION), Class.CITIZEN, True, closed) is None


def test_only_posts() -> None:
    rules = Policy(kinds=Kinds.POSTS)

    assert may_cross(said(Kind.POST, post=True), Class.CITIZEN, True, rules) is None
    assert may_cross(said(Kind.EDIT, post=True), Class.CITIZEN, True, rules) is None
    assert may_cross(said(Kind.EDIT), Class.CITIZEN, True, rules) is Rule.KINDS
    assert may_cross(said(Kind.MESSAGE), Class.CITIZEN, True, rules) is Rule.KINDS


def test_a_room_keeps_its_own_topic_unless_both_want_otherwise() -> None:
    assert may_cross(said(Kind.TOPIC), Class.OFFICIAL, True, Policy()) is Rule.TOPICS
    assert may_cross(said(Kind.TOPIC), Class.CITIZEN, True, Policy(topics=True)) is None
    # Nor is it changed, and nothing pinned, by whose words would not cross.
    strict = Policy(topics=True, people=People.OFFICIAL)
    assert may_cross(said(Kind.TOPIC), Class.CITIZEN, True, strict) is Rule.PEOPLE
    assert may_cross(said(Kind.PINS), Class.PARTNER, True, strict) is Rule.PEOPLE
