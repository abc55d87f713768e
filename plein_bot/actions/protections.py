"""What guards a place, and choosing that."""

from collections.abc import Mapping
from dataclasses import replace

from plein_bot.actions import rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.settings import plan_of
from plein_bot.domain import protections as rules
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.protections import Guard, Guards, Mode, Number, Origin, Protection
from plein_bot.domain.standing import Standing

SET = "protection.set"


def listed(standing: Standing) -> tuple[tuple[Guard, Origin], ...]:
    """How each protection stands in a place; its members may know what counts for them."""
    standing.require_member()
    return tuple(standing.place.guard_of(one) for one in Protection)


async def choose(
    act: Act,
    standing: Standing,
    protection: Protection,
    mode: Mode,
    numbers: Mapping[Number, int | None],
) -> Guard:
    """Set a protection; raises the Refusal for what cannot be."""
    place = standing.place
    standing.require(Role.MODERATOR)
    refuse_archived(place)
    before, _ = place.guard_of(protection)
    after = rules.chosen(before, mode, numbers)
    if not rules.may_be_done_by_moderators(before, after):
        standing.require(Role.ADMIN)
    await _keep(act, place, place.settings.protections.with_(after))
    return after


async def follow(act: Act, standing: Standing, protection: Protection) -> tuple[Guard, Origin]:
    """Let a place do as its subsite does, or as all places do; what holds from then on."""
    standing.require(Role.ADMIN)
    refuse_archived(standing.place)
    after = standing.place.settings.protections.without(protection)
    place = await _keep(act, standing.place, after)
    return place.guard_of(protection)


async def _keep(act: Act, place: Place, guards: Guards) -> Place:
    after = place.with_settings(replace(place.settings, protections=guards))
    await rooms.keep(act, await plan_of(act, after), place.room)
    await act.record(SET, place.room)
    return after
