"""The desk: takes work in its order and sees to it that each thing is done once.

Lanes (rooms) run side by side, the work of one lane one after the other. Work that fails for good
is set aside with a number that the person gets, and the lane goes on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from plein_bot.actions.ports import TokenRevoked
from plein_bot.domain.events import Work
from plein_bot.index import work as rows
from plein_bot.index.database import Index
from plein_bot.index.trouble import DatabaseTrouble, waited_out
from plein_bot.index.work import Outstanding

logger = logging.getLogger(__name__)

AT_ONCE = 32
"""Lanes at work at one time; others wait their turn."""


class Desk:
    """`handle` does a piece of work; `apologise` tells the person the number of what went wrong."""

    def __init__(
        self,
        index: Index,
        handle: Callable[[Work], Awaitable[None]],
        apologise: Callable[[Work, int], Awaitable[None]],
    ) -> None:
        self._index = index
        self._handle = handle
        self._apologise = apologise
        self._lanes: dict[str, deque[Outstanding]] = {}
        self._in_hand: set[int] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0

    async def run(self) -> None:
        """Work until cancelled. What was outstanding when Plein last stopped comes first.

        Raises `TokenRevoked`; what was being done then waits for a new token.
        """
        last = 0
        async with asyncio.TaskGroup() as lanes:
            while True:

                async def news(last: int = last) -> list[Outstanding]:
                    # Noted before asking: what is finished during the question is not news.
                    in_hand = frozenset(self._in_hand)
                    found = await rows.outstanding(self._index, after=last)
                    return [one for one in found if one.sequence not in in_hand]

                for one in await waited_out("The desk", lambda: self._index.until(news)):
                    last = max(last, one.sequence)
                    self._put(one, lanes)

    def _put(self, one: Outstanding, lanes: asyncio.TaskGroup) -> None:
        self.waiting += 1
        self._in_hand.add(one.sequence)
        name = one.work.lane
        lane = self._lanes.get(name)
        if lane is not None:
            lane.append(one)
            return
        self._lanes[name] = deque([one])
        lanes.create_task(self._lane(name), name=f"lane {name}")

    async def _lane(self, name: str) -> None:
        lane = self._lanes[name]
        async with self._at_once:
            while lane:
                await self._do(lane[0])
                self._in_hand.discard(lane.popleft().sequence)
                self.waiting -= 1
        del self._lanes[name]

    async def _do(self, one: Outstanding) -> None:
        key = one.work.key
        # What failed just before Plein stopped is not done again, or it might be answered twice.
        error = one.error or await waited_out(key, lambda: self._failure_of(one.work))
        if error is None:
            await waited_out(key, lambda: rows.done(self._index, key))
            return
        # The person is told before the work is out of sight: whoever asks gets an answer.
        number = await waited_out(key, lambda: rows.failed(self._index, key, error))
        await waited_out(key, lambda: self._say_sorry(one.work, number))
        await waited_out(key, lambda: rows.set_aside(self._index, key, error))

    async def _failure_of(self, work: Work) -> str | None:
        """Do the work; what went wrong for good, if anything did."""
        try:
            await self._handle(work)
        except (DatabaseTrouble, TokenRevoked):
            raise
        except Exception as failure:
            logger.exception("%s failed and is set aside", work.key)
            return repr(failure)
        return None

    async def _say_sorry(self, work: Work, number: int) -> None:
        try:
            await self._apologise(work, number)
        except (DatabaseTrouble, TokenRevoked):
            raise
        except Exception:
            # A room that will not have us must not stop the others.
            logger.exception("%s: nobody could be told of number %s", work.key, number)
