"""One at a time, per subsite: two changes of one building do not cross each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from plein_bot.domain.ids import RoomId


class Locks:
    def __init__(self) -> None:
        # Weak, so that a lock goes when nobody holds it or waits for it.
        self._held: WeakValueDictionary[RoomId, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone_in(self, subsite: RoomId) -> AsyncIterator[None]:
        lock = self._held.setdefault(subsite, asyncio.Lock())
        async with lock:
            yield
