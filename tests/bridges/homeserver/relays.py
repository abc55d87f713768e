"""plein-relay as a process between homeservers that do not federate."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import yaml

from bridges.common.programs import ready
from bridges.homeserver.cli import PROGRAM
from bridges.homeserver.config import Settings
from bridges.homeserver.store import links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End
from plein_bot.homeserver import child
from tests.bridges.homeserver.conversations import Side
from tests.bridges.homeserver.servers import LABELS, Server, server_name, servers
from tests.synapse.harness import free_port
from tests.synapse.watchers import membership

ROOT = Path(__file__).parents[3]
_RULES = {"topics": True}
"""Of what crosses only where both sides want it."""


@dataclass
class Relay:
    """Started and killed as often as one likes, on the same database."""

    config: Path
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", child.__file__, str(os.getpid())),
            *("bridges.homeserver.cli", "run", "--config", str(self.config)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr
        before = len(self.log)
        while not any(ready(PROGRAM) in line for line in self.log[before:]):
            line = (await self._process.stderr.readline()).decode()
            assert line, "\n".join(["plein-relay did not start:", *self.log[-30:]])
            self.log.append(line.rstrip())
        self._reading = asyncio.create_task(self._read(self._process.stderr))

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._reading:
            await self._reading

    async def is_killed(self) -> None:
        """And comes back."""
        await self.kill()
        await self.start()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.log.append(line.decode(errors="replace").rstrip())


@dataclass
class World:
    """The homeservers, and the relay between them."""

    servers: dict[str, Server]
    relay: Relay
    settings: Settings

    async def linked(self, names: Iterable[str], *, people: int = 2) -> list[Side]:
        """A new room on each, every one linked with every other, and the relay in all."""
        sides: dict[str, Side] = {}
        for name in names:
            # Into the one ghosts walk by themselves, into the next they are invited.
            sides[name] = await self.servers[name].side(
                open_room=len(sides) % 2 == 0, people=people
            )
        for name, side in sides.items():
            bot = self.servers[name].relay
            await side.people[0].sees(membership(side.room, bot, "join"))
        store = await Store.open(self.settings.relay.database)
        try:
            for one, other in combinations(sides, 2):
                async with store.session() as session:
                    here, there = sides[one], sides[other]
                    link = await links.offer(
                        session,
                        End(one, here.room),
                        other,
                        there.room,
                        here.people[0].user_id,
                        time.time(),
                        _RULES,
                    )
                    await links.set_rules(session, link.number, other, _RULES)
                    await links.accept(
                        session, link.number, there.room, there.people[0].user_id, time.time()
                    )
        finally:
            await store.close()
        return list(sides.values())


def settings(folder: Path, names: Iterable[str]) -> Settings:
    """All but where the homeservers answer, which is known once they do."""
    return Settings.model_validate(
        {
            "relay": {
                "secret": "geheim-" * 6,
                "database": f"sqlite+aiosqlite:///{folder}/plein-relay.db",
                "log": "info",
            },
            "http": {"port": free_port()},
            "sides": {
                name: {
                    "url": "http://127.0.0.1:1",
                    "server_name": server_name(name),
                    "label": LABELS[name],
                }
                for name in names
            },
        }
    )


@asynccontextmanager
async def world(folder: Path, names: tuple[str, ...]) -> AsyncIterator[World]:
    chosen = settings(folder, names)
    known = {name: chosen.registration(name).document(server_name(name)) for name in names}
    async with servers(folder, known) as running:
        written = chosen.model_dump(mode="json")
        written["relay"]["secret"] = chosen.relay.secret.get_secret_value()
        for name, server in running.items():
            written["sides"][name]["url"] = server.synapse.url
        config = folder / "plein-relay.yaml"
        config.write_text(yaml.safe_dump(written))
        relay = Relay(config)
        await relay.start()
        try:
            yield World(running, relay, Settings.model_validate(written))
        finally:
            await relay.kill()
