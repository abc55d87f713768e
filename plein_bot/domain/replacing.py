"""How a place goes on in a new room: what the old one hands over, and how it is closed.

Matrix can change neither a room's version nor what was once readable in it. So the old room is
shut, a new one is made by the same plan, and `m.room.tombstone` comes last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from plein_bot.domain import policy_lists
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.deployment import Plein
from plein_bot.domain.effects import Ban, Effect, Invite, Publish, PutState, Remove
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan, State
from plein_bot.domain.standing import Standing

REPLACED_BY = "replaced_by"
"""In `nl.plein.subsite` and `nl.plein.group` of the old room: the room where the place goes on."""

_CHILD = "m.space.child"
_PARENT = "m.space.parent"
_AVATAR = "m.room.avatar"
_INVITE_ONLY = {"join_rule": "invite"}

Content = Mapping[str, Any]
Members = Mapping[UserId, Membership]


def refuse_replacing(standing: Standing, plein: Plein) -> None:
    """Owners, and the operators of a Plein for whatever they may know of."""
    if standing.person.id not in plein.operators or not standing.may_see:
        standing.require(Role.OWNER)
    refuse_archived(standing.place)


def successor(plan: Plan, old: RoomId, state: State) -> Plan:
    """The plan of the new room: as the place is, with what its staff and its groups put there.

    A subsite goes on following the same policy lists.
    """
    taken_over = {
        key: dict(content)
        for key, content in state.items()
        if content
        and (
            key == (_AVATAR, "")
            or key[0] == policy_lists.TYPE
            or (key[0] == _CHILD and content.get("via"))
        )
    }
    return replace(plan, replaces=old, state={**plan.state, **taken_over})


def shutting(room: RoomId, state: State) -> tuple[Effect, ...]:
    """What makes the old room closed at once: nobody new finds it, comes in, or reads along."""
    effects: list[Effect] = [
        Publish(room, listed=False),
        PutState(room, "m.room.join_rules", _INVITE_ONLY),
    ]
    history = state.get(("m.room.history_visibility", ""), {})
    if history.get("history_visibility") == "world_readable":
        shared = {"history_visibility": "shared"}
        effects.append(PutState(room, "m.room.history_visibility", shared))
    return tuple(effects)


def child_moved(space: RoomId, state: State, old: RoomId, new: RoomId) -> tuple[Effect, ...]:
    """In the space the new room takes the place of the old one, in the same order."""
    content = state.get((_CHILD, old), {})
    if not content.get("via"):
        return ()
    return (PutState(space, _CHILD, dict(content), new), PutState(space, _CHILD, {}, old))


def parent_moved(
    room: RoomId, old_space: RoomId, new_space: RoomId, via: str
) -> tuple[Effect, ...]:
    parent = {"via": [via], "canonical": True}
    return (
        PutState(room, _PARENT, parent, new_space),
        PutState(room, _PARENT, {}, old_space),
    )


def coming_along(there: Members, plein: Plein) -> tuple[UserId, ...]:
    """Who is invited to the new room: those who take part in the old one, or are invited."""
    own = {plein.bot, plein.reserve}
    welcome = (Membership.JOIN, Membership.INVITE)
    return tuple(user for user, m in there.items() if m in welcome and user not in own)


def brought_along(there: Members, room: RoomId, plein: Plein) -> tuple[Effect, ...]:
    """Who was shut out stays so, and before anybody is invited."""
    shut_out = [Ban(room, user) for user, m in there.items() if m is Membership.BAN]
    return (*shut_out, *(Invite(room, user) for user in coming_along(there, plein)))


def knocking(there: Members) -> tuple[UserId, ...]:
    return tuple(user for user, m in there.items() if m is Membership.KNOCK)


def turned_away(there: Members, old: RoomId) -> tuple[Effect, ...]:
    """At the old door nobody waits any more; requests have gone along."""
    waiting = (Membership.INVITE, Membership.KNOCK)
    return tuple(Remove(old, user) for user, m in there.items() if m in waiting)


def silent(place: Place) -> Place:
    """What the place would be like if it were closed: its old room is so for ever."""
    return replace(place, archived=True)


def retired(levels: Content, name: str, old: RoomId, new: RoomId) -> tuple[Effect, ...]:
    """The old room goes silent, and then says where it goes on: clients look at that last.

    `levels` are those of a closed room.
    """
    tombstone = {"body": name, "replacement_room": new}
    return (
        PutState(old, "m.room.power_levels", levels),
        PutState(old, "m.room.tombstone", tombstone),
    )


def lacking(wanted: Iterable[Effect], state: State) -> tuple[Effect, ...]:
    """Those that would change something."""
    return tuple(
        one
        for one in wanted
        if not isinstance(one, PutState) or state.get((one.type, one.state_key)) != one.content
    )


def marked_replaced(marker: str, state: State, old: RoomId, new: RoomId) -> PutState:
    """From this moment on the old room is no place, and the new one is."""
    return PutState(old, marker, {**state.get((marker, ""), {}), REPLACED_BY: new})
