"""One act: who does it, because of which work, and what it may touch."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from plein_bot.actions.locks import Locks
from plein_bot.actions.ports import (
    Homeserver,
    HomeserverError,
    Mailboxes,
    Registrar,
    Reports,
    Scanner,
    TokenRevoked,
)
from plein_bot.domain.audits import BEGUN
from plein_bot.domain.deployment import Plein
from plein_bot.domain.effects import Effect
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import audits, echoes
from plein_bot.index.audits import Noted
from plein_bot.index.database import Index

logger = logging.getLogger(__name__)

Key = TypeVar("Key")

PATIENCE = 60
"""Seconds to wait for the homeserver to tell back; usually it takes some hundredths of one."""


_AT_ONCE = 10
"""Rooms at work side by side: more is not sooner, and others want to be served too."""


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Act:
    """`cause` is the key of the work: the same act for the same cause again changes nothing.

    With `on_web` what it gives is shown in a browser, to who came by a link.
    """

    actor: UserId
    cause: str
    plein: Plein
    homeserver: Homeserver
    index: Index
    locks: Locks
    scanner: Scanner | None = None
    spool: Path | None = None
    on_web: bool = False

    async def perform(self, effects: Iterable[Effect]) -> None:
        """One after the other, where the order matters; then wait until it is known."""
        done = tuple(effects)
        for effect in done:
            await self.homeserver.perform(effect, self.cause)
        await self.told_back(lambda: echoes.are_told(self.index, done))

    async def perform_together(self, effects: Iterable[Effect]) -> None:
        """Side by side; when one fails the others are still done before the error goes on."""
        done = tuple(effects)
        failed = await self._side_by_side({n: [one] for n, one in enumerate(done)}, _nothing)
        for refusal in failed.values():
            raise refusal
        await self.told_back(lambda: echoes.are_told(self.index, done))

    async def try_together(
        self, effects: Iterable[Effect], each: Callable[[], Awaitable[None]] = _nothing
    ) -> tuple[tuple[Effect, HomeserverError], ...]:
        """The same, but what the homeserver refuses is returned, and the others count.

        `each` is called after every one.
        """
        done = tuple(effects)
        failed = await self._side_by_side({n: [one] for n, one in enumerate(done)}, each)
        told = [one for n, one in enumerate(done) if n not in failed]
        await self.told_back(lambda: echoes.are_told(self.index, told))
        return tuple((done[n], error) for n, error in failed.items())

    async def perform_by_room(
        self,
        todo: Mapping[RoomId, Sequence[Effect]],
        each: Callable[[], Awaitable[None]] = _nothing,
    ) -> dict[RoomId, HomeserverError]:
        """Rooms side by side, the effects of one in their order; `each` is called after every room.

        What the homeserver refuses for one room does not stop the others: it is returned.
        """
        failed = await self._side_by_side(todo, each)
        done = [one for room, effects in todo.items() if room not in failed for one in effects]
        await self.told_back(lambda: echoes.are_told(self.index, done))
        return failed

    async def _side_by_side(
        self, todo: Mapping[Key, Sequence[Effect]], each: Callable[[], Awaitable[None]]
    ) -> dict[Key, HomeserverError]:
        """A few at a time. Everything is tried before any other trouble goes on."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def perform(effects: Sequence[Effect]) -> None:
            async with turn:
                for effect in effects:
                    await self.homeserver.perform(effect, self.cause)
            await each()

        failed: dict[Key, HomeserverError] = {}
        tried = await asyncio.gather(*map(perform, todo.values()), return_exceptions=True)
        for key, outcome in zip(todo, tried, strict=True):
            if isinstance(outcome, HomeserverError) and not isinstance(outcome, TokenRevoked):
                failed[key] = outcome
            elif isinstance(outcome, BaseException):
                raise outcome
        return failed

    async def told_back(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait until the homeserver has told what was just done to it.

        Not for ever: what was done stands all the same, and only the next act may read too early.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                await self.index.until(condition)
        except TimeoutError:
            logger.warning("%s: the homeserver has not told back what was done", self.cause)

    async def begin(
        self,
        action: str,
        place: RoomId,
        whom: UserId | None = None,
        *,
        event: EventId | None = None,
        why: str = "",
    ) -> None:
        """Say in the audit that something is about to be done, which may be interrupted."""
        if not await self.has_begun(action, place, whom):
            await self.record(action, place, whom, BEGUN, event=event, why=why)

    async def has_begun(self, action: str, place: RoomId, whom: UserId | None = None) -> bool:
        """Whether this cause began it before: then it is finished, and not judged again."""
        return await audits.is_known(self.index, self.cause, action, place=place, whom=whom)

    async def begin_all(
        self, action: str, places: Iterable[RoomId], whom: UserId | None, *, why: str = ""
    ) -> None:
        """The same for several places in one go: what is about to be done is known as a whole."""
        await audits.begin(
            self.index, self.cause, action, self.actor, places=tuple(places), whom=whom, why=why
        )

    async def begun(self, action: str, whom: UserId | None) -> frozenset[RoomId]:
        """The places where this cause began it before."""
        return await audits.begun(self.index, self.cause, action, whom=whom)

    async def record_all(
        self, action: str, outcomes: Mapping[RoomId, str], whom: UserId | None
    ) -> None:
        """End what was begun in several places."""
        await audits.end(self.index, self.cause, action, outcomes=outcomes, whom=whom)

    async def noted(self, action: str) -> tuple[Noted, ...]:
        """What this cause has begun of this, now or before it was interrupted."""
        return tuple(d for d in await audits.of_cause(self.index, self.cause) if d.action == action)

    async def record(
        self,
        action: str,
        place: RoomId,
        whom: UserId | None = None,
        outcome: str = "done",
        *,
        event: EventId | None = None,
        why: str = "",
    ) -> None:
        """The entry of the audit that every act leaves, once per cause, action, place and person.

        `event` is the one that was made or judged. `why` says where the reason stands, such as
        `request:3`, and is never the reason itself: that can be forgotten, and this cannot.
        """
        await audits.record(
            self.index,
            self.cause,
            action,
            self.actor,
            place=place,
            whom=whom,
            outcome=outcome,
            event=event,
            why=why,
        )


@dataclass(frozen=True, slots=True)
class Acts:
    """Where acts come from: the parts that all of them share.

    `spool` is a folder for what does not outlive an act. There is a `registrar` where invited
    people may make accounts, and `mailboxes` where they may take part by e-mail. `reported` where
    the homeserver tells what people report to it.
    """

    plein: Plein
    homeserver: Homeserver
    index: Index
    locks: Locks
    scanner: Scanner | None = None
    spool: Path | None = None
    registrar: Registrar | None = None
    reported: Reports | None = None
    mailboxes: Mailboxes | None = None

    def by(self, actor: UserId, cause: str) -> Act:
        return Act(
            actor,
            cause,
            self.plein,
            self.homeserver,
            self.index,
            self.locks,
            self.scanner,
            self.spool,
        )
