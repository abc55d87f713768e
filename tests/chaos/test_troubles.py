"""The homeserver, the token, the database or a room fails: Plein lives, and answers once."""

import asyncio
import contextlib
import random
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from plein_bot.config import Settings
from tests.chaos import judgements, proxy
from tests.chaos.conftest import ready_bot, resident
from tests.chaos.processes import Bot, Homeserver
from tests.chaos.proxy import Fault
from tests.chaos.test_kills import while_living
from tests.synapse.people import Person
from tests.synapse.strangers import safe
from tests.synapse.watchers import membership

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@pytest.mark.usefixtures("register")
async def test_a_homeserver_that_fails_in_every_way_delays_and_no_more(
    homeserver: Homeserver,
    settings: Settings,
    account: Person,
    tmp_path: Path,
    chance: random.Random,
    kills: int,
) -> None:
    async with (
        proxy.between(homeserver.synapse.url, chance) as between,
        ready_bot(through(settings, between.url), tmp_path) as bot,
    ):
        people = [
            await resident(homeserver, bot, name, n) for n, name in ((20, "eva"), (21, "fop"))
        ]

        async def fail() -> None:
            for fault in Fault:
                # The eighth of a row comes about two minutes after the first (backoff).
                await between.befalls(fault, times=8 if kills >= 30 else 5)

        await while_living(people, fail)

        await judgements.every_command_has_one_answer(people)
        await judgements.stands_once(account, settings, people)
        assert all(between.befallen.values()), between.befallen


def through(settings: Settings, url: str) -> Settings:
    return settings.model_copy(
        update={"homeserver": settings.homeserver.model_copy(update={"url": url})}
    )


async def test_a_revoked_token_ends_plein_with_a_sentence(
    homeserver: Homeserver, bot: Bot, account: Person
) -> None:
    gerda = await resident(homeserver, bot, "gerda", 30)
    await gerda.gets("hlp", "")
    await account.call("POST", "logout", {})
    assert await bot.ended() == 1
    said = "\n".join(bot.log)
    assert "does not accept the bot's access token" in said
    assert "Traceback" not in said


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("seconds", [3, 15])
async def test_a_database_that_somebody_else_locks_is_waited_for(
    homeserver: Homeserver, bot: Bot, seconds: float
) -> None:
    """Three seconds are a nuisance; in fifteen the lease runs out too."""
    hans = await resident(homeserver, bot, "hans", 31)
    with locked(bot.database):
        await hans.commands("hlp")
        await asyncio.sleep(seconds)
    await hans.gets("help", "")
    await judgements.every_command_has_one_answer([hans])
    assert bot.is_alive


async def test_a_full_disk_is_waited_for(homeserver: Homeserver, bot: Bot) -> None:
    ilse = await resident(homeserver, bot, "ilse", 32)
    _, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, hard))
    await ilse.commands("hlp")
    await bot.says("waits for the database")
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (hard, hard))
    await ilse.gets("help", "")
    await judgements.every_command_has_one_answer([ilse])
    assert bot.is_alive


async def test_whoever_puts_the_bot_out_harms_nobody_else(homeserver: Homeserver, bot: Bot) -> None:
    jan = await resident(homeserver, bot, "jan", 33)
    kim = await resident(homeserver, bot, "kim", 34)
    # Not a chat whose maker the bot is too: nobody can put it out of those.
    room = await jan.creates_room(jan.bot, is_direct=True)
    await jan.sees(membership(room, jan.bot, "join"))
    await jan.says(room, "deelsite nieuw Jan")
    await jan.call("POST", f"rooms/{safe(room)}/kick", {"user_id": jan.bot})
    await jan.gets("help", "")
    await kim.gets("help", "")
    await judgements.every_command_has_one_answer([jan, kim])
    assert bot.is_alive
