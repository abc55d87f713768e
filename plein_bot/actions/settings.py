"""Changing what is decided about a place, and all that follows from it."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass, replace
from enum import StrEnum

from plein_bot.actions import departures, members, places
from plein_bot.actions.acts import Act
from plein_bot.domain import changes as rules
from plein_bot.domain.changes import Change
from plein_bot.domain.departures import Departure, Ground
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Place
from plein_bot.domain.plans import Plan, plan_place, plan_staff_room, readable_alias
from plein_bot.domain.sentences import say
from plein_bot.domain.settings import Setting, changed
from plein_bot.domain.slugs import clean_name, clean_topic
from plein_bot.domain.standing import Standing
from plein_bot.domain.subsites import refuse_slug
from plein_bot.index import organisations
from plein_bot.index import places as rows
from plein_bot.index import rooms as room_rows

_CLEANED = {Setting.NAME: clean_name, Setting.TOPIC: clean_topic}


def action_of(setting: Setting) -> str:
    """What a change of it is called in the audit."""
    return f"set.{setting}"


@dataclass(frozen=True, slots=True)
class Planned:
    """`place` is as it will be. `begun` when this cause was interrupted in carrying it out.

    `departures` are those who will not belong any more, whether they must go or may stay.
    """

    setting: Setting
    place: Place
    changes: tuple[Change, ...]
    departures: tuple[Departure, ...] = ()
    begun: bool = False

    @property
    def is_over(self) -> bool:
        return not self.changes and not self.begun

    @property
    def needs_confirming(self) -> bool:
        """Everything that grows an audience, takes access away or is about several rooms."""
        if self.begun:
            return False
        first = self.changes[0]
        touched = first.opens or first.closes or first.admits_more or first.renames
        touched = touched or first.unseals
        return len(self.changes) > 1 or touched or bool(self.departures)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr((self.changes, self.departures)).encode()).hexdigest()

    def of(self, ground: Ground) -> tuple[Departure, ...]:
        return tuple(one for one in self.departures if one.ground is ground)


async def plan(
    act: Act,
    standing: Standing,
    setting: Setting,
    value: StrEnum | str,
    organisations: tuple[str, ...] = (),
    words: Container[str] = (),
) -> Planned:
    """What would change; raises the Refusal for what cannot be."""
    place = standing.place
    groups = await rows.groups_of(act.index, place) if place.is_subsite else ()
    if setting in _CLEANED:
        value = _CLEANED[setting](value)
    after = changed(place, setting, value, organisations)
    decided = rules.decide(standing, after, setting, groups)
    if decided and setting is Setting.SLUG:
        await _refuse_slug(act, standing, after.slug, words)
    await _refuse_taken_address(act, decided, groups)
    sizes = await members.counts(act, [one.before for one in decided])
    counted = tuple(replace(one, members=sizes.get(one.before.room, 0)) for one in decided)
    leaving = [one for change in counted for one in await departures.of_change(act, change)]
    begun = bool(await act.noted(action_of(setting)))
    return Planned(setting, after, counted, tuple(leaving), begun)


async def _refuse_slug(act: Act, standing: Standing, slug: str, words: Container[str]) -> None:
    """A hidden place takes its short name from nobody: "taken" would tell that it is there."""
    place = standing.place
    beside = (
        await places.visible_subsites(act)
        if place.is_subsite
        else await places.visible_groups(act, standing.person, place.root)
    )
    taken = frozenset(one.place.slug for one in beside if one.place.room != place.room)
    refuse_slug(slug, taken, words)


async def _refuse_taken_address(
    act: Act, changes: tuple[Change, ...], groups: tuple[Place, ...]
) -> None:
    """What comes in sight gets a readable address, which may be that of some other room."""
    both = [(one.before, one.after) for one in changes]
    if changes and changes[0].renames:
        both += [(group, replace(group, subsite=changes[0].after)) for group in groups]
    for before, after in both:
        if not openness_of(after).listed:
            continue
        if openness_of(before).listed and before.path == after.path:
            continue
        alias = readable_alias(after, act.plein.server)
        if await act.homeserver.resolve(alias) not in (None, after.room):
            raise Refusal(
                say(
                    "The address {alias} belongs to another room already. Give {place} another "
                    "short name first: `set {path} slug …`.",
                    place=after.full_name,
                    path=before.path,
                    alias=alias,
                )
            )


async def plan_of_staff_room(act: Act, subsite: Place, room: RoomId) -> Plan:
    register = await organisations.all_of(act.index)
    named = (await room_rows.state(act.index, room)).get(("m.room.name", ""), {}).get("name")
    name = named if isinstance(named, str) else subsite.name
    return plan_staff_room(subsite, await places.roles_in(act, subsite), act.plein, register, name)


async def plan_of(act: Act, place: Place) -> Plan:
    register = await organisations.all_of(act.index)
    return plan_place(place, await places.roles_in(act, place), act.plein, register)
