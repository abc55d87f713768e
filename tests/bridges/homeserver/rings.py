"""Three homeservers in memory, each linked with each, and the relay between them at every step."""

import copy
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import update

from bridges.homeserver.attending import concerns
from bridges.homeserver.config import SideSettings
from bridges.homeserver.crossing.kinds import MARK, Json
from bridges.homeserver.files import Files
from bridges.homeserver.ghosts import Ghosts
from bridges.homeserver.joining import Joining
from bridges.homeserver.past import Past
from bridges.homeserver.relaying import Relaying
from bridges.homeserver.saying import Saying
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import events, links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End
from bridges.homeserver.store.tables import CrossingRow
from tests.bridges.homeserver.fakes import FakeRoom, FakeServer, Steps

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
