"""What did a homeserver not bring? Synapse keeps what it is to bring next in memory, and forgets it
when it is killed; so after a silence in which that may have been, the room itself is looked at.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from bridges.common.homeserver import HomeserverError, Json, Unanswered, safe

logger = logging.getLogger(__name__)

SILENCE = 1.0
"""Seconds; no homeserver is killed and there again in less."""
SETTLES = 30.0
"""Seconds after a silence. While Synapse catches up with a bridge that was away, it can leave a
transaction lying and go on with the next; it brings that one when the bridge is away again."""
_FIRST_PAGE, _PAGE = 10, 100
_MOST = 50
"""Pages of a room that are looked at."""
_TRIES = 5
"""Of a room at which a homeserver stumbles."""
_PULSE = 2.0
"""Seconds; whoever is killed and there again takes longer."""
_PULSES = 1800
"""In an hour."""


class Bridge(Protocol):
    """What looking back asks of a bridge, for one homeserver."""

    @property
    def name(self) -> str: ...

    async def rooms(self, among: Collection[str] | None = None) -> dict[str, float]:
        """Those that are looked at, and since when."""

    async def newest(self, room: str) -> str | None:
        """The newest event of a room that is known."""

    async def ask(self, room: str, path: str, query: Mapping[str, str]) -> Json:
        """Once. Raises `HomeserverError` or `Unanswered`."""

    async def keep(self, transaction: str, came: list[Json]) -> None:
        """Store what the homeserver brought."""

    async def catch_up(self, room: str, missed: list[Json]) -> None:
        """Store what it did not bring."""


class LookingBack:
    """Whatever comes in from a homeserver goes through here, one after the other."""

    def __init__(self, bridge: Bridge, clock: Callable[[], float] = time.monotonic) -> None:
        self._bridge = bridge
        self._clock = clock
        self._turn = asyncio.Lock()
        self._heard = float("-inf")
        self._settled = float("-inf")
        self._looked: set[str] = set()
        self._stumbled: Counter[str] = Counter()

    async def take(self, transaction: str, came: list[Json]) -> None:
        """Store what a homeserver brings, after what it had forgotten to.

        Raises `Unanswered`, and nothing is stored then.
        """
        async with self._turn:
            if self._clock() - self._heard > SILENCE:
                self._looked.clear()
                self._settled = self._clock() + SETTLES
            rooms = {str(event.get("room_id")) for event in came}
            if self._clock() >= self._settled:
                # A room of which the first thing comes long after was not looked at yet.
                rooms -= self._looked
            if rooms:
                for room, since in (await self._bridge.rooms(rooms)).items():
                    await self._look(room, since)
            await self._bridge.keep(transaction, came)
            self._looked |= rooms
            self._heard = self._clock()

    async def everywhere(self) -> None:
        """Look in all rooms of a homeserver that is there again. Raises as `take`."""
        for room, since in (await self._bridge.rooms()).items():
            async with self._turn:
                await self._look(room, since)

    async def _look(self, room: str, since: float) -> None:
        try:
            missed = await self._after(room, await self._bridge.newest(room), since)
        except HomeserverError as error:
            logger.info("What was not brought of %s cannot be seen: %s", room, error)
            return
        except Unanswered as error:
            self._stumbled[room] += 1
            if error.status != 500 or self._stumbled[room] < _TRIES:
                raise
            # It is this room at which it stumbles: that is not to hold up all others for ever.
            logger.error("What was not brought of %s cannot be seen: %s", room, error)
            return
        self._stumbled.pop(room, None)
        if missed:
            logger.info("%s had not brought %s events of %s", self._bridge.name, len(missed), room)
            await self._bridge.catch_up(room, missed)

    async def _after(self, room: str, newest: str | None, since: float) -> list[Json]:
        """What came after the newest event that is known, in order; after `since` where that is
        not found, for it may be hidden or cleared away."""
        path = f"client/v3/rooms/{safe(room)}/messages"
        query = {"dir": "b", "limit": str(_FIRST_PAGE)}
        found: list[Json] = []
        for _ in range(_MOST):
            page = await self._bridge.ask(room, path, query)
            for event in page.get("chunk", []):
                if event.get("event_id") == newest:
                    return found[::-1]
                if newest is None and _said(event) < since:
                    return found[::-1]
                found.append(event)
            if not page.get("end"):
                break
            query = query | {"limit": str(_PAGE), "from": str(page["end"])}
        return [event for event in reversed(found) if _said(event) >= since]


def _said(event: Json) -> float:
    at = event.get("origin_server_ts")
    return at / 1000 if isinstance(at, int) else 0.0


async def stay(look: Callable[[], Awaitable[None]], answers: Callable[[], Awaitable[bool]]) -> None:
    """Now and whenever the homeserver is there again, look for what it forgot to bring; and now
    and then in any case. `look` may raise `Unanswered`."""
    while True:
        try:
            await look()
        except Unanswered:
            await asyncio.sleep(_PULSE)
            continue
        for _ in range(_PULSES):
            if not await answers():
                break
            await asyncio.sleep(_PULSE)
