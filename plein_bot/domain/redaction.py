"""What redaction leaves of an event's content.

The same as on the homeserver, so that what we pruned and what it gives us later are equal. Source:
Matrix specification, "Redactions" of every room version, 1 to 12.
"""

from collections.abc import Mapping

from plein_bot.domain.events import Json

_POWER_LEVELS = (
    "ban",
    "events",
    "events_default",
    "kick",
    "redact",
    "state_default",
    "users",
    "users_default",
)


def pruned(type: str, content: Mapping[str, object], room_version: str) -> Json:
    """The content that is left. Of a version that we do not know we assume the newest rules."""
    version = int(room_version) if room_version in _NUMBERED else 12
    match type:
        case "m.room.create" if version >= 11:
            return dict(content)
        case "m.room.member":
            return _member(content, version)
        case _:
            return _only(content, _kept(type, version))


_NUMBERED = frozenset(str(number) for number in range(1, 13))


def _kept(type: str, version: int) -> tuple[str, ...]:
    match type:
        case "m.room.create":
            return ("creator",)
        case "m.room.join_rules":
            return ("join_rule", "allow") if version >= 8 else ("join_rule",)
        case "m.room.power_levels":
            return (*_POWER_LEVELS, "invite") if version >= 11 else _POWER_LEVELS
        case "m.room.history_visibility":
            return ("history_visibility",)
        case "m.room.redaction" if version >= 11:
            return ("redacts",)
        case "m.room.aliases" if version <= 5:
            return ("aliases",)
        case _:
            return ()


def _member(content: Mapping[str, object], version: int) -> Json:
    if version < 9:
        return _only(content, ("membership",))
    left = _only(content, ("membership", "join_authorised_via_users_server"))
    invitation = content.get("third_party_invite")
    if version >= 11 and isinstance(invitation, Mapping):
        left["third_party_invite"] = _only(invitation, ("signed",))
    return left


def _only(content: Mapping[str, object], keys: tuple[str, ...]) -> Json:
    return {key: content[key] for key in keys if key in content}
