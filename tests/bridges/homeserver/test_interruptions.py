"""Killed at every step, and started again with what was stored: each once, in order."""

import copy
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bridges.homeserver.attending import concerns
from bridges.homeserver.config import SideSettings
from bridges.homeserver.crossing.kinds import ATTACHMENT, MARK, POST, Json
from bridges.homeserver.files import Files
from bridges.homeserver.ghosts import Ghosts
from bridges.homeserver.joining import Joining
from bridges.homeserver.past import Past
from bridges.homeserver.relaying import Relaying
from bridges.homeserver.saying import Saying
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import audits, crossings, events, links
from bridges.homeserver.store.crossings import CrossingState
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End, LinkState
from bridges.homeserver.store.tables import CrossingRow, EventRow, NoticeRow
from tests.bridges.homeserver.fakes import FakeRoom, FakeServer, Steps, Stopped

EVERY = 1 if os.environ.get("PLEIN_CHAOS") else 17
MOST_STEPS = 200
NAMES = ("alfa", "beta", "gamma")
PAIRS = (("alfa", "beta"), ("beta", "gamma"), ("alfa", "gamma"))


def person(side: str) -> str:
    return f"@{side[:3]}:{side}.nl"


def ghost(whose: str, where: str) -> str:
    return f"@relay_{whose}.nl_{whose[:3]}:{where}.nl"


@dataclass
class Ring:
    """Three homeservers with a room and somebody in it, each linked with each."""

    url: str
    steps: Steps = field(default_factory=Steps)
    servers: dict[str, FakeServer] = field(default_factory=dict)
    store: Store = field(init=False)
    sides: Sides = field(init=False)
    relaying: Relaying = field(init=False)
    transactions: int = 0

    def __post_init__(self) -> None:
        for name in NAMES:
            server = self.servers[name] = FakeServer(f"{name}.nl", self.steps)
            server.rooms[f"!{name}"] = FakeRoom()
            server.moves(f"!{name}", person(name), "join")
            server.moves(f"!{name}", f"@plein-relay:{name}.nl", "join")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.store = await Store.open(self.url)
        self.sides = Sides()
        for name, server in self.servers.items():
            server.forgets()
            settings = SideSettings(url="http://x", server_name=f"{name}.nl", label=name)
            self.sides[name] = Side.of(name, settings, server)
        files = Files(self.store)
        made = Ghosts(self.store, self.sides, files)
        saying = Saying(self.store, self.sides, made, files)
        joining = Joining(self.store, self.sides, made)
        past = Past(self.sides, saying, concerns)
        self.relaying = Relaying(self.store, self.sides, saying, joining, past)
        try:
            yield
        finally:
            await self.store.close()

    async def link(self, one: str, other: str, **rules: Any) -> None:
        async with self.store.session() as session:
            link = await links.offer(
                session, End(one, f"!{one}"), other, None, person(one), time.time(), rules
            )
            await links.set_rules(session, link.number, other, rules)
            await links.accept(session, link.number, f"!{other}", person(other), time.time())

    def takes_after(self, other: "Ring") -> None:
        """Have the homeservers of another, as they are."""
        self.servers = copy.deepcopy(other.servers)
        self.transactions = other.transactions
        for server in self.servers.values():
            server.steps = self.steps

    def inside(self, name: str) -> set[str]:
        room = self.servers[name].rooms[f"!{name}"]
        return {one for one in room.members if room.is_in(one)}

    async def works(self) -> None:
        """Do all that waits, and all that comes of it."""
        busy = True
        while busy:
            busy = await self.brings()
            for lane in await self.relaying.lanes():
                busy = True
                await self.relaying.work(lane)
            async with self.store.session() as session:
                await session.execute(update(CrossingRow).values(due=0.0))

    async def brings(self) -> bool:
        """What is new on the homeservers comes in, each transaction twice."""
        new = {name: server for name, server in self.servers.items() if server.new}
        for name, server in new.items():
            self.transactions += 1
            what = partial(concerns, self.sides[name])
            for _ in range(2):
                async with self.store.session() as session:
                    number = str(self.transactions)
                    await events.keep(session, name, number, server.new, time.time(), what)
            server.new = []
        return bool(new)

    def says(self, name: str, text: str, **content: Any) -> str:
        content = {"msgtype": "m.text", "body": text, **content}
        return self.servers[name].says(f"!{name}", person(name), content)

    def copy_in(self, name: str, event_id: str) -> Json:
        """The one copy in a room of an event that was said elsewhere."""
        (copy,) = (
            one
            for one in self.servers[name].rooms[f"!{name}"].events
            if one["content"].get(MARK, {}).get("event_id") == event_id
        )
        return copy

    def copied(self, name: str, home: str) -> list[str]:
        """What was copied from a side into a room, in the order in which it stands there."""
        marks = [
            one["content"].get(MARK, {}) for one in self.servers[name].rooms[f"!{name}"].events
        ]
        return [mark["event_id"] for mark in marks if mark.get("server") == f"{home}.nl"]


