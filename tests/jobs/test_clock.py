import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.domain.timers import Timer
from plein_bot.index import timers, work
from plein_bot.index.database import Index
from plein_bot.jobs import clock
from plein_bot.jobs.clock import Clock

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, now: datetime = NINE) -> None:
        self.now = now
        self.looked = asyncio.Event()

    def __call__(self) -> datetime:
        self.looked.set()
        return self.now


def timer(name: str, due_at: datetime) -> Timer:
    return Timer(name, "test", "!here", due_at, "$cause")


@asynccontextmanager
async def running(index: Index, hands: Hands) -> AsyncIterator[None]:
    task = asyncio.create_task(Clock(index, hands).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def ripened(index: Index, *names: str) -> None:
    """Wait until exactly these have become work."""

    async def they_are() -> bool:
        found = [one.work.key.split(":")[1] for one in await work.outstanding(index)]
        assert found == list(names[: len(found)])
        return len(found) == len(names)

    async with asyncio.timeout(60):
        await index.until(they_are)


async def test_what_was_due_while_plein_was_away_ripens_at_the_start(index: Index) -> None:
    await timers.set(index, timer("b", NINE - HOUR))
    await timers.set(index, timer("a", NINE - 1000 * HOUR))

    async with running(index, Hands()):
        await ripened(index, "a", "b")
    async with running(index, Hands(NINE + HOUR)):
        await ripened(index, "a", "b")


async def test_what_is_set_for_a_moment_that_has_come_ripens_at_once(index: Index) -> None:
    async with running(index, Hands()):
        await timers.set(index, timer("a", NINE))
        await ripened(index, "a")


async def test_it_wakes_at_the_next_moment(index: Index) -> None:
    hands = Hands()
    async with running(index, hands):
        await timers.set(index, timer("a", NINE + timedelta(seconds=0.2)))
        hands.looked.clear()
        await hands.looked.wait()
        hands.now = NINE + HOUR

        # Nobody tells it anything now.
        await ripened(index, "a")


async def test_something_earlier_that_is_set_meanwhile_goes_first(index: Index) -> None:
    hands = Hands()
    await timers.set(index, timer("b", NINE + 2 * HOUR))
    async with running(index, hands):
        await timers.set(index, timer("a", NINE + HOUR))
        hands.now = NINE + HOUR
        index.announce()
        await ripened(index, "a")

        hands.now = NINE + 2 * HOUR
        index.announce()
        await ripened(index, "a", "b")


async def test_a_clock_that_jumps_is_noticed(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a machine was suspended, or its clock was put right."""
    monkeypatch.setattr(clock, "LONGEST_NAP", 0.05)
    hands = Hands(NINE + 5 * HOUR)
    await timers.set(index, timer("a", NINE + 6 * HOUR))
    async with running(index, hands):
        for hours in (4, -1000):
            hands.now = NINE + hours * HOUR
            hands.looked.clear()
            await hands.looked.wait()
        assert await timers.next_due(index) == NINE + 6 * HOUR

        hands.now = NINE + 7 * HOUR
        await ripened(index, "a")
