"""Two processes on one database: one works, the other stands by."""

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from plein_bot.config import Settings
from tests.chaos import judgements
from tests.chaos.conftest import resident
from tests.chaos.processes import Bot, Homeserver

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


async def test_whoever_stands_by_takes_over_within_ten_seconds(
    homeserver: Homeserver, bot: Bot, settings: Settings, tmp_path: Path
) -> None:
    second = Bot(settings, tmp_path, name="second")
    await second.spawn()
    lies = await resident(homeserver, bot, "lies", 40)
    await lies.gets("deelsite nieuw Wijk 40", "Wie mag het vinden?")
    await lies.commands("2")
    first = holder(bot.database)

    await bot.kill()
    killed = time.monotonic()
    await second.ready()
    took = time.monotonic() - killed

    assert holder(bot.database) != first
    await lies.gets("2", "")
    await judgements.every_command_has_one_answer([lies])
    await second.kill()
    assert took < 12, f"{took:.1f} s: ten for the lease, and what it takes to greet the homeserver"


async def test_whoever_stands_by_does_nothing(
    homeserver: Homeserver, bot: Bot, settings: Settings, tmp_path: Path
) -> None:
    second = Bot(settings, tmp_path, name="second")
    await second.spawn()
    mies = await resident(homeserver, bot, "mies", 41)
    for _ in range(3):
        await mies.gets("help", "")
    assert not second.is_ready
    await second.kill()
    await judgements.every_command_has_one_answer([mies])


def holder(database: Path) -> str:
    with contextlib.closing(sqlite3.connect(database)) as look:
        name: str = look.execute("SELECT holder FROM lease").fetchone()[0]
        return name