def relates(event_id: str, how: str = "", **more: Any) -> Json:
    if not how:
        return {"m.relates_to": {"m.in_reply_to": {"event_id": event_id}}}
    return {"m.relates_to": {"rel_type": how, "event_id": event_id, **more}}


@dataclass
class Script:
    """What was said in a ring: by whom, in order, and what speaks of what."""

    first: str
    said: dict[str, list[str]]

    def stands(self, ring: Ring) -> None:
        """Everything stands in every room, once, and points at what it is about there."""
        for home, said in self.said.items():
            for name in set(NAMES) - {home}:
                assert ring.copied(name, home) == said
        answer, reaction = self.said["beta"][-1], self.said["gamma"][-1]
        edit, redaction = self.said["alfa"][-2:]
        for name in NAMES:
            here = self.first if name == "alfa" else ring.copy_in(name, self.first)["event_id"]
            for about, home in ((answer, "beta"), (reaction, "gamma"), (edit, "alfa")):
                if name != home:
                    relation = ring.copy_in(name, about)["content"]["m.relates_to"]
                    assert here in (
                        relation.get("event_id"),
                        relation.get("m.in_reply_to", {}).get("event_id"),
                    )
        taken = ring.copy_in("beta", redaction)
        assert taken["redacts"] == ring.copy_in("beta", self.said["alfa"][1])["event_id"]
        assert taken["sender"] == ghost("alfa", "beta")


async def begun(url: str) -> tuple[Ring, Script]:
    """A ring in which much was said that is yet to cross."""
    ring = Ring(url)
    async with ring.running():
        for one, other in PAIRS:
            await ring.link(one, other)
        first = ring.says("alfa", "Eerste")
        await ring.works()
    said = {"alfa": [first], "beta": [], "gamma": []}
    said["alfa"].append(ring.says("alfa", "Vergissing"))
    said["beta"].append(ring.says("beta", "Tegelijk"))
    here = ring.copy_in("beta", first)["event_id"], ring.copy_in("gamma", first)["event_id"]
    said["beta"].append(ring.says("beta", "Antwoord", **relates(here[0])))
    reaction = relates(here[1], "m.annotation", key="👍")
    gamma, alfa = ring.servers["gamma"], ring.servers["alfa"]
    said["gamma"].append(gamma.says("!gamma", person("gamma"), reaction, "m.reaction"))
    new = {"m.new_content": {"msgtype": "m.text", "body": "Beter"}}
    said["alfa"].append(ring.says("alfa", "* Beter", **new, **relates(first, "m.replace")))
    content = {"redacts": said["alfa"][1]}
    said["alfa"].append(alfa.says("!alfa", person("alfa"), content, "m.room.redaction"))
    return ring, Script(first, said)


@pytest.mark.interruptions
async def test_everything_crosses_once_wherever_the_relay_is_killed(tmp_path: Path) -> None:
    new, script = await begun(f"sqlite+aiosqlite:///{tmp_path}/new.db")
    for after in (False, True):
        for step in range(1 + 4 * after, MOST_STEPS, EVERY):
            copied = shutil.copy(tmp_path / "new.db", tmp_path / f"{after}-{step}.db")
            ring = Ring(f"sqlite+aiosqlite:///{copied}")
            ring.takes_after(new)
            ring.steps.stop_at, ring.steps.after = step, after
            async with ring.running():
                try:
                    await ring.works()
                except Stopped:
                    pass
                else:
                    assert step > EVERY
                    script.stands(ring)
                    break
            ring.steps.stop_at = None
            async with ring.running():
                await ring.works()
            script.stands(ring)
        else:
            raise AssertionError(f"not done in {MOST_STEPS} steps")


async def test_a_side_that_is_away_holds_up_nobody_else(empty_url: str) -> None:
    """And all of it, in order, comes there when it is back. (On either database.)"""
    ring, script = await begun(empty_url)
    ring.servers["beta"].away = True
    async with ring.running():
        await ring.works()
        assert ring.copied("gamma", "alfa") == script.said["alfa"]
        assert ring.copied("beta", "alfa") == [script.first]

        ring.servers["beta"].away = False
        ring.sides["beta"].away.answered()
        await ring.works()
        script.stands(ring)


async def test_nothing_that_waits_crosses_a_link_that_is_stopped(empty_url: str) -> None:
    ring, script = await begun(empty_url)
    async with ring.running():
        await ring.brings()
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.STOPPED, "", time.time())
        await ring.works()

        assert ring.copied("beta", "alfa") == [script.first]
        assert ring.copied("gamma", "alfa") == script.said["alfa"]
        assert ghost("alfa", "beta") not in ring.inside("beta")
        assert ghost("gamma", "beta") in ring.inside("beta")
        async with ring.store.session() as session:
            kept = select(func.count(EventRow.number)).where(EventRow.attended)
            assert await session.scalar(kept) == 0


