"""Starting, finding and showing subsites."""

import asyncio
from collections.abc import Container
from dataclasses import dataclass, replace

from plein_bot.actions import people, places, rooms
from plein_bot.actions.acts import Act
from plein_bot.domain import subsites as rules
from plein_bot.domain.ids import RoomAlias, RoomId
from plein_bot.domain.openness import refuse_impossible
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place, Settings
from plein_bot.domain.plans import Plan, plan_place, plan_staff_room, readable_alias
from plein_bot.domain.power import OWNER
from plein_bot.domain.roles import Roles
from plein_bot.domain.slugs import clean_name, clean_topic, slug_from
from plein_bot.domain.standing import Standing
from plein_bot.index import audits
from plein_bot.index import rooms as room_rows

SPACE = "space"


@dataclass(frozen=True, slots=True)
class Names:
    """What the first rooms of a subsite are called, in the language of whoever starts it.

    The topic of the public one shows wherever clients offer to join it, before one does.
    """

    members: str
    public: str
    staff: str
    public_topic: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    subsite: Place
    groups: tuple[Place, ...]


async def may_start(
    act: Act, name: str, slug: str | None, words: Container[str]
) -> tuple[Person, str, str]:
    """Refuse early, before anything is asked: who may not, a name or a short name that cannot be.

    Returns the person, the clean name and the slug. A hidden subsite takes its short name from
    nobody: "taken" would tell that it is there. What this same cause made already is not in its
    own way.
    """
    person = await people.recognise(act, act.actor)
    today = await audits.count_today(act.index, act.actor, "subsite.create", but=act.cause)
    rules.refuse_starting(person, act.plein.starters, today, act.plein.daily_maximum)
    name = clean_name(name)
    slug = slug if slug is not None else slug_from(name) or name
    if await room_rows.marked(act.index, act.plein.mark(act.cause, SPACE)) is None:
        taken = frozenset(standing.place.slug for standing in await seen(act))
        rules.refuse_slug(slug, taken, words)
        await refuse_taken_alias(act, RoomAlias(f"#{slug}:{act.plein.server}"), slug)
    return person, name, slug


async def refuse_taken_alias(act: Act, alias: RoomAlias, slug: str) -> None:
    """The address may belong to a room that has nothing to do with Plein."""
    if await act.homeserver.resolve(alias) is not None:
        rules.refuse_slug(slug, frozenset({slug}))


async def start(
    act: Act,
    name: str,
    slug: str | None,
    topic: str,
    settings: Settings,
    names: Names,
    words: Container[str] = (),
) -> Started:
    """Make the space, its first groups and its staff room; the actor owns them all.

    The space comes first because the others name it; the rest is made side by side.
    """
    person, name, slug = await may_start(act, name, slug, words)
    subsite = Place(RoomId(""), slug, name, settings, clean_topic(topic))
    refuse_impossible(subsite)
    rules.refuse_opening_up(subsite, person)

    owned, staff = Roles({act.actor: OWNER}), Roles({}, {act.actor: OWNER})
    invited = (act.actor,)
    space = await rooms.make(act, SPACE, plan_place(subsite, owned, act.plein, ()), invited)
    subsite = replace(subsite, room=space.room)
    groups = rules.first_groups(subsite, names.members, names.public, names.public_topic)
    plans: list[tuple[str, Plan]] = [
        (group.slug, plan_place(group, staff, act.plein, ())) for group in groups
    ]
    plans.append(
        ("staff", plan_staff_room(subsite, staff, act.plein, (), f"{name} · {names.staff}"))
    )
    made = await asyncio.gather(*(rooms.make(act, step, plan, invited) for step, plan in plans))
    await rooms.settle(act, (space, *made), invited)

    await act.record("subsite.create", subsite.room)
    rooms_made = [one.room for one in made]
    return Started(
        subsite,
        tuple(replace(g, room=room) for g, room in zip(groups, rooms_made, strict=False)),
    )


async def seen(act: Act) -> tuple[Standing, ...]:
    """The subsites that the actor may know of."""
    return await places.visible_subsites(act)


def alias_of(act: Act, place: Place) -> RoomAlias:
    return readable_alias(place, act.plein.server)
