"""`plein check`: what is wrong with the configuration or the account, before anything runs."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plein_bot.actions.ports import HomeserverError
from plein_bot.config import Settings
from plein_bot.matrix import accounts
from plein_bot.matrix.accounts import Account, WrongAccount
from plein_bot.matrix.api import Api
from plein_bot.matrix.probing import NoHomeserver, probe
from plein_bot.operations import homeservers, machines, trials
from plein_bot.operations.findings import Findings, exit_code, good, told, warning, wrong
from plein_bot.operations.telling import tell

_WITHIN = 60.0
"""Seconds for all questions to the homeserver together; limits may make one of them wait."""


def options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--look-only",
        action="store_true",
        help="leave out what is only known by making a throw-away room",
    )


async def main(settings: Settings, arguments: Namespace) -> int:
    found = await told(examine(settings, tries=not arguments.look_only))
    code = exit_code(found)
    tell("Something must be put right first." if code else "Plein can run.")
    return code


async def examine(settings: Settings, *, tries: bool) -> Findings:
    """The machine first: that can be seen without the homeserver."""
    async for finding in machines.examine(settings):
        yield finding
    try:
        homeserver = await probe(settings.homeserver.url)
    except NoHomeserver as trouble:
        yield wrong(str(trouble))
        return
    yield good(f"{settings.homeserver.url} is a homeserver.")
    yield machines.clock(homeserver.ahead)
    try:
        async with asyncio.timeout(_WITHIN), _entered(settings) as (api, account):
            yield good(f"The account {settings.homeserver.user_id} can be used.")
            async for finding in homeservers.examine(settings, api, account):
                yield finding
            if tries:
                async for finding in trials.examine(settings, api):
                    yield finding
            else:
                yield warning("Addresses and the room directory are only known by trying.")
    except WrongAccount as trouble:
        yield wrong(str(trouble))
    except HomeserverError as refusal:
        yield wrong(
            f"The homeserver refuses the account ({refusal}). Look at access_token or password."
        )
    except TimeoutError:
        yield wrong(
            f"The homeserver answers, but not within {_WITHIN:.0f} seconds: its rate limits are in "
            "force for the bot, or it is overloaded. Lift the limits (docs/running.md, 3)."
        )


@asynccontextmanager
async def _entered(settings: Settings) -> AsyncIterator[tuple[Api, Account]]:
    account = await accounts.entered(settings.homeserver, settings.data.folder)
    async with Api(settings.homeserver.url, account.token) as api:
        yield api, await accounts.known(api, account, settings.homeserver.user_id)