async def test_what_is_taken_back_while_a_link_rests_is_taken_back_when_it_works_again(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        said = ring.says("alfa", "Vergissing")
        await ring.works()
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.PAUSED, "", time.time())
        ring.says("alfa", "Onder ons")
        alfa = ring.servers["alfa"]
        redaction = alfa.says("!alfa", person("alfa"), {"redacts": said}, "m.room.redaction")
        await ring.works()
        assert ring.copied("beta", "alfa") == [said]
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.ACTIVE, "", time.time())
        await ring.works()

        assert ring.copied("beta", "alfa") == [said, redaction]


async def test_the_last_of_what_was_said_before_comes_first(empty_url: str) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        said = [ring.says("alfa", f"Eerder {number}") for number in range(5)]
        ring.says("alfa", "!koppeling aanbieden beta")
        ring.servers["alfa"].new.clear()
        await ring.link("alfa", "beta", backfill=3)
        content, now = {"msgtype": "m.text", "body": "Nu"}, 2_000_000_000_000
        alfa = ring.servers["alfa"]
        said.append(alfa.says("!alfa", person("alfa"), content, origin_server_ts=now))
        await ring.works()

        assert ring.copied("beta", "alfa") == said[2:]


async def test_who_cannot_be_let_in_holds_up_the_others_for_a_while_only(empty_url: str) -> None:
    """And the staff hear once what the relay lacks."""
    ring = Ring(empty_url)
    lane = "1:beta"
    async with ring.running():
        await ring.link("alfa", "beta")
        await ring.works()
        ring.servers["beta"].rooms["!beta"].is_closed = True
        alfa = ring.servers["alfa"]
        alfa.moves("!alfa", "@nieuw:alfa.nl", "join")
        alfa.says("!alfa", "@nieuw:alfa.nl", {"msgtype": "m.text", "body": "Ik ben nieuw"})
        known = ring.says("alfa", "Ik was er al")
        await ring.brings()
        await ring.relaying.work(lane)
        assert ring.copied("beta", "alfa") == []

        for begun in (time.time(), 1.0):
            async with ring.store.session() as session:
                await session.execute(update(CrossingRow).values(due=0.0, begun=begun))
            await ring.relaying.work(lane)
        assert ring.copied("beta", "alfa") == [known]
        async with ring.store.session() as session:
            assert await session.scalar(select(func.count(NoticeRow.number))) == 1


async def test_what_a_homeserver_stumbles_over_is_set_aside_and_can_be_tried_again(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        await ring.works()
        ring.servers["beta"].poison = "Gif"
        poison, after = ring.says("alfa", "Gif"), ring.says("alfa", "Daarna")
        await ring.works()
        assert ring.copied("beta", "alfa") == [after]
        async with ring.store.session() as session:
            assert await crossings.counted(session) == {CrossingState.ASIDE: 1}

        ring.servers["beta"].poison = None
        async with ring.store.session() as session:
            assert await crossings.retry(session) == 1
        await ring.works()
        assert ring.copied("beta", "alfa") == [after, poison]


async def test_whose_ghost_was_removed_is_heard_no_more_and_does_not_come_back(
    empty_url: str,
) -> None:
    """Also where what they said was under way, and the relay has not yet heard of it."""
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        ring.says("alfa", "Hallo")
        await ring.works()
        ring.servers["beta"].moves("!beta", ghost("alfa", "beta"), "leave", person("beta"))
        ring.servers["beta"].new.clear()
        before = ring.copied("beta", "alfa")
        refused = ring.says("alfa", "Nog eens")
        alfa = ring.servers["alfa"]
        pins = {"pinned": [refused]}
        alfa.says("!alfa", person("alfa"), pins, "m.room.pinned_events", state_key="")
        await ring.works()

        assert ring.copied("beta", "alfa") == before
        assert ghost("alfa", "beta") not in ring.inside("beta")
        async with ring.store.session() as session:
            told = {one.event_id: one.outcome for one in await audits.of_link(session, 1)}
        assert told[refused] == "removed"


async def test_what_is_changed_in_a_post_is_part_of_it_whatever_its_author_calls_the_rest(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta", kinds="posts")
        post = ring.says("alfa", "Een verslag", **{POST: {"number": 1, "title": "Verslag"}})
        await ring.works()
        new = {"m.new_content": {"msgtype": "m.text", "body": "Nieuw", POST: {"number": 1}}}
        chat = ring.says("alfa", "Zomaar iets")
        ring.says("alfa", "* Nieuw", **new, **relates(chat, "m.replace"))
        ring.says("alfa", "Bijlage van niets", **{ATTACHMENT: chat})
        edit = ring.says("alfa", "* Nieuw", **new, **relates(post, "m.replace"))
        attached = ring.says("alfa", "Bijlage", **{ATTACHMENT: post})
        await ring.works()

        assert ring.copied("beta", "alfa") == [post, edit, attached]
