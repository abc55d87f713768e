"""What can an operator type? `plein-email run | register | check | status | retry`."""

import asyncio
import logging
import sys

import aiohttp

from bridges.common import programs
from bridges.common.homeserver import Homeserver
from bridges.common.programs import tell
from bridges.common.settings import ConfigTrouble
from bridges.email import app
from bridges.email.config import Settings, load
from bridges.email.signing import NoKey, key
from bridges.email.store import letters, mails
from bridges.email.store.database import Store
from bridges.email.store.letters import LetterState

PROGRAM = "plein-email"


def main(arguments: list[str] | None = None) -> int:
    commands = {
        "run": "take mail in and send it out, until stopped",
        "register": "write the file that the homeserver has to read",
        "check": "tell what is wrong before anything runs",
        "status": "tell how many mails wait, and which were set aside",
        "retry": "try again what was set aside",
    }
    parser, _ = programs.parser(PROGRAM, "Take part in Plein by e-mail.", commands)
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
    except ConfigTrouble as trouble:
        tell(str(trouble), sys.stderr)
        return 2
    match chosen.command:
        case "register":
            sys.stdout.write(settings.registration.yaml(settings.homeserver.server_name))
            return 0
        case "check":
            return asyncio.run(_check(settings))
        case "status":
            return asyncio.run(_status(settings))
        case "retry":
            return asyncio.run(_retry(settings))
        case _:
            return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every line
    try:
        whole = app.assembled(settings)
        return await programs.run(PROGRAM, settings.bridge.log, whole, app.run)
    except NoKey as error:
        tell(f"{PROGRAM} cannot sign. {error}", sys.stderr)
        return 1


async def _check(settings: Settings) -> int:
    """Can we sign, and see what is forged; does the right homeserver know us?"""
    try:
        for selector, file in settings.dkim.keys:
            key(selector, file)
    except NoKey as error:
        tell(f"plein-email cannot sign. {error}", sys.stderr)
        return 1
    if settings.incoming.authserv_id is None:
        tell(
            "Warning: incoming.authserv_id is not set, so nothing that your mail server found of "
            "SPF, DKIM and DMARC counts here: who writes as somebody else is taken for them, "
            "unless that server stops it. See docs/email.md.",
            sys.stdout,
        )
    known = settings.homeserver
    async with aiohttp.ClientSession() as http:
        homeserver = Homeserver(http, known.url, settings.registration.as_token)
        trouble = await programs.trouble(
            homeserver, known.url, known.server_name, PROGRAM, f"{PROGRAM} register"
        )
    if trouble:
        tell(trouble, sys.stderr)
        return 1
    tell(f"All is well: the homeserver knows {PROGRAM}.", sys.stdout)
    return 0


async def _status(settings: Settings) -> int:
    """1 where something was set aside, so that a monitor notices."""
    store = await Store.open(settings.bridge.database)
    try:
        async with store.session() as session:
            came, goes = await letters.counted(session), await mails.counted(session)
    finally:
        await store.close()
    for what, counted in (("in", came), ("out", goes)):
        told = ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))
        tell(f"Mail {what}: {told or 'none'}", sys.stdout)
    return 1 if came.get(LetterState.ASIDE.value) else 0


async def _retry(settings: Settings) -> int:
    store = await Store.open(settings.bridge.database)
    try:
        async with store.session() as session:
            number = await letters.retry(session)
    finally:
        await store.close()
    tell(f"Tried again: {number}", sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
