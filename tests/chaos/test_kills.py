"""Killed at any moment and started again: everything asked is done once and answered once."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from plein_bot.config import Settings
from tests.chaos import judgements
from tests.chaos.conftest import resident
from tests.chaos.processes import Bot, Homeserver
from tests.chaos.residents import Resident
from tests.synapse.people import Person

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600), pytest.mark.usefixtures("register")]

NAMES = ("anna", "bram", "carla")


async def while_living(people: list[Resident], harm: Callable[[], Awaitable[None]]) -> None:
    """Let everybody give commands until `harm` has done its worst, and have them all answered."""
    over = asyncio.Event()

    async def lives(person: Resident) -> None:
        day = 0
        while not over.is_set():
            await person.lives_a_day(day, people)
            day += 1

    async def harms() -> None:
        await harm()
        over.set()

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(lives(person))
        group.create_task(harms())


async def somebody_asks(people: list[Resident]) -> None:
    """Wait until a command is sent, from now on."""
    for person in people:
        person.busy.clear()
    asks = [asyncio.create_task(person.busy.wait()) for person in people]
    await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
    for ask in asks:
        ask.cancel()


async def test_plein_is_killed_while_commands_are_outstanding(
    homeserver: Homeserver,
    bot: Bot,
    account: Person,
    settings: Settings,
    kills: int,
    chance: random.Random,
) -> None:
    people = [await resident(homeserver, bot, name, n) for n, name in enumerate(NAMES)]

    async def kill() -> None:
        for _ in range(kills):
            await somebody_asks(people)
            await asyncio.sleep(chance.uniform(0, 1.0))
            await bot.restart()

    await while_living(people, kill)

    commands = await judgements.every_command_has_one_answer(people)
    square = await judgements.stands_once(account, settings, people)
    requests = await judgements.requests_are_told_once(account, square)
    assert commands > kills
    print(f"{kills} kills, {commands} commands, {len(square.states)} rooms, {requests} requests")  # noqa: T201


async def test_the_homeserver_is_killed_while_it_makes_rooms(
    homeserver: Homeserver,
    bot: Bot,
    account: Person,
    settings: Settings,
    kills: int,
    chance: random.Random,
) -> None:
    people = [await resident(homeserver, bot, name, n) for n, name in enumerate(NAMES, 10)]

    async def kill() -> None:
        for number in range(kills):
            await somebody_asks(people)
            await asyncio.sleep(chance.uniform(0.005, 0.12))
            if number % 2:
                await asyncio.gather(homeserver.restart(), bot.restart())
            else:
                await homeserver.restart()

    await while_living(people, kill)

    commands = await judgements.every_command_has_one_answer(people)
    square = await judgements.stands_once(account, settings, people)
    requests = await judgements.requests_are_told_once(account, square)
    print(f"{kills} kills, {commands} commands, {len(square.states)} rooms, {requests} requests")  # noqa: T201
