"""What did a homeserver not bring? Synapse keeps what it is to bring next in memory, and forgets it
when it is killed; so after a silence in which that may have been, the room itself is looked at.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from bridges.common.homeserver import HomeserverError, Json, safe
from bridges.homeserver.attending import concerns
from bridges.homeserver.sides import Side
from bridges.homeserver.store import events, reached
from bridges.homeserver.store.database import Store

logger = logging.getLogger(__name__)

SILENCE = 1.0
"""Seconds; no homeserver is killed and there again in less."""
_PAGE = 100
_MOST = 50
"""Pages of a room that are looked at."""


class CatchingUp:
    """Whatever comes in from a side goes through here, one after the other."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._heard: dict[str, float] = {}

    async def take(self, side: Side, transaction: str, came: list[Json]) -> None:
        """Store what a homeserver brings, after what it had forgotten to.

        Raises `SideAway` or `Unanswered`, and nothing is stored then.
        """
        async with self._turn[side.name]:
            if self._clock() - self._heard.get(side.name, float("-inf")) > SILENCE:
                rooms = {str(event.get("room_id")) for event in came}
                async with self._store.session() as session:
                    linked = await reached.linked(session, side.name, rooms)
                for room, since in linked.items():
                    await self._look(side, room, since)
            async with self._store.session() as session:
                what = partial(concerns, side)
                await events.keep(session, side.name, transaction, came, time.time(), what)
            self._heard[side.name] = self._clock()

    async def everywhere(self, side: Side) -> None:
        """Look in all linked rooms of a side that is there again. Raises as `take`."""
        async with self._store.session() as session:
            linked = await reached.linked(session, side.name)
        for room, since in linked.items():
            async with self._turn[side.name]:
                await self._look(side, room, since)

    async def _look(self, side: Side, room: str, since: float) -> None:
        async with self._store.session() as session:
            newest = await reached.newest(session, side.name, room)
        try:
            missed = await self._after(side, room, newest, since)
        except HomeserverError as error:
            logger.info("What was not brought of %s cannot be seen: %s", room, error)
            return
        if missed:
            logger.info("%s had not brought %s events of %s", side.name, len(missed), room)
            async with self._store.session() as session:
                what = partial(concerns, side)
                await events.catch_up(session, side.name, room, missed, time.time(), what)

    async def _after(self, side: Side, room: str, newest: str | None, since: float) -> list[Json]:
        """What came after the newest event that is known, or after it was linked; in order."""
        path = f"client/v3/rooms/{safe(room)}/messages"
        query = {"dir": "b", "limit": str(_PAGE)}
        found: list[Json] = []
        for _ in range(_MOST):
            page = await side.call("GET", path, query=query)
            for event in page.get("chunk", []):
                if event.get("event_id") == newest:
                    return found[::-1]
                if newest is None and event.get("origin_server_ts", 0) < since * 1000:
                    return found[::-1]
                found.append(event)
            if not page.get("end"):
                break
            query = query | {"from": str(page["end"])}
        return found[::-1]
