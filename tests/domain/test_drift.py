"""Whatever others make of a room, once it is put right there is nothing left to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import drift
from plein_bot.domain.changes import decide, lower_to_cap
from plein_bot.domain.effects import DropAlias, Effect, PutAlias, PutState
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomAlias, RoomId, UserId
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.plans import Plan, plan_place, plan_staff_room, reconcile
from plein_bot.domain.roles import Roles
from plein_bot.domain.settings import Setting, changed
from tests.domain.examples import BOT, OFFICIAL, PLEIN, RESERVE, SANNE, group, standing, subsite

V, J = Visibility, Joining
SPACE, ROOM = RoomId("!zaanstreek"), RoomId("!jeugdzorg")
JOOST = UserId("@joost:plein.example")

Key = tuple[str, str]


@dataclass
class Room:
    """What stands in a room, who wrote it, and what the bot wrote there last."""

    state: dict[Key, dict[str, Any]] = field(default_factory=dict)
    writers: dict[Key, UserId] = field(default_factory=dict)
    said: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def put(self, sender: UserId, key: Key, content: dict[str, Any]) -> None:
        self.state[key], self.writers[key] = content, sender
        if sender == BOT:
            self.said[key] = content

    @property
    def others(self) -> dict[Key, dict[str, Any]]:
        return {key: self.state[key] for key, who in self.writers.items() if who != BOT}


@dataclass
class World:
    """A room of Plein's, its space, and a room that is not Plein's."""

    room: Room = field(default_factory=Room)
    space: Room = field(default_factory=Room)
    aliases: set[RoomAlias] = field(default_factory=set)

    def missing(self, plan: Plan) -> tuple[Effect, ...]:
        above = {SPACE: self.space.state} if plan.subsite else {}
        return (
            *drift.strays(plan, ROOM, self.room.others, self.room.said),
            *reconcile(plan, ROOM, self.room.state, above, PLEIN.server),
        )

    def carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case PutState(room, kind, content, key):
                    # Unmanaged rooms, and other places, are never touched.
                    assert room in (ROOM, SPACE)
                    target = self.room if room == ROOM else self.space
                    target.put(BOT, (kind, key), dict(content))
                case PutAlias(alias, room):
                    assert room == ROOM
                    self.aliases.add(alias)
                case DropAlias(alias):
                    self.aliases.discard(alias)
                case _:
                    raise AssertionError(effect)


kinds = st.sampled_from(
    [
        "m.room.join_rules",
        "m.room.history_visibility",
        "m.room.guest_access",
        "m.room.server_acl",
        "m.room.encryption",
        "m.room.canonical_alias",
        "m.room.power_levels",
        "m.space.child",
        "m.space.parent",
        "nl.plein.group",
        "nl.plein.roles",
        "nl.plein.note",
        "nl.plein.whatever",
        "m.room.name",
        "m.room.topic",
        "im.vector.modular.widgets",
    ]
)
contents = st.sampled_from(
    [
        {},
        {"join_rule": "public"},
        {"alias": "#anders:plein.example"},
        {"via": ["elders.example"]},
        {"allow": ["plein.example"]},
        {"slug": "jeugdzorg"},
        {"users": {JOOST: 100}},
        {"name": "Anders"},
    ]
)
writers = st.sampled_from([RESERVE, SANNE, BOT])
writings = st.lists(
    st.tuples(writers, kinds, st.sampled_from(["", SPACE, "!elders"]), contents), max_size=12
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    visibility, joining = draw(
        st.sampled_from(
            [(V.PUBLIC, J.OPEN), (V.LISTED, J.REQUEST), (V.MEMBERS, J.OPEN), (V.HIDDEN, J.INVITE)]
        )
    )
    root = subsite(V.PUBLIC, J.REQUEST, citizens=draw(st.booleans()))
    roles = Roles(
        draw(st.dictionaries(st.sampled_from([SANNE, JOOST]), st.sampled_from([50, 100]))),
        {SANNE: 100},
    )
    if draw(st.booleans()):
        return plan_staff_room(root, roles, PLEIN, (), "Beheer")
    encrypted = visibility in (V.MEMBERS, V.HIDDEN) and draw(st.booleans())
    place = group(visibility, joining, root, encrypted=encrypted)
    return plan_place(replace(place, archived=draw(st.booleans())), roles, PLEIN, ())


@given(plans(), writings)
def test_after_whatever_others_wrote_a_second_run_finds_nothing(
    plan: Plan, written: list[tuple[UserId, str, str, dict[str, Any]]]
) -> None:
    world = World()
    world.carry_out(world.missing(plan))
    assert world.missing(plan) == ()
    followed: dict[Key, dict[str, Any]] = {}
    for who, kind, key, content in written:
        world.room.put(who, (kind, key), content)
        if kind in ("m.room.name", "m.room.topic", "im.vector.modular.widgets"):
            followed[kind, key] = content

    world.carry_out(world.missing(plan))

    assert world.missing(plan) == ()
    for where, content in plan.state.items():
        assert world.room.state[where] == content
        assert not where[0].startswith("nl.plein.") or world.room.writers[where] == BOT
    for where, content in followed.items():
        assert world.room.state[where] == content
    for (kind, name), content in world.room.others.items():
        if kind.startswith("nl.plein.") or kind in ("m.space.child", "m.space.parent"):
            assert content == plan.state.get((kind, name), world.room.said.get((kind, name), {}))


@given(plans(), writings)
def test_what_the_bot_said_beside_the_plan_stands_again(
    plan: Plan, written: list[tuple[UserId, str, str, dict[str, Any]]]
) -> None:
    world = World()
    world.carry_out(world.missing(plan))
    note = {"of": "$event", "slug": "verslag"}
    world.room.put(BOT, ("nl.plein.note", "$event"), note)
    for who, _, _, content in written:
        if who != BOT:
            world.room.put(who, ("nl.plein.note", "$event"), content)

    world.carry_out(world.missing(plan))

    assert world.room.state["nl.plein.note", "$event"] == note


def test_a_room_that_goes_on_elsewhere_is_not_made_whole_by_state() -> None:
    stone = {("m.room.tombstone", ""): {"replacement_room": "!nieuw"}}
    plan = plan_place(group(), Roles({SANNE: 100}), PLEIN, ())
    assert drift.strays(plan, ROOM, stone, {}) == ()
    assert not drift.is_kept("m.room.tombstone")


@pytest.mark.parametrize("kind", ["m.room.name", "m.room.member", "m.call.member", "x.y.z"])
def test_what_is_not_pleins_is_nobody_elses_either(kind: str) -> None:
    assert not drift.is_kept(kind)
    assert not drift.was_put_back(kind, {"a": 1}, None)


settings = st.one_of(
    st.tuples(st.just(Setting.VISIBILITY), st.sampled_from(V)),
    st.tuples(st.just(Setting.CAP), st.sampled_from(V)),
    st.tuples(st.just(Setting.JOINING), st.sampled_from(J)),
)


@given(st.lists(st.tuples(st.integers(0, 2), settings), max_size=15))
def test_no_sequence_of_settings_ends_above_the_cap(
    turns: list[tuple[int, tuple[Setting, Any]]],
) -> None:
    root = subsite(V.PUBLIC, J.REQUEST, organisations=("zaanstad",))
    inside = [
        replace(group(inside=root, organisations=("zaanstad",)), room=RoomId(f"!{n}"), slug=f"g{n}")
        for n in range(2)
    ]
    places: dict[RoomId, Place] = {place.room: place for place in (root, *inside)}
    for number, (setting, value) in turns:
        before = list(places.values())[number]
        groups = tuple(place for place in places.values() if place.subsite)
        here = standing(before, OFFICIAL, Membership.JOIN, Membership.JOIN, 100)
        try:
            changes = decide(here, changed(before, setting, value), setting, groups)
        except Refusal:
            continue
        for one in changes:
            places[one.after.room] = one.after
        top = places[root.room]
        places = {
            room: place if place.is_subsite else replace(place, subsite=top)
            for room, place in places.items()
        }
        for place in places.values():
            refuse_impossible(place)
            if not place.is_subsite:
                assert place.settings.visibility.openness <= place.cap.openness
                assert lower_to_cap(place) == place
