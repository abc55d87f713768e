"""Plans: what the room of a place should be, how it is made, and what would make it so again.

`room_body` makes a room that is right from its first instant: one createRoom with everything in
it. `reconcile` compares a plan with what stands and returns the effects that are missing; of a room
that is right it returns none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from plein_bot.domain import mutes, servers, spaces
from plein_bot.domain import roles as role_rules
from plein_bot.domain.deployment import Plein
from plein_bot.domain.effects import DropAlias, Effect, PutAlias, PutState
from plein_bot.domain.ids import RoomAlias, RoomId, UserId
from plein_bot.domain.openness import Gate, openness_of
from plein_bot.domain.organisations import Register
from plein_bot.domain.places import STAFF_ROOM, Inviting, Joining, Kind, Place, Settings, Visibility
from plein_bot.domain.power import power_levels
from plein_bot.domain.roles import Roles
from plein_bot.domain.settings import marker_of, to_content
from plein_bot.domain.spaces import Spaces

LOCK = "#plein_"
"""How the alias begins that locks the making of a room. It is never dropped."""

POLICY_LIST = "banlijst"
"""In the address of the policy list of a subsite. It is a word of a command, so no group has it."""

POLICY_LIST_TYPE = "support.feline.policy.lists.msc.v1"
"""The type of room by which other bots know a policy list."""

StateKey = tuple[str, str]
State = Mapping[StateKey, Mapping[str, Any]]

ROOM_VERSION = "12"
"""In this version the creator is above every power level, so nobody can lock the bot out."""

_STAFF_SETTINGS = Settings(Visibility.HIDDEN, Joining.INVITE, invite=Inviting.STAFF)


@dataclass(frozen=True, slots=True)
class Plan:
    """A room as it should be. `state` is what Plein keeps; what staff may change is not in it.

    `roles` are in `state` too; a room that has none of its own lists those of its subsite only.
    `replaces` is the room where the place was before.
    """

    kind: Kind
    subsite: RoomId | None
    name: str
    topic: str
    state: dict[StateKey, dict[str, Any]]
    listed: bool
    child: bool
    alias: RoomAlias | None
    roles: Roles
    replaces: RoomId | None = None


def plan_place(place: Place, roles: Roles, plein: Plein, register: Register) -> Plan:
    openness = openness_of(place)
    state = _kept_state(place.settings, levels_of(place, roles), place.subsite, plein)
    state |= _admitted_servers(place, plein, register)
    state["m.room.join_rules", ""] = openness.join_rules(place)
    state["m.room.history_visibility", ""] = {"history_visibility": openness.history}
    state[marker_of(place), ""] = to_content(place)
    state[role_rules.TYPE, ""] = role_rules.to_content(roles.own)
    if roles.muted:
        state[mutes.TYPE, ""] = mutes.to_content(roles.muted)
    return Plan(
        kind=Kind.SUBSITE if place.is_subsite else Kind.GROUP,
        subsite=place.subsite.room if place.subsite else None,
        name=place.name,
        topic=place.topic,
        state=state,
        listed=openness.listed and not place.archived,
        child=openness.child,
        alias=readable_alias(place, plein.server) if openness.listed else None,
        roles=roles,
    )


def plan_staff_room(
    subsite: Place, roles: Roles, plein: Plein, register: Register, name: str
) -> Plan:
    """The room of moderators and up: hidden, by invitation, in no list and in no space.

    `roles` are those of the subsite: nobody has one in the staff room alone.
    """
    roles = Roles({}, roles.counting)
    state = _kept_state(_STAFF_SETTINGS, staff_levels(roles), subsite, plein)
    state["m.room.join_rules", ""] = {"join_rule": "invite"}
    state["m.room.history_visibility", ""] = {"history_visibility": "shared"}
    state["nl.plein.staff", ""] = {"slug": STAFF_ROOM, "subsite": subsite.room}
    state |= _admitted_servers(subsite, plein, register)
    return Plan(
        kind=Kind.STAFF,
        subsite=subsite.room,
        name=name,
        topic="",
        state=state,
        listed=False,
        child=False,
        alias=None,
        roles=roles,
    )


def plan_inner_space(subsite: Place, number: int, plein: Plein, register: Register) -> Plan:
    """A space for more groups than one holds. `number` counts the spaces of a subsite.

    Nobody has a role in it and only Plein changes it. It is seen where its subsite is seen; who is
    in the subsite walks in, and others need not: groups are joined by themselves.
    """
    in_sight = openness_of(subsite).listed and not subsite.archived
    gate = Gate.KNOCK_RESTRICTED if in_sight else Gate.RESTRICTED
    state = _kept_state(_STAFF_SETTINGS, staff_levels(Roles({}), archived=True), subsite, plein)
    state["m.room.join_rules", ""] = {
        "join_rule": gate.value,
        "allow": [{"type": "m.room_membership", "room_id": subsite.room}],
    }
    state["m.room.history_visibility", ""] = {"history_visibility": "shared"}
    state["nl.plein.inner", ""] = {"subsite": subsite.room, "number": number}
    state |= _admitted_servers(subsite, plein, register)
    return Plan(
        kind=Kind.INNER,
        subsite=subsite.room,
        name=f"{subsite.name} · {number}",
        topic="",
        state=state,
        listed=False,
        child=True,
        alias=None,
        roles=Roles({}),
    )


def plan_policy_list(subsite: Place, plein: Plein, register: Register, name: str) -> Plan:
    """The policy list that a subsite publishes: whoever sees the subsite may read along.

    Only Plein writes there, so nobody can say there what Plein was not asked to say.
    """
    in_sight = openness_of(subsite).listed and not subsite.archived
    gate = Gate.PUBLIC if in_sight else Gate.INVITE
    state = _kept_state(_STAFF_SETTINGS, staff_levels(Roles({}), archived=True), subsite, plein)
    state["m.room.join_rules", ""] = {"join_rule": gate.value}
    state["m.room.history_visibility", ""] = {"history_visibility": "shared"}
    state["nl.plein.list", ""] = {"subsite": subsite.room}
    state |= _admitted_servers(subsite, plein, register)
    address = RoomAlias(f"#{subsite.slug}.{POLICY_LIST}:{plein.server}")
    return Plan(
        kind=Kind.POLICY,
        subsite=subsite.room,
        name=name,
        topic="",
        state=state,
        listed=False,
        child=False,
        alias=address if in_sight else None,
        roles=Roles({}),
    )


def levels_of(place: Place, roles: Roles) -> dict[str, Any]:
    return power_levels(
        place.settings, roles.levels, archived=place.archived, is_space=place.is_subsite
    )


def staff_levels(roles: Roles, *, archived: bool = False) -> dict[str, Any]:
    """Those of the staff room, from the roles of its subsite."""
    return power_levels(_STAFF_SETTINGS, roles.counting, archived=archived)


def _admitted_servers(
    place: Place, plein: Plein, register: Register
) -> dict[StateKey, dict[str, Any]]:
    """Nothing where all may take part: only a list that stands has to be opened (`reconcile`)."""
    admitted = servers.allowed(place, register, plein.server)
    denied = place.root.settings.denied
    if admitted is None and not denied:
        return {}
    return {(servers.TYPE, ""): servers.acl(admitted, plein.server, denied)}


def _kept_state(
    settings: Settings, levels: dict[str, Any], subsite: Place | None, plein: Plein
) -> dict[StateKey, dict[str, Any]]:
    state: dict[StateKey, dict[str, Any]] = {
        ("m.room.guest_access", ""): {"guest_access": "forbidden"},
        ("m.room.power_levels", ""): levels,
    }
    if settings.encrypted:
        state["m.room.encryption", ""] = {"algorithm": "m.megolm.v1.aes-sha2"}
    if subsite:
        parent = {"via": [plein.server], "canonical": True}
        state["m.space.parent", subsite.room] = parent
    return state


def readable_alias(place: Place, server: str) -> RoomAlias:
    """`#zaanstreek:server`, `#zaanstreek.jeugdzorg:server`."""
    return RoomAlias(f"#{place.path.replace('/', '.')}:{server}")


def room_body(plan: Plan, plein: Plein, invite: tuple[UserId, ...] = ()) -> dict[str, Any]:
    """The body of createRoom for a plan.

    The preset is `public_chat` whatever the plan says, because a homeserver that encrypts rooms by
    default does so for the private ones; everything that makes it open is overridden in the call.
    """
    creation: dict[str, Any] = {"nl.plein.kind": plan.kind.value}
    if plan.kind in (Kind.SUBSITE, Kind.INNER):
        creation["type"] = "m.space"
    if plan.kind is Kind.POLICY:
        creation["type"] = POLICY_LIST_TYPE
    if plan.subsite:
        creation["nl.plein.subsite"] = plan.subsite
    if plan.replaces:
        creation["nl.plein.replaces"] = plan.replaces
        creation["predecessor"] = {"room_id": plan.replaces}
    if plein.reserve:
        creation["additional_creators"] = [plein.reserve]
    body: dict[str, Any] = {
        "preset": "public_chat",
        "room_version": ROOM_VERSION,
        "visibility": "public" if plan.listed else "private",
        "name": plan.name,
        "creation_content": creation,
        "power_level_content_override": plan.state["m.room.power_levels", ""],
        "initial_state": [
            {"type": kind, "state_key": key, "content": content}
            for (kind, key), content in plan.state.items()
            if kind != "m.room.power_levels"
        ]
        # Else the alias that locks the making would become the one that people see.
        + [{"type": "m.room.canonical_alias", "state_key": "", "content": {}}],
        "invite": list(invite),
    }
    if plan.topic:
        body["topic"] = plan.topic
    return body


def with_roles_that_stand(plan: Plan, actual: State) -> Plan:
    """The plan of a room that was made before, whose roles may have changed since."""
    own = role_rules.stated(actual.get((role_rules.TYPE, "")))
    if own is None or (role_rules.TYPE, "") not in plan.state:
        return plan
    roles = replace(plan.roles, own=own)
    levels = plan.state["m.room.power_levels", ""]
    state: dict[StateKey, dict[str, Any]] = {
        **plan.state,
        ("m.room.power_levels", ""): {**levels, "users": dict(sorted(roles.levels.items()))},
        (role_rules.TYPE, ""): role_rules.to_content(own),
    }
    return replace(plan, roles=roles, state=state)


def reconcile(
    plan: Plan, room: RoomId, actual: State, above: Spaces, server: str
) -> tuple[Effect, ...]:
    """What is missing in `room`, most urgent first: what closes a room goes before what opens it.

    `above` are the spaces under which it may hang, none for a subsite itself. The directory is no
    state and is not looked at here.
    """
    effects: list[Effect] = [
        PutState(room, kind, content, key)
        for (kind, key), content in plan.state.items()
        if actual.get((kind, key)) != content
    ]
    if (servers.TYPE, "") not in plan.state:
        effects += list_of_servers(None, room, actual.get((servers.TYPE, "")), server)
    effects += _name_the_nameless(plan, room, actual)
    effects += _reconcile_alias(plan, room, actual)
    if above:
        effects += spaces.hang(room, above, server, shown=plan.child)
    return tuple(effects)


def list_of_servers(
    admitted: tuple[str, ...] | None,
    room: RoomId,
    standing: Mapping[str, Any] | None,
    own: str,
    denied: tuple[str, ...] = (),
) -> list[Effect]:
    """What brings the list of homeservers of a room up to date.

    Where all may take part a list that stands is opened: an empty one would let in nobody.
    """
    wanted = servers.acl(admitted, own, denied)
    if standing == wanted or (standing is None and admitted is None and not denied):
        return []
    return [PutState(room, servers.TYPE, wanted)]


def _name_the_nameless(plan: Plan, room: RoomId, actual: State) -> list[Effect]:
    """Staff change name and topic as they like; only a room whose making broke off has none."""
    effects: list[Effect] = []
    if ("m.room.name", "") not in actual:
        effects.append(PutState(room, "m.room.name", {"name": plan.name}))
    if plan.topic and ("m.room.topic", "") not in actual:
        effects.append(PutState(room, "m.room.topic", {"topic": plan.topic}))
    return effects


def _reconcile_alias(plan: Plan, room: RoomId, actual: State) -> list[Effect]:
    content = {"alias": plan.alias} if plan.alias else {}
    shown = actual.get(("m.room.canonical_alias", ""), {})
    if shown == content:
        return []
    standing = shown.get("alias")
    effects: list[Effect] = []
    if plan.alias:
        effects.append(PutAlias(plan.alias, room))
    # Before the state that names it: by that state it is known that it must go.
    if standing and standing != plan.alias and not standing.startswith(LOCK):
        effects.append(DropAlias(RoomAlias(standing)))
    effects.append(PutState(room, "m.room.canonical_alias", content))
    return effects
