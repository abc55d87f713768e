"""When the homeserver cannot answer now: whom that holds up, and for how long.

An outage holds up everybody: calls go single file, each after a pause, until one is answered. A
limit (429) holds up only the calls to the same endpoint. Nobody gives up; whoever tires cancels.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from plein_bot.actions.ports import HomeserverError

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]

LONGEST = 60.0


class Unanswered(Exception):
    """No answer now, but perhaps later. `after` is what the server asked for, in seconds.

    `alone` means that the homeserver itself is well and speaks of this one request: of a server
    beyond it that does not answer.
    """

    def __init__(self, reason: str, *, after: float | None = None, alone: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.alone = alone


class Limited(Exception):
    """Too many requests to one endpoint. `after` is in seconds."""

    def __init__(self, after: float | None) -> None:
        super().__init__(after)
        self.after = after


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 … 60, a tenth more or less."""
    return min(2.0 ** min(failures - 1, 10), LONGEST) * random.uniform(0.9, 1.1)


class Outage:
    """Whether the homeserver answers at all. `since` is a reading of the clock; None: it does."""

    def __init__(self, clock: Clock, sleep: Sleep) -> None:
        self.since: float | None = None
        self.reason = ""
        self._clock = clock
        self._sleep = sleep
        self._line = asyncio.Lock()  # asyncio's locks are fair: first come, first served
        self._failures = 0
        self._pause = 0.0

    async def through(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Make one attempt when it is its turn, and learn from it. Raises what `attempt` raises."""
        if self.since is not None:
            async with self._line:
                # It may have ended while we stood in line; then the whole line runs free.
                if self.since is not None:
                    await self._sleep(self._pause)
                    return await self._watch(attempt)
        return await self._watch(attempt)

    async def _watch(self, attempt: Callable[[], Awaitable[T]]) -> T:
        failures = self._failures
        try:
            answer = await attempt()
        except Unanswered as failure:
            if failure.alone:
                self._end()
            elif failures == self._failures:  # else those who set out with us have told it already
                self._begin_or_go_on(failure)
            raise
        except (HomeserverError, Limited):
            self._end()  # a refusal is an answer too
            raise
        self._end()
        return answer

    def _begin_or_go_on(self, failure: Unanswered) -> None:
        if self.since is None:
            self.since = self._clock()
            log.warning("the homeserver does not answer: %s", failure)
        self.reason = str(failure)
        self._failures += 1
        self._pause = max(backoff(self._failures), failure.after or 0)

    def _end(self) -> None:
        if self.since is not None:
            seconds = self._clock() - self.since
            log.warning("the homeserver answers again, after %.0f s", seconds)
        self.since = None
        self.reason = ""
        self._failures = 0


class Limits:
    """Lines of calls before endpoints that answered 429; a line stays until nobody stands in it.

    So a queue drains at the pace that the server allows, and its release is not a stampede.
    """

    def __init__(self, clock: Clock, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lines: dict[str, _Line] = {}

    async def through(self, endpoint: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Make attempts until one is not limited. Raises whatever else `attempt` raises."""
        if endpoint not in self._lines:
            try:
                return await attempt()
            except Limited as limited:
                self._lines.setdefault(endpoint, _Line()).wait(limited, self._clock())
        line = self._lines[endpoint]
        line.length += 1
        try:
            async with line.lock:
                while True:
                    if (pause := line.until - self._clock()) > 0:
                        await self._sleep(pause)
                    try:
                        answer = await attempt()
                    except Limited as limited:
                        line.wait(limited, self._clock())
                    else:
                        line.refusals = 0
                        return answer
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[endpoint]


class _Line:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.length = 0
        self.until = 0.0
        self.refusals = 0

    def wait(self, limited: Limited, now: float) -> None:
        self.refusals += 1
        pause = backoff(self.refusals) if limited.after is None else limited.after
        self.until = max(self.until, now + pause)
