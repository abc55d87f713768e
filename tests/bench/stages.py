"""Where is measured: a Synapse without limits, and Plein beside it in a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plein_bot.homeserver import child
from tests.chaos.processes import ROOT, Bot
from tests.synapse.conftest import running, settings_on
from tests.synapse.harness import Synapse, running_synapse
from tests.synapse.people import Person
from tests.synapse.square import organisations


@dataclass
class Stage:
    """`bot` is Plein's own account, to send bare what Plein sends; everybody is of Zaanstad."""

    synapse: Synapse
    bot: Person
    echo: Person

    async def person(self, name: str) -> Person:
        return await self.synapse.person(name)

    async def people(self, name: str, number: int) -> list[Person]:
        return [await self.person(name) for _ in range(number)]

    async def says(self, person: Person, line: str) -> str:
        """What Plein answers, as plain text."""
        return str((await person.asks(self.bot.user_id, line, within=600))["body"])


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with running_synapse(folder / "synapse") as synapse:
        settings = await settings_on(
            synapse,
            folder,
            homeserver={"belongs_to": "zaanstad"},
            subsites={"start": ["official", "citizen"], "daily_maximum": 1000},
        )
        async with running(settings) as plein:
            await organisations(plein)
        token = settings.homeserver.access_token
        assert token
        account = Person(
            synapse.http, synapse.url, settings.homeserver.user_id, token.get_secret_value()
        )
        plain = await synapse.person("echo")
        bot = Bot(settings, folder)
        await bot.start()
        try:
            async with _echo(plain):
                yield Stage(synapse, account, plain)
        finally:
            await bot.kill()


@asynccontextmanager
async def _echo(account: Person) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", child.__file__, str(os.getpid())),
        *("tests.bench.echo", account.url, account.token),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
