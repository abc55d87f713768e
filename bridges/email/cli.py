"""What can an operator type? `plein-email run | register | check | status | retry`."""

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
from bridges.email import app
from bridges.email.config import ConfigTrouble, Settings, load
from bridges.email.signing import NoKey, key
from bridges.email.store import letters, mails
from bridges.email.store.database import Store
from bridges.email.store.letters import LetterState

READY = "plein-email is ready"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("plein-email", description="Take part in Plein by e-mail.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, what in (
        ("run", "take mail in and send it out, until stopped"),
        ("register", "write the file that the homeserver has to read"),
        ("check", "tell what is wrong before anything runs"),
        ("status", "tell how many mails wait, and which were set aside"),
        ("retry", "try again what was set aside"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument(
            "--config", type=Path, default=Path("plein-email.yaml"), help="(plein-email.yaml)"
        )
    chosen = parser.parse_args(arguments)
    try:
        settings = load(chosen.config)
    except ConfigTrouble as trouble:
        _tell(str(trouble), sys.stderr)
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
    logging.basicConfig(
        level=settings.bridge.log.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every line
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
        _tell(f"plein-email cannot listen: {error.strerror or error}", sys.stderr)
        return 1
    except NoKey as error:
        _tell(f"plein-email cannot sign. {error}", sys.stderr)
        return 1
    except NewerDatabase as error:
        _tell(f"The database cannot be used: {error}.", sys.stderr)
        return 1
    return 0


async def _check(settings: Settings) -> int:
    """Can we sign, and see what is forged; does the right homeserver know us?"""
    try:
        for selector, file in settings.dkim.keys:
            key(selector, file)
    except NoKey as error:
        _tell(f"plein-email cannot sign. {error}", sys.stderr)
        return 1
    if settings.incoming.authserv_id is None:
        _tell(
            "Warning: incoming.authserv_id is not set, so nothing that your mail server found of "
            "SPF, DKIM and DMARC counts here: who writes as somebody else is taken for them, "
            "unless that server stops it. See docs/email.md.",
            sys.stdout,
        )
    async with aiohttp.ClientSession() as http:
        homeserver = Homeserver(http, settings.homeserver.url, settings.registration.as_token)
        try:
            answer = await homeserver.call("GET", "client/v3/account/whoami", tries=1)
        except Unanswered:
            _tell(f"The homeserver at {settings.homeserver.url} does not answer.", sys.stderr)
            return 1
        except HomeserverError as error:
            _tell(
                f"The homeserver does not know plein-email ({error.code}): let it read what "
                "`plein-email register` writes (app_service_config_files), and start it again.",
                sys.stderr,
            )
            return 1
    found = str(answer.get("user_id", "")).partition(":")[2]
    if found != settings.homeserver.server_name:
        _tell(f"server_name should be {found}.", sys.stderr)
        return 1
    _tell("All is well: the homeserver knows plein-email.", sys.stdout)
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
        _tell(f"Mail {what}: {told or 'none'}", sys.stdout)
    return 1 if came.get(LetterState.ASIDE.value) else 0


async def _retry(settings: Settings) -> int:
    store = await Store.open(settings.bridge.database)
    try:
        async with store.session() as session:
            number = await letters.retry(session)
    finally:
        await store.close()
    _tell(f"Tried again: {number}", sys.stdout)
    return 0


def _tell(text: str, where: TextIO) -> None:
    print(text, file=where, flush=True)


if __name__ == "__main__":
    sys.exit(main())
