"""A sign of life where an answer takes long."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from plein_bot.actions import chats
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.commands.calls import Call
from plein_bot.domain.effects import React, Say
from plein_bot.domain.events import Line
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.sentences import say
from plein_bot.index import members

logger = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds that somebody waits without wondering whether they were heard."""

SIGN = "⏳"

MANY = 20
"""Rooms, or messages; of more it is told how far it is."""

_PAUSE = 2.0
"""Seconds between two counts: who reads along wants to see it go, not to see it flicker."""


@asynccontextmanager
async def shown(act: Act, line: Line) -> AsyncIterator[None]:
    """Put an hourglass at the line when the block takes long.

    A reaction and no reply: the first reply to a command is its answer (design 10).
    """
    sign = asyncio.create_task(_put_sign(act, line))
    try:
        yield
    finally:
        sign.cancel()
        await asyncio.wait([sign])


async def _put_sign(act: Act, line: Line) -> None:
    await asyncio.sleep(PATIENCE)
    try:
        await act.perform([React(line.room, line.event, SIGN)])
    except HomeserverError as error:
        logger.info("%s gets no sign of progress: %s", line.event, error)


@dataclass
class Count:
    """`12 of 40 rooms`, in a notice that is edited in place. Call it when one is done.

    Without a `notice` nobody sees it: then there are few, or nothing could be said.
    """

    act: Act
    language: str
    rooms: int
    room: RoomId | None = None
    notice: EventId | None = None
    messages: bool = False
    _done: int = 0
    _told_at: float = 0.0

    async def __call__(self) -> None:
        self._done += 1
        last = self._done == self.rooms
        if self.notice and (last or time.monotonic() - self._told_at > _PAUSE):
            await self.tell(edits=self.notice)

    async def tell(self, edits: EventId | None = None) -> None:
        assert self.room, "a count that is told has a room"
        self._told_at = time.monotonic()
        n, done = self.rooms, self._done
        words = (
            say("{done} of {n} messages", done=done, n=n)
            if self.messages
            else say("{done} of {n} rooms", done=done, n=n)
        )
        said = Say(self.room, words, f"count:{self._done}", self.language, edits=edits)
        try:
            event = await self.act.homeserver.say(said, self.act.cause)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            logger.info("%s gets no count: %s", self.act.cause, error)
        else:
            self.notice = edits or event


async def counted(call: Call, rooms: int, *, messages: bool = False) -> Count:
    """Tell how far the work on so many rooms is, or on `messages`, where they are many.

    In the direct chat, where the answer comes too. No reply: the first one is the answer.
    """
    count = Count(call.act, call.language, rooms, messages=messages)
    if rooms > MANY:
        act = call.act
        alone = await members.alone_with(act.index, act.plein.bot, call.here) == act.actor
        count.room = call.here if alone else await chats.with_person(act, act.actor)
        await count.tell()
    return count
