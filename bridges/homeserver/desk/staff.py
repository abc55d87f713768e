"""Who are the staff of a room, and what does the relay's account lack there?

Rules: Matrix specification, "Power levels" of each room version: from 12 on creators are above
every number.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
_NOTHING: dict[str, Any] = {}
_BY_INVITATION = ("invite", "knock", "knock_restricted", "restricted")


@dataclass(frozen=True, slots=True)
class Room:
    """What decides about a room, as its state says. `create` is the whole event."""

    room_id: str
    create: Json
    levels: Json | None = None
    name: str = ""
    join_rule: str = "invite"
    encrypted: bool = False
    replaced: bool = False
    members: frozenset[str] = field(default_factory=frozenset)

    @property
    def shown(self) -> str:
        return self.name or self.room_id


def power(room: Room, user: str) -> float:
    creator, content = room.create.get("sender"), room.create.get("content") or _NOTHING
    if _above_all(content):
        more = content.get("additional_creators")
        if user == creator or user in (more if isinstance(more, list) else ()):
            return math.inf
    if room.levels is None:
        return 100 if user == creator else 0
    users = room.levels.get("users")
    own = users.get(user) if isinstance(users, Mapping) else None
    return _number(own if own is not None else room.levels.get("users_default"), 0)


def needed(room: Room) -> float:
    """Whoever may ban and change how the room is set up, is its staff."""
    levels = room.levels or _NOTHING
    return max(_number(levels.get("ban"), 50), _state_default(room), 50)


def is_staff(room: Room, user: str) -> bool:
    return user in room.members and power(room, user) >= needed(room)


def staff_of(room: Room, bot: str) -> tuple[str, ...]:
    """Who decides about a room and is in it: those who are named, or else its creators.

    Of a room of Plein's that is never Plein, which made it, and nowhere the relay's own `bot`.
    """
    users = (room.levels or _NOTHING).get("users")
    named = users if isinstance(users, Mapping) else {}
    every = sorted(user for user in room.members if user != bot and is_staff(room, user))
    return tuple(user for user in every if user in named) or tuple(every)


def may_invite(room: Room, user: str) -> bool:
    return power(room, user) >= _number((room.levels or _NOTHING).get("invite"), 0)


def may_kick(room: Room, user: str) -> bool:
    return power(room, user) >= _number((room.levels or _NOTHING).get("kick"), 50)


def may_send_state(room: Room, user: str, kind: str) -> bool:
    events = (room.levels or _NOTHING).get("events")
    own = events.get(kind) if isinstance(events, Mapping) else None
    wanted = _state_default(room) if own is None else _number(own, 50)
    return power(room, user) >= wanted


def lets_in(room: Room, bot: str) -> bool:
    """Whether people of elsewhere can be brought in: by themselves, or invited by the relay."""
    return room.join_rule not in _BY_INVITATION or may_invite(room, bot)


def _state_default(room: Room) -> float:
    # Without a power levels event anybody may change the state; staff is then who made the room.
    return 100 if room.levels is None else _number(room.levels.get("state_default"), 50)


def _above_all(content: Json) -> bool:
    version = str(content.get("room_version", "1"))
    return version.isdecimal() and int(version) >= 12


def _number(value: object, otherwise: int) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return otherwise
