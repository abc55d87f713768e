"""A Synapse of our own: a child process on 127.0.0.1 that lives no longer than we do."""

import asyncio
import contextlib
import errno
import importlib.util
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from plein_bot.homeserver import child
from plein_bot.homeserver.accounts import Accounts
from plein_bot.homeserver.folders import prepare
from plein_bot.homeserver.settings import Settings
from plein_bot.homeserver.troubles import HomeserverTrouble, Kind

START_WITHIN = 90.0  # seconds; two to five are usual, the first start on a slow disk is not
STOP_WITHIN = 10.0
_ONE_ANSWER = aiohttp.ClientTimeout(total=2)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator["Synapse"]:
    """A Synapse that answers. Raises `HomeserverTrouble` where it will not start."""
    synapse = Synapse(settings)
    try:
        await synapse.start()
        yield synapse
    finally:
        await synapse.stop()


class Synapse:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.accounts = Accounts(settings)
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        return self.settings.url

    async def start(self) -> None:
        """Start, for the first time or again with what the folder holds, and wait for an answer."""
        if importlib.util.find_spec("synapse") is None:
            raise self._trouble(Kind.NOT_INSTALLED)
        prepare(self.settings)
        if _is_taken(self.settings.port):
            raise self._trouble(Kind.PORT_IN_USE)
        self._process = await self._spawn()
        await self._until_it_answers(self._process)

    async def stop(self) -> None:
        """End it in an orderly way, or by force after ten seconds. Harmless where it is gone."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it as a power cut would; `start` brings it back with its data."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def exited(self) -> HomeserverTrouble:
        """Wait until the process is gone, for whatever reason, and tell its last words."""
        if self._process is not None:
            await self._process.wait()
        return self._trouble(Kind.DIED)

    async def _spawn(self) -> asyncio.subprocess.Process:
        config = self.settings.folder / "homeserver.yaml"
        # -P: not child.py's own folder, in which another `synapse` stands, on the import path.
        program = (sys.executable, "-P", child.__file__, str(os.getpid()))
        arguments = ("synapse.app.homeserver", "--config-path", str(config))
        log, self._log_start = _open_log(self.settings.folder / "synapse.log")
        try:
            return await asyncio.create_subprocess_exec(
                *program,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches every process of a terminal: ours is to be the last to go.
                start_new_session=True,
            )
        finally:
            os.close(log)

    async def _until_it_answers(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + START_WITHIN
        async with aiohttp.ClientSession() as http:
            while process.returncode is None and time.monotonic() < deadline:
                if await _answers(http, self.url):
                    return
                await asyncio.sleep(0.05)
        if process.returncode is None:
            await self.kill()
            raise self._trouble(Kind.TOO_SLOW)
        trouble = self._trouble(Kind.DIED_AT_START)
        if "Failed to listen on TCP port" in str(trouble):
            raise self._trouble(Kind.PORT_IN_USE)
        raise trouble

    def _trouble(self, kind: Kind) -> HomeserverTrouble:
        folder, port = self.settings.folder, self.settings.port
        if kind not in {Kind.DIED_AT_START, Kind.TOO_SLOW, Kind.DIED}:
            return HomeserverTrouble(kind, folder=folder, port=port)
        lines = _last_words(folder / "synapse.log", self._log_start)
        return HomeserverTrouble(kind, folder=folder, port=port, lines=lines)


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"{url}/_matrix/client/versions", timeout=_ONE_ANSWER) as response:
            return response.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # What a server left in TIME_WAIT does not keep Synapse from listening.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _open_log(path: Path) -> tuple[int, int]:
    """The log to append to, and where this run begins in it."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return log, os.fstat(log).st_size


def _last_words(path: Path, start: int) -> tuple[str, ...]:
    """The last lines since `start` that say anything: not blank, not a frame."""
    if not path.exists():
        return ()
    with path.open("rb") as log:
        log.seek(start)
        text = log.read().decode(errors="replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip(" *-^")]
    return tuple(lines[-6:])
