"""Power levels: what Plein gives a room (design 5.4), and what anybody's power is in any room.

`power_of` computes for room versions 1 to 12 (specification, "Power levels" of each room version):
from 12 on creators are above every number.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from plein_bot.domain.ids import UserId
from plein_bot.domain.places import Inviting, Posting, Settings

BOT_ONLY = 150
OWNER = 100
STAFF = 50

BOT_ONLY_TYPES = (
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.guest_access",
    "m.room.server_acl",
    "m.room.tombstone",
    "m.room.encryption",
    "m.room.canonical_alias",
    "m.space.child",
    "m.space.parent",
    "nl.plein.subsite",
    "nl.plein.group",
    "nl.plein.staff",
    "nl.plein.inner",
    "nl.plein.muted",
    "nl.plein.roles",
    "nl.plein.organisation",
    "nl.plein.note",
    "nl.plein.post",
    "nl.plein.archive",
    "nl.plein.policy",
)
_STAFF_TYPES = ("m.room.name", "m.room.topic", "m.room.avatar", "m.room.pinned_events")
_ALWAYS_OPEN_TYPES = (
    "m.reaction",
    "m.poll.response",
    "org.matrix.msc3381.poll.response",
    "m.call.member",
    "org.matrix.msc3401.call.member",
)


def power_levels(
    settings: Settings,
    people: Mapping[UserId, int],
    *,
    archived: bool = False,
    is_space: bool = False,
) -> dict[str, Any]:
    """`m.room.power_levels` of a place. `people` have a role, or are muted; never the bot.

    An archived place has everything at 150: readable, and silent.
    """
    speak = STAFF if is_space or settings.posting is Posting.STAFF else 0
    invite = 0 if settings.invite is Inviting.MEMBERS else STAFF
    open_to_all, moderate, top = 0, STAFF, OWNER
    if archived:
        speak = invite = open_to_all = moderate = top = BOT_ONLY
    events = {kind: BOT_ONLY for kind in BOT_ONLY_TYPES}
    events |= {kind: moderate for kind in _STAFF_TYPES}
    events |= {kind: open_to_all for kind in _ALWAYS_OPEN_TYPES}
    events["m.room.power_levels"] = top
    return {
        "users": {user: power for user, power in sorted(people.items()) if power},
        "users_default": 0,
        "events": dict(sorted(events.items())),
        "events_default": speak,
        "state_default": top,
        # Synapse adds this one by itself; without it ours would always differ.
        "historical": top,
        "invite": invite,
        "kick": moderate,
        "ban": moderate,
        "redact": moderate,
        "notifications": {"room": moderate},
    }


def is_bot_only(kind: str) -> bool:
    """State that nobody but the bot may change, and that therefore stays as it is."""
    return kind in BOT_ONLY_TYPES or kind.startswith("nl.plein.")


def creators(create: Mapping[str, Any], sender: UserId) -> frozenset[UserId]:
    """Whose power has no limit: from room version 12 on the sender and the additional creators."""
    if not _has_privileged_creators(create):
        return frozenset()
    more = create.get("additional_creators")
    named = more if isinstance(more, list) else []
    return frozenset({sender, *(UserId(user) for user in named if isinstance(user, str))})


def power_of(
    user: UserId, create: Mapping[str, Any], creator: UserId, levels: Mapping[str, Any] | None
) -> float:
    """Somebody's power level; infinite for a creator from version 12 on.

    Levels may be strings in old rooms (before version 10). Without a power levels event the creator
    has 100 and the others 0.
    """
    if user in creators(create, creator):
        return math.inf
    if levels is None:
        return 100 if user == creator else 0
    users = levels.get("users")
    own = users.get(user) if isinstance(users, Mapping) else None
    return _number(own if own is not None else levels.get("users_default"), 0)


def may_redact(
    user: UserId, create: Mapping[str, Any], creator: UserId, levels: Mapping[str, Any] | None
) -> bool:
    """Whether somebody may take away what others say."""
    needed = _number((levels or {}).get("redact"), STAFF)
    return power_of(user, create, creator, levels) >= needed


def roles_in(levels: Mapping[str, Any] | None) -> dict[UserId, int]:
    """Everybody whom the power levels raise above the default."""
    users = (levels or {}).get("users")
    if not isinstance(users, Mapping):
        return {}
    return {UserId(u): n for u, p in users.items() if (n := _number(p, 0)) > 0}


def highest(*of_each: Mapping[UserId, int]) -> dict[UserId, int]:
    """The higher of several roles: those of the subsite count in all its rooms (design 5.3)."""
    merged: dict[UserId, int] = {}
    for powers in of_each:
        for user, power in powers.items():
            merged[user] = max(power, merged.get(user, 0))
    return merged


def owners(powers: Mapping[UserId, int]) -> Iterable[UserId]:
    return (user for user, power in powers.items() if power >= OWNER)


def _has_privileged_creators(create: Mapping[str, Any]) -> bool:
    version = str(create.get("room_version", "1"))
    return version.isdigit() and int(version) >= 12


def _number(value: object, otherwise: int) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return otherwise
