"""Killed in the middle of what goes through many rooms: it ends as if nothing had happened."""

import asyncio
import contextlib
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from plein_bot.actions import groups, people, places, subsites
from plein_bot.actions.subsites import Names
from plein_bot.config import Settings
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import GROUP_DEFAULTS, SUBSITE_DEFAULTS
from plein_bot.index import places as place_rows
from tests.chaos import judgements, proxy
from tests.chaos.conftest import ready_bot, resident
from tests.chaos.processes import Bot, Homeserver
from tests.chaos.proxy import Fault
from tests.chaos.residents import PATIENCE, Resident
from tests.chaos.test_troubles import through
from tests.synapse.conftest import Plein, running
from tests.synapse.people import Person
from tests.synapse.square import organisations
from tests.synapse.strangers import Json
from tests.synapse.watchers import membership

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

NAMES = Names(members="Leden", public="Publiek", staff="Beheer")
GROUPS = 30
SHARE = 0.3
"""Of the requests that are asked to wait."""


async def site_of(plein: Plein, owner: UserId) -> dict[RoomId, str]:
    """All rooms of a subsite with thirty groups, by name."""
    act = plein.parts.acts.by(owner, "site")
    started = await subsites.start(act, "Straat", None, "", SUBSITE_DEFAULTS, NAMES)
    subsite, index = started.subsite, plein.parts.index
    inside = await places.stand(act, await people.recognise(act, owner), subsite)
    for number in range(GROUPS):
        mine = plein.parts.acts.by(owner, f"group {number}")
        await groups.make(mine, inside, f"Huis {number}", None, "", GROUP_DEFAULTS)
    staff_room = await place_rows.staff_room(index, subsite)
    assert staff_room
    made = {group.room: group.slug for group in await place_rows.groups_of(index, subsite)}
    return {subsite.room: "straat", staff_room: "beheer", **made}


@dataclass
class Street:
    """Bram is in all rooms of Anna's subsite, or was."""

    anna: Resident
    bram: Person
    bot: Bot
    rooms: dict[RoomId, str]

    async def befalls(self, verb: str, to: str, after: int) -> int:
        """Anna says it of Bram, and the bot dies when it has come through `after` rooms.

        Returns how many it then was. Afterwards it is done in all of them.
        """
        await self.anna.gets(f"{verb} straat {self.bram.user_id}", "Klopt dat?")
        await self.anna.catches_up()
        before = {event.get("event_id") for event in self.anna.seen}

        def is_moved(room: str, event: Json) -> bool:
            moved = room in self.rooms and event.get("event_id") not in before
            return moved and membership(room, self.bram.user_id, to)(room, event)

        yes = await self.anna.commands("ja")
        for _ in range(after):
            await self.anna.sees(is_moved, PATIENCE)
        await self.bot.kill()
        amid = await self.moved(to)
        await self.bot.restart()
        answer = await self.anna.is_answered(yes, self.anna.bot, PATIENCE)
        assert "Straat" in answer["content"]["body"], answer
        assert "weigerde" not in answer["content"]["body"], answer
        assert await self.moved(to) == len(self.rooms)
        return amid

    async def moved(self, to: str) -> int:
        """In how many rooms Bram is where he is being brought."""
        found = [await self.anna.members(room) for room in self.rooms]
        return sum(members.get(self.bram.user_id) == to for members in found)


