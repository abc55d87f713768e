"""Many posts come due at one moment while Plein is killed: each is published once."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plein_bot.actions import places, publishing, subsites
from plein_bot.actions.subsites import Names
from plein_bot.config import Settings
from plein_bot.domain.drafts import PUBLISH
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import SUBSITE_DEFAULTS
from plein_bot.domain.posts import MARK
from plein_bot.index import drafts, timers
from tests.chaos import judgements
from tests.chaos.conftest import ready_bot
from tests.chaos.processes import Homeserver
from tests.conftest import opened
from tests.synapse.conftest import Plein, running
from tests.synapse.people import Person
from tests.synapse.square import organisations

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]

NAMES = Names(members="Leden", public="Publiek", staff="Beheer")


async def planned(plein: Plein, person: Person, number: int) -> RoomId:
    """A subsite of somebody's in whose group so many posts are planned for tomorrow."""
    user = UserId(person.user_id)
    act = plein.parts.acts.by(user, "plans")
    started = await subsites.start(act, "Planning", None, "", SUBSITE_DEFAULTS, NAMES)
    room = started.groups[0].room
    await person.joins(started.subsite.room)
    await person.joins(room)

    async def is_in() -> bool:
        standing = await places.at(act, room)
        return standing is not None and standing.is_in

    await plein.parts.index.until(is_in)
    standing = await places.at(act, room)
    assert standing
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for one in range(number):
        mine = plein.parts.acts.by(user, f"plan {one}")
        draft = await drafts.begin(act.index, user, f"Titel {one}", f"Tekst {one}", mine.cause)
        await publishing.plan(mine, draft, standing, tomorrow)
    return room


async def test_each_planned_post_is_published_once(
    homeserver: Homeserver, settings: Settings, tmp_path: Path, chance: random.Random, kills: int
) -> None:
    number, times = (200, 10) if kills >= 30 else (40, 2)
    sanne = await homeserver.synapse.person("sanne", "Sanne de Vries")
    async with running(settings) as plein:
        await organisations(plein)
        await sanne.chat_with(plein.bot)
        room = await planned(plein, sanne, number)
    # Plein was away when the moment came.
    async with opened(settings.database.url) as index:
        for timer in await timers.of_kind(index, PUBLISH):
            due = datetime.now(UTC) - timedelta(minutes=1)
            await timers.set(index, replace(timer, due_at=due))

    async with ready_bot(settings, tmp_path) as bot:
        for _ in range(times):
            await sanne.sees(lambda where, event: where == room and MARK in event["content"], 120)
            await asyncio.sleep(chance.uniform(0, 0.5))
            await bot.restart()
        for one in range(number):
            await sanne.hears(f"Uw blog “Titel {one}” staat in", within=900)

    said = await judgements.timeline(sanne, room)
    posts = [event["content"][MARK] for event in said if MARK in event["content"]]
    assert Counter(post["title"] for post in posts) == {f"Titel {n}": 1 for n in range(number)}
    assert len({post["number"] for post in posts}) == number
    texts = Counter(event["content"]["text"] for event in said if "text" in event["content"])
    assert texts == {f"Tekst {n}": 1 for n in range(number)}
    chat = await sanne.chat_with(bot.settings.homeserver.user_id)
    told = Counter(
        event["content"]["body"]
        for event in await judgements.timeline(sanne, chat)
        if str(event["content"].get("body", "")).startswith("Uw blog")
    )
    assert len(told) == number
    assert set(told.values()) == {1}
