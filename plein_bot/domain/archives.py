"""Archiving: a place is read and no more, and can be reopened as it was (design 5.3).

Its settings stand where they always do. The power levels as they were stand in `nl.plein.archive`,
with the subsite that a group was archived with: one that was archived before stays so when the
subsite is reopened.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plein_bot.domain.effects import Effect, Publish, PutState
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.openness import openness_of
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.plans import State, levels_of
from plein_bot.domain.power import BOT_ONLY, BOT_ONLY_TYPES
from plein_bot.domain.roles import Roles
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.settings import marker_of, to_content
from plein_bot.domain.standing import Standing

TYPE = "nl.plein.archive"
LEVELS = "m.room.power_levels"
JOIN_RULES = "m.room.join_rules"


def refuse_archived(place: Place) -> None:
    """Nothing is changed in an archived place, nor in the groups of an archived subsite."""
    if place.archived or place.root.archived:
        raise Refusal(archived(place))


def archived(place: Place) -> Sentence:
    shut = place.root if place.root.archived else place
    if shut.is_subsite:
        return say(
            "{place} is archived: it can be read, but nobody can join it, write in it or change "
            "it. An owner can reopen it: `subsite reopen {path}`.",
            place=shut.full_name,
            path=shut.path,
        )
    return say(
        "{place} is archived: it can be read, but nobody can join it, write in it or change it. "
        "An admin can reopen it: `group reopen {path}`.",
        place=shut.full_name,
        path=shut.path,
    )


def refuse_archiving(standing: Standing, *, subsite: bool) -> None:
    _refuse_deciding(standing, subsite=subsite)
    if standing.place.archived:
        raise Refusal(say("{place} is archived already.", place=standing.place.full_name))


def refuse_reopening(standing: Standing, *, subsite: bool) -> None:
    _refuse_deciding(standing, subsite=subsite)
    place = standing.place
    if place.subsite and place.subsite.archived:
        raise Refusal(archived(place))
    if not place.archived:
        raise Refusal(say("{place} is not archived.", place=place.full_name))


def _refuse_deciding(standing: Standing, *, subsite: bool) -> None:
    """Owners decide about a subsite, admins about a group; `subsite` is what they typed."""
    place = standing.place
    standing.require(Role.OWNER if place.is_subsite else Role.ADMIN)
    if place.is_subsite and not subsite:
        raise Refusal(
            say(
                "{place} is a subsite. Type `subsite archive {path}` or `subsite reopen {path}`.",
                place=place.full_name,
                path=place.path,
            )
        )
    if subsite and not place.is_subsite:
        raise Refusal(
            say(
                "{place} is a group. Type `group archive {path}` or `group reopen {path}`.",
                place=place.full_name,
                path=place.path,
            )
        )


def came_with(subsite: Place, groups: Mapping[RoomId, State]) -> frozenset[RoomId]:
    """The groups that were archived because this subsite was."""
    return frozenset(
        room
        for room, state in groups.items()
        if state.get((TYPE, ""), {}).get("with") == subsite.room
    )


def closing(
    place: Place, roles: Roles, actual: State, with_subsite: RoomId | None = None
) -> tuple[Effect, ...]:
    """What archives a place, and nothing where it is; first what it was is written down."""
    after = replace(place, archived=True)
    silent = levels_of(after, roles)
    levels = actual.get((LEVELS, ""), {})
    effects: list[Effect] = []
    if openness_of(place).listed and not place.archived:
        effects.append(Publish(place.room, listed=False))
    if not _is_silent(levels):
        kept: dict[str, Any] = {"power_levels": dict(levels)}
        if with_subsite:
            kept["with"] = with_subsite
        effects.append(PutState(place.room, TYPE, kept))
    effects += [
        PutState(place.room, LEVELS, silent),
        PutState(place.room, JOIN_RULES, openness_of(after).join_rules(after)),
        PutState(place.room, marker_of(place), to_content(after)),
    ]
    return tuple(one for one in effects if not _stands(one, actual))


def opening(place: Place, roles: Roles, actual: State) -> tuple[Effect, ...]:
    """What makes a place again what it was. Roles are those of now: who has left has none."""
    if not place.archived and not actual.get((TYPE, "")):
        return ()
    after = replace(place, archived=False)
    wanted = levels_of(after, roles)
    kept = actual.get((TYPE, ""), {}).get("power_levels")
    if isinstance(kept, Mapping):
        # What only the bot may do is never less than it is today.
        events = {**kept.get("events", {}), **{kind: BOT_ONLY for kind in BOT_ONLY_TYPES}}
        wanted = {**kept, "users": wanted["users"], "events": dict(sorted(events.items()))}
    effects: list[Effect] = [
        PutState(place.room, LEVELS, wanted),
        PutState(place.room, JOIN_RULES, openness_of(after).join_rules(after)),
        PutState(place.room, marker_of(place), to_content(after)),
    ]
    if openness_of(after).listed:
        effects.append(Publish(place.room, listed=True))
    # Last, because it says what is still to be undone.
    effects.append(PutState(place.room, TYPE, {}))
    return tuple(one for one in effects if not _stands(one, actual))


def _is_silent(levels: Mapping[str, Any]) -> bool:
    return all(levels.get(one) == BOT_ONLY for one in ("events_default", "state_default"))


def _stands(effect: Effect, actual: State) -> bool:
    if not isinstance(effect, PutState):
        return False
    return dict(actual.get((effect.type, effect.state_key), {})) == dict(effect.content)
