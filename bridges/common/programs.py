"""What is the same of every bridge, as its operator and its homeserver see it?"""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TextIO, TypeVar

from bridges.common.database import NewerDatabase
from bridges.common.homeserver import Homeserver, HomeserverError, Unanswered

_PATIENCE = 20.0
"""Seconds that a homeserver has to answer whether it knows us."""

Parts = TypeVar("Parts")


def parser(
    program: str, description: str, commands: Mapping[str, str]
) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """One that knows `commands` with what each does, and the parser of each of them."""
    whole = argparse.ArgumentParser(program, description=description)
    found = whole.add_subparsers(dest="command", required=True, metavar="command")
    made = {name: found.add_parser(name, help=what) for name, what in commands.items()}
    for command in made.values():
        file = f"{program}.yaml"
        command.add_argument("--config", type=Path, default=Path(file), help=f"({file})")
    return whole, made


async def run(
    program: str,
    level: str,
    assembled: AbstractAsyncContextManager[Parts],
    work: Callable[[Parts], Awaitable[None]],
) -> int:
    """Work until it is told to stop; the exit code."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    try:
        async with assembled as parts:
            tell(ready(program), sys.stderr)
            working = asyncio.ensure_future(work(parts))
            waiting = asyncio.create_task(stopped.wait())
            await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
    except OSError as error:
        tell(f"{program} cannot listen: {error.strerror or error}", sys.stderr)
        return 1
    except NewerDatabase as error:
        tell(f"The database cannot be used: {error}.", sys.stderr)
        return 1
    return 0


async def trouble(
    homeserver: Homeserver, url: str, server_name: str, program: str, register: str
) -> str:
    """Why a homeserver is not ready for us, in a sentence; empty where it is.

    `register` is what its operator types for the file that it has to read.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await homeserver.call("GET", "client/v3/account/whoami", tries=1)
    except (Unanswered, TimeoutError):
        return f"The homeserver at {url} does not answer."
    except HomeserverError as error:
        return (
            f"The homeserver does not know {program} ({error.code}): let it read what "
            f"`{register}` writes (app_service_config_files), and start it again."
        )
    found = str(answer.get("user_id", "")).partition(":")[2]
    return "" if found == server_name else f"server_name should be {found}."


def ready(program: str) -> str:
    """What it says once it works: whoever started it may wait for that."""
    return f"{program} is ready"


def tell(text: str, where: TextIO) -> None:
    print(text, file=where, flush=True)
