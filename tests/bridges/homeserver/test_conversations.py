"""A random conversation over linked rooms is the same in all of them, each thing once.

Small here; `make chaos-relay N=20 MESSAGES=1000` is the long way. An independent reader compares.
"""

import asyncio
import os
import random
import secrets
from collections.abc import Awaitable, Callable
from itertools import cycle, islice

import pytest

from tests.bridges.homeserver.conversations import Conversation, Side, plan
from tests.bridges.homeserver.readings import Comparison
from tests.bridges.homeserver.relays import World

pytestmark = [pytest.mark.synapse, pytest.mark.chaos, pytest.mark.timeout(7200)]

LONG = "PLEIN_CHAOS" in os.environ
KILLS = min(int(os.environ.get("PLEIN_CHAOS") or 1), 100)
MESSAGES = int(os.environ.get("PLEIN_MESSAGES") or 8)
SEED = os.environ.get("PLEIN_SEED") or secrets.token_hex(4)
"""By it the same plan can be had again, but not who is first of those who speak at once."""
PATIENCE = 120
"""Looks in a row at which nothing more had come, half a second or more apart."""

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
    looks = 0
    while looks < PATIENCE:
        compared = Comparison(*[await side.reader.patiently() for side in sides])
        differences = compared.differences()
        if not differences:
            return compared
        counted = [len(one.events) for one in compared.readings]
        looks = looks + 1 if counted == stands else 0
        stands = counted
        await asyncio.sleep(0.5)
    told = "\n".join(differences[:40])
    raise AssertionError(f"seed {SEED}: {len(differences)} differences\n{told}")


@pytest.mark.skipif(not LONG, reason="a ring has all of this: make chaos-relay")
async def test_two_rooms_hold_the_same_whoever_is_killed(ring: World) -> None:
    sides = await ring.linked(("alfa", "beta"))
    kills = [one.is_killed for one in (ring.servers["alfa"], ring.servers["beta"])]

    await talks(sides, _in_turn([*kills, ring.relay.is_killed]))


async def test_in_a_ring_of_three_everything_comes_once(ring: World) -> None:
    sides = await ring.linked(("alfa", "beta", "gamma"))
    kills = [ring.servers[name].is_killed for name in ("gamma", "beta", "alfa")]

    await talks(sides, _in_turn([*kills, ring.relay.is_killed]))


def _in_turn(kills: list[Kill]) -> list[Kill]:
    return list(islice(cycle(kills), KILLS))
