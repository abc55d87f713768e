"""`plein doctor`: what has grown wrong; with `--fix` what can be put right is put right."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from plein_bot import app
from plein_bot.actions.acts import Acts
from plein_bot.actions.ports import HomeserverError
from plein_bot.config import Settings
from plein_bot.index import lease
from plein_bot.index.database import Index
from plein_bot.index.schema import schema_is_current
from plein_bot.matrix.api import Api, path
from plein_bot.operations import checks, squares
from plein_bot.operations.findings import Finding, Findings, exit_code, good, told, warning, wrong
from plein_bot.operations.homeservers import FREE, LIMITS
from plein_bot.operations.opening import RUNS, opened
from plein_bot.operations.telling import tell


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="put right what can be put right")


async def main(settings: Settings, arguments: Namespace) -> int:
    found: list[Finding] = []
    if arguments.fix:
        found += await told(_limits_lifted(settings))
    found += await told(checks.examine(settings, tries=False))
    if exit_code(found):
        tell("Something must be put right before Plein's own state can be looked at.")
        return 1
    if not await schema_is_current(settings.database.url):
        return 0  # nothing has been here yet
    if arguments.fix and not await _runs(settings):
        async with _in_its_place(settings) as acts:
            found += await told(squares.put_right(acts))
            found += await told(squares.examine(acts, settings))
    else:
        async with opened(settings) as parts:
            found += await told(squares.examine(parts.acts(), settings))
        if arguments.fix:
            found += await told(_one(warning(f"Nothing was put right in the rooms: {RUNS}")))
    return exit_code(found)


async def _one(finding: Finding) -> Findings:
    yield finding


async def _limits_lifted(settings: Settings) -> Findings:
    """This can be done while Plein runs: it is a matter of the homeserver alone."""
    if settings.homeserver.admin_token is None:
        return
    token = settings.homeserver.admin_token.get_secret_value()
    bot = settings.homeserver.user_id
    async with Api(settings.homeserver.url, token) as api:
        try:
            async with asyncio.timeout(30):
                await api.call("POST", path(LIMITS, bot), FREE)
        except (HomeserverError, TimeoutError) as error:
            yield wrong(f"The rate limits of {bot} could not be lifted ({error!r}).")
        else:
            yield good(f"The rate limits of {bot} have been lifted.")


async def _runs(settings: Settings) -> bool:
    index = await Index.open(settings.database.url)
    try:
        return await lease.is_held(index)
    finally:
        await index.close()


@asynccontextmanager
async def _in_its_place(settings: Settings) -> AsyncIterator[Acts]:
    """Hear what the homeserver tells, and do nothing else: the work waits for `plein run`."""
    async with app.assembled(settings) as parts:
        hearing = asyncio.create_task(parts.sync.run())
        try:
            await parts.sync.ready.wait()
            yield parts.acts
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing
