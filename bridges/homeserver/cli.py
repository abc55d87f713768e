"""What can an operator type? `plein-relay run | register <side> | check | status | retry`."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import TextIO

import aiohttp

from bridges.common.database import NewerDatabase
from bridges.common.homeserver import Homeserver, HomeserverError, Unanswered
from bridges.homeserver import app
from bridges.homeserver.config import ConfigTrouble, Settings, SideSettings, load
from bridges.homeserver.store import crossings
from bridges.homeserver.store.crossings import CrossingState
from bridges.homeserver.store.database import Store

READY = "plein-relay is ready"
_PATIENCE = 20.0
"""Seconds that a homeserver has to answer whether it knows us."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        "plein-relay", description="Mirror rooms between homeservers that do not federate."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, what in (
        ("run", "carry over what is said, until stopped"),
        ("register", "write the file that the homeserver of a side has to read"),
        ("check", "tell what is wrong before anything runs"),
        ("status", "tell how much waits, and what was set aside"),
        ("retry", "try again what was set aside"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument(
            "--config", type=Path, default=Path("plein-relay.yaml"), help="(plein-relay.yaml)"
        )
        if name == "register":
            command.add_argument("side", help="its name in the configuration")
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
    except ConfigTrouble as trouble:
        _tell(str(trouble), sys.stderr)
        return 2
    match chosen.command:
        case "register":
            return _register(settings, chosen.side)
        case "check":
            return asyncio.run(_check(settings))
        case "status":
            return asyncio.run(_status(settings))
        case "retry":
            return asyncio.run(_retry(settings))
        case _:
            return asyncio.run(_run(settings))


def _register(settings: Settings, side: str) -> int:
    if side not in settings.sides:
        _tell(f"There is no side {side}. There are: {', '.join(settings.sides)}.", sys.stderr)
        return 2
    sys.stdout.write(settings.registration(side).yaml(settings.sides[side].server_name))
    return 0


async def _run(settings: Settings) -> int:
    logging.basicConfig(
        level=settings.relay.log.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    try:
        async with app.assembled(settings) as parts:
            _tell(READY, sys.stderr)
            working = asyncio.create_task(app.run(parts))
            waiting = asyncio.create_task(stopped.wait())
            await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
    except OSError as error:
        _tell(f"plein-relay cannot listen: {error.strerror or error}", sys.stderr)
        return 1
    except NewerDatabase as error:
        _tell(f"The database cannot be used: {error}.", sys.stderr)
        return 1
    return 0


async def _check(settings: Settings) -> int:
    """Does each homeserver know us, and is it the one that we think it is?"""
    wrong = await _troubles(settings)
    for trouble in wrong:
        _tell(trouble, sys.stderr)
    if not wrong:
        _tell("All is well: every homeserver knows plein-relay.", sys.stdout)
    return 1 if wrong else 0


async def _troubles(settings: Settings) -> list[str]:
    found = []
    async with aiohttp.ClientSession() as http:
        for name, side in settings.sides.items():
            token = settings.registration(name).as_token
            if trouble := await _trouble(Homeserver(http, side.url, token), name, side):
                found.append(f"{name}: {trouble}")
    return found


async def _trouble(homeserver: Homeserver, name: str, side: SideSettings) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await homeserver.call("GET", "client/v3/account/whoami", tries=1)
    except (Unanswered, TimeoutError):
        return f"the homeserver at {side.url} does not answer."
    except HomeserverError as error:
        return (
            f"the homeserver does not know plein-relay ({error.code}): let it read what "
            f"`plein-relay register {name}` writes (app_service_config_files), and start it again."
        )
    found = str(answer.get("user_id", "")).partition(":")[2]
    return "" if found == side.server_name else f"server_name should be {found}."


async def _status(settings: Settings) -> int:
    """1 where something was set aside, so that a monitor notices."""
    store = await Store.open(settings.relay.database)
    try:
        async with store.session() as session:
            counted = await crossings.counted(session)
            aside = await crossings.aside(session)
            outside = await crossings.outside(session)
            each = await crossings.per_link(session)
    finally:
        await store.close()
    _tell(f"Waiting: {counted.get(CrossingState.WAITING.value, 0)}", sys.stdout)
    for (link, side), number in sorted(each.items()):
        _tell(f"Waiting: {number}, of link {link} to {side}", sys.stdout)
    for trouble in await _troubles(settings):
        _tell(trouble, sys.stdout)
    for (link, side), number in sorted(outside.items()):
        _tell(f"Not let in: {number}, of link {link} to {side}", sys.stdout)
    for number, link, side, why in aside:
        _tell(f"Set aside: {number}, of link {link} to {side}: {why}", sys.stdout)
    return 1 if aside else 0


async def _retry(settings: Settings) -> int:
    store = await Store.open(settings.relay.database)
    try:
        async with store.session() as session:
            number = await crossings.retry(session)
    finally:
        await store.close()
    _tell(f"Tried again: {number}", sys.stdout)
    return 0


def _tell(text: str, where: TextIO) -> None:
    print(text, file=where, flush=True)


if __name__ == "__main__":
    sys.exit(main())
