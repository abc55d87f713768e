"""Wakes what was set for a moment: at its moment, and at the start what came while Plein was away.

APScheduler has no part in it: its alarms count the seconds that the machine runs, and so come late
by as long as it was suspended.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from plein_bot.index import timers
from plein_bot.index.database import Index
from plein_bot.index.trouble import waited_out

LONGEST_NAP = 60.0
"""Seconds after which the clock is looked at again: it may have been put right meanwhile."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    def __init__(self, index: Index, now: Callable[[], datetime] = _utc_now) -> None:
        self._index = index
        self._now = now

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await waited_out("The clock", lambda: timers.ripen(self._index, self._now()))
            await waited_out("The clock", self._nap)

    async def _nap(self) -> None:
        """Until something is due, something earlier is set, or it has been long enough."""
        due = await timers.next_due(self._index)

        async def is_news() -> bool:
            first = await timers.next_due(self._index)
            return first is not None and (due is None or first < due or first <= self._now())

        left = (due - self._now()).total_seconds() if due else LONGEST_NAP
        try:
            async with asyncio.timeout(min(max(left, 0), LONGEST_NAP)):
                await self._index.until(is_news)
        except TimeoutError:
            return
