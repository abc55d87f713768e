"""The mail of the example square: plein-email as a program of its own, beside Plein.

It is started, not imported: what a demo does, an operator does too.
"""

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plein_bot.demo.accounts import BOT
from plein_bot.demo.folders import DemoTrouble, Folder, write
from plein_bot.demo.mailboxes import Mailbox
from plein_bot.homeserver import child

DOMAIN = "plein.example"
SERVER = "plein.localhost"
_PROGRAM = "bridges.email.cli"
_READY = "plein-email is ready"
_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Postbag:
    """Where mail for places is taken in, and what the homeserver has to read of it."""

    config: Path
    registration: Path
    url: str
    api_secret: str
    port: int
    host: str = "127.0.0.1"


async def packed(
    folder: Folder, homeserver_port: int, http_port: int, smtp_port: int, mailbox: Mailbox
) -> Postbag:
    """Write its configuration, and let it write what the homeserver has to read."""
    if not folder.postbag_secrets.exists():
        write(folder.postbag_secrets, f"{secrets.token_hex(32)}\n{secrets.token_hex(32)}\n")
    secret, api_secret = folder.postbag_secrets.read_text().split()
    url = f"http://127.0.0.1:{http_port}"
    path = folder.path.resolve()
    document: dict[str, Any] = {
        "homeserver": {
            "url": f"http://127.0.0.1:{homeserver_port}",
            "server_name": SERVER,
            "bot": f"@{BOT}:{SERVER}",
        },
        "bridge": {
            "secret": secret,
            "database": f"sqlite+aiosqlite:///{path / 'plein-email.db'}",
            "log": "warning",
        },
        "http": {"port": http_port, "public_url": url, "api_secret": api_secret},
        "incoming": {"domain": DOMAIN, "smtp_port": smtp_port, "lmtp_port": None},
        "outgoing": {"host": mailbox.host, "port": mailbox.port},
    }
    config = path / "plein-email.yaml"
    write(config, yaml.safe_dump(document, sort_keys=False))
    program = (sys.executable, "-m", _PROGRAM, "register", "--config", str(config))
    writing = await asyncio.create_subprocess_exec(
        *program, env=_without_settings(), stdout=asyncio.subprocess.PIPE
    )
    written, _ = await writing.communicate()
    if writing.returncode:
        raise DemoTrouble("plein-email could not write its registration; the lines above say why.")
    registration = path / "plein-email-registration.yaml"
    write(registration, written.decode())
    return Postbag(config, registration, url, api_secret, smtp_port)


@asynccontextmanager
async def opened(postbag: Postbag) -> AsyncIterator[None]:
    """The program, for as long as we live. Raises `DemoTrouble` where it does not start."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", child.__file__, str(os.getpid())),
        *(_PROGRAM, "run", "--config", str(postbag.config)),
        env=_without_settings(),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C reaches every process of a terminal: we end it ourselves, after Plein.
        start_new_session=True,
    )
    assert process.stderr
    told: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(_WITHIN):
            said = []
            while line := (await process.stderr.readline()).decode():
                said.append(line)
                if _READY in line:
                    break
            else:
                raise DemoTrouble(
                    f"plein-email did not start: {''.join(said[-3:]).strip()} Choose other ports "
                    "with --mail-port and --bridge-port."
                )
        told.append(asyncio.create_task(_tell_on(process.stderr)))
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await asyncio.gather(*told)


async def _tell_on(stream: asyncio.StreamReader) -> None:
    """What it has to say goes where ours goes."""
    while line := await stream.readline():
        sys.stderr.write(line.decode(errors="replace"))


def _without_settings() -> dict[str, str]:
    """Whoever runs a real plein-email here may have given its secrets to this shell."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PLEIN_")}