async def test_a_cascade_is_killed_in_its_middle(
    homeserver: Homeserver, settings: Settings, tmp_path: Path, chance: random.Random, kills: int
) -> None:
    async with running(settings) as plein:
        await organisations(plein)
        anna = await resident(homeserver, Bot(settings, tmp_path), "anna", 0)
        bram = await homeserver.synapse.person("bram", "Bram")
        chat = await bram.chat_with(plein.bot)
        rooms = await site_of(plein, UserId(anna.user_id))
        for room in rooms:
            await anna.joins(room)
    amid: list[int] = []
    async with ready_bot(settings, tmp_path) as bot:
        street = Street(anna, bram, bot, rooms)
        await anna.gets(f"uitnodigen straat {bram.user_id}", "uitnodiging")
        for room, name in rooms.items():
            if name != "beheer":
                await bram.joins(room)
        for number in range(kills):
            verb, to = ("unban", "leave") if number % 2 else ("ban", "ban")
            amid.append(await street.befalls(verb, to, chance.randint(1, 20)))
        told = await judgements.answers(anna, await anna.chat_with(anna.bot), anna.bot)

    assert {line: told[event] for event, line in anna.asked.items() if told[event] != 1} == {}
    heard = [event["content"].get("body", "") for event in await judgements.timeline(bram, chat)]
    for begins, times in (
        ("De toegang tot Straat is u ontzegd", kills - kills // 2),
        ("U hebt weer toegang tot Straat", kills // 2),
    ):
        assert sum(text.startswith(begins) for text in heard) == times, heard
    assert any(number < len(rooms) for number in amid), "every kill came too late"
    print(f"{kills} kills, when {amid} of {len(rooms)} rooms were done")  # noqa: T201


async def sites_of(plein: Plein, owner: UserId, how_many: int, inside: int) -> dict[str, str]:
    """All rooms of some subsites with so many groups each, by their paths."""
    found: dict[str, str] = {}
    for n in range(how_many):
        act = plein.parts.acts.by(owner, f"site {n}")
        name = f"Buurt {n}"
        subsite = (await subsites.start(act, name, None, "", SUBSITE_DEFAULTS, NAMES)).subsite
        standing = await places.stand(act, await people.recognise(act, owner), subsite)
        for number in range(inside):
            mine = plein.parts.acts.by(owner, f"group {n} {number}")
            await groups.make(mine, standing, f"Huis {number}", None, "", GROUP_DEFAULTS)
        found[subsite.path] = subsite.room
        index = plein.parts.index
        found |= {one.path: one.room for one in await place_rows.groups_of(index, subsite)}
        found[f"{subsite.path}/beheer"] = await place_rows.staff_room(index, subsite) or ""
    return found


def audited(bot: Bot) -> list[tuple[str, str]]:
    """What the audit holds of the ban that was asked for: where, and what came of it."""
    query = "SELECT place, outcome FROM audit WHERE action = 'ban' ORDER BY number"
    with contextlib.closing(sqlite3.connect(bot.database)) as database:
        return [(place, outcome) for place, outcome in database.execute(query)]


def ban_of(person: Person, event: Json) -> bool:
    member = event["type"] == "m.room.member" and event.get("state_key") == person.user_id
    return member and event["content"].get("membership") == "ban"


async def test_a_ban_from_everywhere_is_killed_half_way_while_the_homeserver_is_busy(
    homeserver: Homeserver, settings: Settings, tmp_path: Path, chance: random.Random, kills: int
) -> None:
    how_many, inside = (4, 7) if kills >= 30 else (2, 1)
    async with running(settings) as plein:
        await organisations(plein)
        anna = await resident(homeserver, Bot(settings, tmp_path), "anna", 0)
        bram = await homeserver.synapse.person("bram", "Bram")
        chat = await bram.chat_with(plein.bot)
        rooms = await sites_of(plein, UserId(anna.user_id), how_many, inside)
        await asyncio.gather(*(anna.joins(room) for room in rooms.values()))
        for path, room in rooms.items():
            if "/" not in path:
                await anna.gets(f"uitnodigen {path} {bram.user_id}", "uitnodiging")
                await bram.joins(room)
        said: dict[str, str] = {}
        for path, room in rooms.items():
            if "/" in path and not path.endswith("/beheer"):
                await bram.joins(room)
                for n in range(3):
                    said[await bram.says(room, f"Koop nu {n}")] = room
                await anna.says(room, "Goedendag")
    async with (
        proxy.between(homeserver.synapse.url, chance) as between,
        ready_bot(through(settings, between.url), tmp_path) as bot,
    ):
        between.fault, between.share = Fault.LIMITED, SHARE
        preview = await anna.gets(
            f"verban buurt-0 {bram.user_id} Reclame --overal --opruimen", "Klopt dat?"
        )
        assert f"{len(rooms)} kamers" in preview
        assert f"{len(said)} berichten" in preview
        await anna.catches_up()
        yes = await anna.commands("ja")
        for _ in range(len(rooms) // 2):
            await anna.sees(lambda _, event: ban_of(bram, event), PATIENCE)
        await bot.restart()
        if kills >= 30:
            await anna.sees(lambda _, event: event["type"] == "m.room.redaction", PATIENCE)
            await bot.restart()
        answer = await anna.is_answered(yes, anna.bot, PATIENCE)
        between.fault = None
        told = await judgements.answers(anna, await anna.chat_with(anna.bot), anna.bot)
        entries = audited(bot)

    body = answer["content"]["body"]
    assert body.startswith("Bram: toegang ontzegd tot Buurt 0"), body
    assert "weigerde" not in body
    assert between.befallen[Fault.LIMITED] > 0
    for path, room in rooms.items():
        happened = await judgements.timeline(anna, room)
        assert sum(ban_of(bram, event) for event in happened) == 1, path
        words = [e["content"].get("body") for e in happened if e["type"] == "m.room.message"]
        if room in said.values():
            assert words.count("Goedendag") == 1, path
        assert not [one for one in words if one and "Koop nu" in one], path
    heard = [event["content"].get("body", "") for event in await judgements.timeline(bram, chat)]
    assert sum(text.startswith("De toegang tot Buurt 0") for text in heard) == 1, heard
    assert {line: told[event] for event, line in anna.asked.items() if told[event] != 1} == {}
    assert entries == [(rooms["buurt-0"], "begun"), (rooms["buurt-0"], "done")]
