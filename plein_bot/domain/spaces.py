"""Under which space a group hangs: that of its subsite, or an inner one (design 5.3).

Over federation the first 50 children of a space are told and no more. So a space holds 45 groups,
and of the subsite's own the last places are left for inner spaces, which hold the next groups.
"""

from collections.abc import Mapping
from typing import Any

from plein_bot.domain.effects import Effect, PutState
from plein_bot.domain.ids import RoomId

CHILD = "m.space.child"
MOST_GROUPS = 45

Space = Mapping[tuple[str, str], Mapping[str, Any]]
Spaces = Mapping[RoomId, Space]
"""The states of a subsite's own space and then of its inner ones, in their order."""


def hangs_under(room: RoomId, space: Space) -> bool:
    return bool(space.get((CHILD, room), {}).get("via"))


def is_shown(room: RoomId, spaces: Spaces) -> bool:
    return any(hangs_under(room, space) for space in spaces.values())


def with_room(spaces: Spaces) -> RoomId | None:
    """The first space under which one more group can hang."""
    return next((room for room, one in spaces.items() if _groups(one, spaces) < MOST_GROUPS), None)


def _groups(space: Space, spaces: Spaces) -> int:
    children = (key for kind, key in space if kind == CHILD and key not in spaces)
    return sum(hangs_under(RoomId(child), space) for child in children)


def hang(room: RoomId, spaces: Spaces, server: str, *, shown: bool) -> list[Effect]:
    """What shows a room under exactly one of the spaces, or under none.

    It stays where it is. One too many is better than one that nobody finds, so where all are full
    the last space holds it.
    """
    under = [space for space, state in spaces.items() if hangs_under(room, state)]
    effects: list[Effect] = []
    if shown and not under:
        where = with_room(spaces) or list(spaces)[-1]
        effects.append(PutState(where, CHILD, {"via": [server]}, room))
    superfluous = under[1:] if shown else under
    return [*effects, *(PutState(space, CHILD, {}, room) for space in superfluous)]
