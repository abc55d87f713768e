"""In what order is stored work done? In order within a lane, side by side over the lanes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

logger = logging.getLogger(__name__)


class Lanes:
    """Does what stands in the database, until cancelled.

    `waiting` gives the lanes in which something can be done now, `do` does the first thing of one
    lane. `do` sees to its own failures: what it raises is logged, and its lane tried again later.
    """

    def __init__(
        self,
        name: str,
        waiting: Callable[[], Awaitable[Collection[str]]],
        do: Callable[[str], Awaitable[None]],
        *,
        look_again: float = 1.0,
        at_once: int = 20,
    ) -> None:
        self._name = name
        self._waiting = waiting
        self._do = do
        self._look_again = look_again
        self._at_once = asyncio.Semaphore(at_once)
        self._busy: set[str] = set()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """There is news: look at once instead of in a while."""
        self._news.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                self._news.clear()
                for lane in await self._waiting():
                    if lane not in self._busy:
                        self._busy.add(lane)
                        group.create_task(self._one(lane))
                try:
                    async with asyncio.timeout(self._look_again):
                        await self._news.wait()
                except TimeoutError:
                    pass

    async def _one(self, lane: str) -> None:
        try:
            async with self._at_once:
                await self._do(lane)
            self._news.set()
        except Exception:
            # The next look, within `look_again`, tries it again.
            logger.exception("%s: a lane stumbled", self._name)
        finally:
            self._busy.discard(lane)
