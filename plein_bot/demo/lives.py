"""The demo lives no longer than its homeserver, and says why when that dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from plein_bot.homeserver.synapse import Synapse
from plein_bot.homeserver.troubles import HomeserverTrouble


@asynccontextmanager
async def as_long_as_it_lives(homeserver: Synapse) -> AsyncIterator[None]:
    """Raise the homeserver's own trouble when it dies, not what others notice of it."""
    end = asyncio.create_task(homeserver.exited())
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_raise_at(end))
            yield
            watching.cancel()
    except* aiohttp.ClientError:
        done, _ = await asyncio.wait([end], timeout=2)
        if not done:
            raise
        raise end.result() from None
    finally:
        end.cancel()


async def _raise_at(end: asyncio.Task[HomeserverTrouble]) -> None:
    raise await asyncio.shield(end)
