"""`plein demo` as somebody starts it: a process of its own, in a folder, without a terminal."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.synapse.harness import free_port
from tests.synapse.people import Person

READY = "Ctrl-C stops it."
_PATIENCE = 120


@dataclass
class Demo:
    """One run. What it printed is in `said`, as far as somebody waited for it."""

    process: asyncio.subprocess.Process
    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def card(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "plein-demo/demo.json").read_text())
        return found

    async def says(self, words: str) -> None:
        """Wait for a line with these words."""
        assert self.process.stdout
        async with asyncio.timeout(_PATIENCE):
            async for line in self.process.stdout:
                self.said.append(line.decode())
                if words in self.said[-1]:
                    return
        raise AssertionError(f"it ended: {''.join(self.said)}{await self.trouble()}")

    async def ends(self) -> int:
        """Its exit code, once it is gone by itself."""
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait()

    async def stops(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return await self.ends()

    async def trouble(self) -> str:
        assert self.process.stderr
        return (await self.process.stderr.read()).decode()


@dataclass(frozen=True)
class Doorstep:
    """An empty folder with free ports: where demos are started, one after the other."""

    folder: Path
    port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    mailbox_port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    bridge_port: int = field(default_factory=free_port)

    @asynccontextmanager
    async def demo(self, *options: str) -> AsyncIterator[Demo]:
        ports = {
            "--port": self.port,
            "--web-port": self.web_port,
            "--smtp-port": self.smtp_port,
            "--mailbox-port": self.mailbox_port,
            "--mail-port": self.mail_port,
            "--bridge-port": self.bridge_port,
        }
        named = [word for option, port in ports.items() for word in (option, str(port))]
        program = (sys.executable, "-m", "plein_bot", "demo", *named, *options)
        process = await asyncio.create_subprocess_exec(
            *program,
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield Demo(process, self.folder)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def refuses(self, *options: str) -> str:
        """Start where it cannot; the one thing that it says about it."""
        async with self.demo(*options) as demo:
            assert await demo.ends() == 1
            trouble = await demo.trouble()
            assert "Traceback" not in trouble
            return trouble


async def signs_in(http: aiohttp.ClientSession, card: dict[str, Any], login: str) -> Person:
    """Somebody of the card, by their password."""
    one = next(p for p in card["people"] if p["user_id"].startswith(f"@{login}:"))
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": login},
        "password": one["password"],
    }
    where = f"{card['homeserver']}/_matrix/client/v3/login"
    async with http.post(where, json=body) as response:
        answer = await response.json()
        assert response.ok, answer
    return Person(
        http, card["homeserver"], answer["user_id"], answer["access_token"], answer["device_id"]
    )
