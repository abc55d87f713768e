import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import update

from plein_bot.index.database import Index
from plein_bot.index.lease import Lease, Terms, held
from plein_bot.index.tables.machinery import LeaseRow
from tests.conftest import opened

QUICK = Terms(lasts=0.8, renew=0.2, look=0.05)

HOLDER = """
import asyncio, sys
from plein_bot.index.database import Index
from plein_bot.index.lease import Terms, held

async def hold():
    index = await Index.open(sys.argv[1])
    async with held(index, terms=Terms(*map(float, sys.argv[2:]))):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def holder(url: str, terms: Terms) -> asyncio.subprocess.Process:
    numbers = [str(number) for number in (terms.lasts, terms.renew, terms.look)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, *numbers, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    assert await process.stdout.readline() == b"held\n"
    return process


async def test_only_one_holds_it_and_the_next_gets_it_at_once(url: str) -> None:
    order: list[str] = []

    async def write(index: Index, name: str) -> None:
        async with held(index, terms=QUICK):
            order.append(f"{name} begins")
            # Long enough for the other to look, and for a renewal.
            await asyncio.sleep(QUICK.renew * 1.5)
            order.append(f"{name} ends")

    async with opened(url) as one, opened(url) as two, asyncio.TaskGroup() as tasks:
        tasks.create_task(write(one, "one"))
        tasks.create_task(write(two, "two"))

    first, second = order[0].split()[0], order[2].split()[0]
    assert order == [f"{first} begins", f"{first} ends", f"{second} begins", f"{second} ends"]
    assert first != second


async def test_the_second_takes_over_when_the_first_is_killed(url: str) -> None:
    process = await holder(url, QUICK)
    async with opened(url) as index, asyncio.TaskGroup() as tasks:
        stack = AsyncExitStack()
        waiting = tasks.create_task(stack.enter_async_context(held(index, terms=QUICK)))
        await asyncio.sleep(QUICK.lasts * 1.5)
        assert not waiting.done(), "it was renewed, so there is nothing to take over"

        process.kill()
        killed = time.monotonic()
        await process.wait()
        await waiting

        assert time.monotonic() - killed < 5
        await stack.aclose()


def test_taking_over_takes_no_more_than_ten_seconds() -> None:
    assert Terms().lasts + Terms().look < 10
    assert Terms().renew * 2 < Terms().lasts - Terms().margin


async def test_whoever_was_stopped_and_overtaken_knows_it(url: str) -> None:
    async with opened(url) as index, held(index, terms=QUICK) as lease:
        async with index.session() as session:
            await session.execute(update(LeaseRow).values(holder="somebody else"))

        async with asyncio.timeout(5):
            await lease.lost()


async def test_a_lease_that_cannot_be_renewed_is_lost_before_another_may_take_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(url) as index, opened(url) as other, AsyncExitStack() as stack:
        lease = await stack.enter_async_context(held(index, terms=QUICK))
        # A session that does not come back, like a database that does not answer.
        monkeypatch.setattr(index, "session", lambda: asyncio.Event())
        lost: list[float] = []

        async def note(lease: Lease) -> None:
            await lease.lost()
            lost.append(time.monotonic())

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(note(lease))
            async with held(other, terms=QUICK):
                taken = time.monotonic()
        monkeypatch.undo()
        assert lost[0] < taken


async def test_a_frozen_holder_is_replaced(url: str) -> None:
    process = await holder(url, QUICK)
    process.send_signal(signal.SIGSTOP)
    try:
        async with opened(url) as index, asyncio.timeout(60), held(index, terms=QUICK):
            assert process.returncode is None
    finally:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
