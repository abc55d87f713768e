"""State that others changed: what is put back, and what is said about it (design 3.8)."""

from collections.abc import Mapping
from typing import Any

from plein_bot.domain import policy_lists, servers
from plein_bot.domain.effects import Effect, PutState
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan, State
from plein_bot.domain.power import is_bot_only
from plein_bot.domain.sentences import NOTHING, Sentence, Text, say

POWER_LEVELS = "m.room.power_levels"
TOMBSTONE = "m.room.tombstone"
RELAY = "nl.plein.relay"
"""What plein-relay writes about the links of a room, where the staff let it."""

LEFT_TO_STAFF = {
    "m.room.name": "set.name",
    "m.room.topic": "set.topic",
    "m.room.avatar": "set.picture",
    "m.room.pinned_events": "set.pinned",
}
"""What the staff change in a client as they like, and what that is called in the audit."""

_ELSEWHERE = (servers.TYPE, "m.room.canonical_alias", TOMBSTONE)
"""What is put right in a way of its own: an empty list of servers would admit nobody, an address
has an alias behind it, and a room that goes on elsewhere is not made whole by state."""


def is_kept(kind: str) -> bool:
    """Whether Plein keeps this state: what others make of it is put back."""
    return is_bot_only(kind) and kind not in (TOMBSTONE, RELAY)


def strays(plan: Plan, room: RoomId, others: State, said: State) -> tuple[Effect, ...]:
    """What takes back that others wrote, where the plan does not say it anyway.

    `others` is the state that they wrote last, `said` what the bot had said there before.
    """
    effects: list[Effect] = []
    for (kind, key), content in sorted(others.items()):
        if not is_kept(kind) or kind in _ELSEWHERE:
            continue
        planned = plan.state.get((kind, key))
        if planned is not None:
            # The same words count for nothing from another; different ones the plan corrects.
            if planned == content and kind.startswith("nl.plein."):
                effects.append(PutState(room, kind, planned, key))
        elif content != (before := dict(said.get((kind, key), {}))):
            effects.append(PutState(room, kind, before, key))
    return tuple(effects)


def was_put_back(kind: str, theirs: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    """Whether somebody's change of kept state was no good: `now` is what stands in its place."""
    return is_kept(kind) and dict(theirs) != dict(now or {})


def explained(who: str, kind: str, place: Place) -> Sentence:
    """What the staff read about a change that was put back."""
    return say(
        "{who} changed {what} of {place} in a client. That belongs to Plein, so I have put it "
        "back. {instead}",
        who=who,
        what=_what(kind),
        place=place.full_name,
        instead=_instead(kind, place),
    )


def _what(kind: str) -> Sentence:
    match kind:
        case "m.room.join_rules":
            return say("who may come in")
        case "m.room.history_visibility":
            return say("who may read back")
        case "m.room.guest_access":
            return say("whether guests may come in")
        case "m.room.server_acl":
            return say("which homeservers may take part")
        case "m.room.encryption":
            return say("the encryption")
        case "m.room.canonical_alias":
            return say("the address")
        case "m.space.child":
            return say("the list of groups")
        case "m.space.parent":
            return say("the subsite that it is in")
        case "m.room.power_levels":
            return say("who may do what")
        case "nl.plein.roles":
            return say("the roles")
        case "nl.plein.muted":
            return say("who is muted")
        case policy_lists.TYPE:
            return say("which policy lists are followed")
        case _:
            return say("the settings")


def _instead(kind: str, place: Place) -> Sentence | Text:
    path, slug = place.path, place.root.slug
    match kind:
        case "m.room.join_rules":
            return say("This does it: `set {path} joining …`.", path=path)
        case "m.room.history_visibility":
            return say("This does it: `set {path} visibility …`.", path=path)
        case "m.room.server_acl":
            return say("This does it: `set {path} servers …`.", path=slug)
        case "m.space.child" | "m.space.parent":
            return say("This makes a group: `group create {path} <name>`.", path=slug)
        case "m.room.power_levels":
            return say("These do it: `role {path} <who> …` and `set {path} posting …`.", path=path)
        case "nl.plein.roles":
            return say("This does it: `role {path} <who> …`.", path=path)
        case "nl.plein.muted":
            return say("This does it: `mute {path} <who> …`.", path=path)
        case policy_lists.TYPE:
            return say("These do it: `policy lists {path}` and `policy unfollow …`.", path=slug)
        case "m.room.encryption":
            return say(
                "Some apps go on encrypting here all the same. Do you want an encrypted group? "
                "Make a new one: `group create {path} <name> --encrypted`.",
                path=slug,
            )
        case "m.room.guest_access" | "m.room.canonical_alias":
            return NOTHING
        case _:
            return say("This does it: `set {path} …`.", path=path)
