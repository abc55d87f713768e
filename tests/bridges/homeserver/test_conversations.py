"""A random conversation over linked rooms is the same in all of them, each thing once.

Small here; `make chaos-relay N=20 MESSAGES=1000` is the long way. An independent reader compares.
"""

import asyncio
import os
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from itertools import cycle, islice

import pytest

from tests.bridges.homeserver.conversations import Conversation, Side, plan
from tests.bridges.homeserver.readings import Comparison
from tests.bridges.homeserver.relays import World

pytestmark = [pytest.mark.synapse, pytest.mark.chaos, pytest.mark.timeout(7200)]

RING, PAIR = ("alfa", "beta", "gamma"), ("alfa", "beta")
ROOMS = [RING, PAIR] if "PLEIN_CHAOS" in os.environ else [RING]
"""A ring has all that two rooms have, so that these come in the long way only."""
KILLS = min(int(os.environ.get("PLEIN_CHAOS") or 1), 100)
MESSAGES = int(os.environ.get("PLEIN_MESSAGES") or 8)
SEED = os.environ.get("PLEIN_SEED") or secrets.token_hex(4)
"""By it the same plan can be had again, but not who is first of those who speak at once."""
PATIENCE = 60.0
"""Seconds in which nothing more came."""

Kill = Callable[[], Awaitable[None]]


async def talks(sides: list[Side], kills: list[Kill]) -> Comparison:
    """Everybody talks, and now and then something is killed; afterwards all rooms are the same."""
    conversation = Conversation(sides, SEED)
    acts = plan(SEED, MESSAGES, len(sides), len(sides[0].people))
    chance = random.Random(SEED)
    async with asyncio.TaskGroup() as group:
        group.create_task(conversation.carry_out(acts))
        for number, kill in enumerate(kills):
            await conversation.reaches((number + 1) * len(acts) // (len(kills) + 1))
            await asyncio.sleep(chance.random() / 10)
            await kill()
    # Each lane keeps its order: what would come twice has come by the time that these have.
    await conversation.last_words()
    return await same(sides)


async def same(sides: list[Side]) -> Comparison:
    """Look until everything is everywhere, and compare it field by field."""
    stands: list[int] = []
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        compared = Comparison(*[await side.reader.patiently() for side in sides])
        differences = compared.differences()
        if not differences:
            return compared
        counted = [len(one.events) for one in compared.readings]
        if counted != stands:
            stands, until = counted, time.monotonic() + PATIENCE
        await _news(sides, max(until - time.monotonic(), 0))
    told = "\n".join(differences[:40])
    raise AssertionError(f"seed {SEED}: {len(differences)} differences\n{told}")


async def _news(sides: list[Side], within: float) -> None:
    """Until something happens on any side."""
    waiting = [asyncio.create_task(side.reader.hears(within)) for side in sides]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for one in done:
        one.result()


@pytest.mark.parametrize("names", ROOMS, ids="-".join)
async def test_linked_rooms_hold_the_same_whoever_is_killed(
    ring: World, names: tuple[str, ...]
) -> None:
    sides = await ring.linked(names)
    kills = [*(ring.servers[name].is_killed for name in reversed(names)), ring.relay.is_killed]

    await talks(sides, list(islice(cycle(kills), KILLS)))
