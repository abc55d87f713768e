"""Making and showing groups."""

from collections.abc import Container
from dataclasses import replace

from plein_bot.actions import bans, inner_spaces, places, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.subsites import refuse_taken_alias
from plein_bot.domain import subsites as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Place, Settings
from plein_bot.domain.plans import plan_place, readable_alias
from plein_bot.domain.power import OWNER
from plein_bot.domain.roles import Roles
from plein_bot.domain.slugs import clean_name, clean_topic, slug_from
from plein_bot.domain.standing import Standing
from plein_bot.index import organisations
from plein_bot.index import places as rows
from plein_bot.index import rooms as room_rows

GROUP = "group"


async def planned(
    act: Act,
    inside: Standing,
    name: str,
    slug: str | None,
    topic: str,
    settings: Settings,
    words: Container[str],
) -> Place:
    """The group as it would be, or a Refusal; nothing is made yet."""
    name = clean_name(name)
    slug = slug if slug is not None else slug_from(name) or name
    group = Place(RoomId(""), slug, name, settings, clean_topic(topic), subsite=inside.place.root)
    rules.refuse_group(group, inside)
    if await room_rows.marked(act.index, act.plein.mark(act.cause, GROUP)) is None:
        rules.refuse_slug(slug, await rows.group_slugs(act.index, inside.place.root), words)
        if openness_of(group).listed:
            await refuse_taken_alias(act, readable_alias(group, act.plein.server), slug)
    return group


async def make(
    act: Act,
    inside: Standing,
    name: str,
    slug: str | None,
    topic: str,
    settings: Settings,
    words: Container[str] = (),
) -> Place:
    """Make the group's room, in the space. The maker owns it, beside the subsite's staff."""
    group = await planned(act, inside, name, slug, topic, settings, words)

    above = await places.roles_in(act, inside.place.root)
    register = await organisations.all_of(act.index)
    roles = Roles({act.actor: OWNER}, above.counting, muted_above=above.muted)
    plan = plan_place(group, roles, act.plein, register)
    made = await rooms.make(act, GROUP, plan, (act.actor,))
    group = replace(group, room=made.room)
    await inner_spaces.make_room_for(act, group)
    await rooms.settle(act, [made], (act.actor,))
    await bans.extend_to(act, group.root, group.room)

    await act.record("group.create", group.room)
    return group
