"""What can an operator type? `plein-relay run | register <side> | check | status | retry`."""

import asyncio
import sys

import aiohttp

from bridges.common import programs
from bridges.common.homeserver import Homeserver
from bridges.common.programs import tell
from bridges.common.settings import ConfigTrouble
from bridges.homeserver import app
from bridges.homeserver.config import Settings, load
from bridges.homeserver.store import crossings
from bridges.homeserver.store.crossings import CrossingState
from bridges.homeserver.store.database import Store

PROGRAM = "plein-relay"


def main(arguments: list[str] | None = None) -> int:
    commands = {
        "run": "carry over what is said, until stopped",
        "register": "write the file that the homeserver of a side has to read",
        "check": "tell what is wrong before anything runs",
        "status": "tell how much waits, and what was set aside",
        "retry": "try again what was set aside",
    }
    what = "Mirror rooms between homeservers that do not federate."
    parser, made = programs.parser(PROGRAM, what, commands)
    made["register"].add_argument("side", help="its name in the configuration")
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
    except ConfigTrouble as trouble:
        tell(str(trouble), sys.stderr)
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
            whole = app.assembled(settings)
            return asyncio.run(programs.run(PROGRAM, settings.relay.log, whole, app.run))


def _register(settings: Settings, side: str) -> int:
    if side not in settings.sides:
        tell(f"There is no side {side}. There are: {', '.join(settings.sides)}.", sys.stderr)
        return 2
    sys.stdout.write(settings.registration(side).yaml(settings.sides[side].server_name))
    return 0


async def _check(settings: Settings) -> int:
    """Does each homeserver know us, and is it the one that we think it is?"""
    wrong = await _troubles(settings)
    for trouble in wrong:
        tell(trouble, sys.stderr)
    if not wrong:
        tell("All is well: every homeserver knows plein-relay.", sys.stdout)
    return 1 if wrong else 0


async def _troubles(settings: Settings) -> list[str]:
    found = []
    async with aiohttp.ClientSession() as http:
        for name, side in settings.sides.items():
            homeserver = Homeserver(http, side.url, settings.registration(name).as_token)
            register = f"{PROGRAM} register {name}"
            if trouble := await programs.trouble(
                homeserver, side.url, side.server_name, PROGRAM, register
            ):
                found.append(f"{name}: {trouble}")
    return found


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
    tell(f"Waiting: {counted.get(CrossingState.WAITING.value, 0)}", sys.stdout)
    for (link, side), number in sorted(each.items()):
        tell(f"Waiting: {number}, of link {link} to {side}", sys.stdout)
    for trouble in await _troubles(settings):
        tell(trouble, sys.stdout)
    for (link, side), number in sorted(outside.items()):
        tell(f"Not let in: {number}, of link {link} to {side}", sys.stdout)
    for number, link, side, why in aside:
        tell(f"Set aside: {number}, of link {link} to {side}: {why}", sys.stdout)
    return 1 if aside else 0


async def _retry(settings: Settings) -> int:
    store = await Store.open(settings.relay.database)
    try:
        async with store.session() as session:
            number = await crossings.retry(session)
    finally:
        await store.close()
    tell(f"Tried again: {number}", sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
