"""The two processes that are killed: Plein and its homeserver."""

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

from plein_bot.config import Settings
from plein_bot.homeserver import child
from tests.synapse.harness import Synapse

ROOT = Path(__file__).parents[2]
_READY = "Plein is ready"


@dataclass
class Bot:
    """A Plein that is started and killed as often as one likes, on the same database."""

    settings: Settings
    folder: Path
    name: str = "plein"
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def database(self) -> Path:
        return Path(self.settings.database.url.removeprefix("sqlite+aiosqlite:///"))

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    async def says(self, text: str, within: float = 60) -> None:
        """Wait until there is a line with `text` in its log."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: any(text in line for line in self.log))

    async def start(self) -> None:
        """Start it and wait until it works."""
        await self.spawn()
        await self.ready()

    async def spawn(self) -> None:
        written = self.folder / f"{self.name}.json"
        written.write_text(json.dumps(_plain(self.settings)))
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", child.__file__, str(os.getpid())),
            *("tests.chaos.bot", "run", "--config", str(written)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def ready(self, within: float = 60) -> None:
        """Raises AssertionError with its last words where it ends, or does not come to work."""
        assert self._reading
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait(
            [ready, self._reading], timeout=within, return_when=asyncio.FIRST_COMPLETED
        )
        ready.cancel()
        assert self._ready.is_set(), "\n".join(["Plein does not come to work:", *self.log[-30:]])

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        assert self._reading
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def ended(self, within: float = 60) -> int:
        """Wait until it ends by itself; its exit status."""
        assert self._process
        assert self._reading
        async with asyncio.timeout(within):
            status = await self._process.wait()
        await self._reading
        return status

    async def restart(self) -> None:
        """Kill it and start it again at once, as if its lease had run out meanwhile.

        Waiting for that takes ten seconds, which `test_standby.py` has patience for.
        """
        await self.kill()
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as database:
            database.execute("DELETE FROM lease")
            database.commit()
        await self.start()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        async for line in process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())
            if _READY in self.log[-1]:
                self._ready.set()
            async with self._news:
                self._news.notify_all()


def _plain(settings: Settings) -> dict[str, object]:
    """The settings with the token that they hide when written."""
    plain: dict[str, object] = settings.model_dump(mode="json")
    token = settings.homeserver.access_token
    assert token
    plain["homeserver"] = settings.homeserver.model_dump(mode="json") | {
        "access_token": token.get_secret_value()
    }
    return plain


@dataclass
class Homeserver:
    """Synapse, and whether it is there now."""

    synapse: Synapse
    there: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.there.set()

    async def restart(self) -> None:
        self.there.clear()
        await self.synapse.process.kill()
        await self.synapse.process.start()
        self.there.set()
