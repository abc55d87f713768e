"""Crashes: Plein stops before any one of the things that it does, and starts again."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar
from unittest.mock import patch
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.commands import progress
from plein_bot.index.database import Index
from plein_bot.index.rows import sql_table
from plein_bot.index.tables.cases import CaseNoticeRow, CaseRow, ReportRow
from plein_bot.index.tables.invitations import InvitationRow, InvitationUseRow
from plein_bot.index.tables.ledger import (
    ActorRow,
    AuditRow,
    DialogueRow,
    MailRow,
    OfferRow,
    RequestRow,
    TimerRow,
)
from plein_bot.index.tables.policies import PolicyHitRow
from plein_bot.index.tables.posts import DraftRow, PostNumberRow, PostRow
from plein_bot.index.tables.sanctions import SanctionRow
from plein_bot.matrix.homeserver import CAUSE
from tests.fakes.rooms import Room
from tests.fakes.square import PLEIN, Square

_FEW, _ALL = 3, 30

_CLOCK = re.compile(r"om \d\d:\d\d")
"""When something was said: the runs that are compared may be minutes apart."""

T = TypeVar("T")
Deed = Callable[[], Awaitable[object]]
Scene = Callable[[Square], Awaitable[Deed]]
Squares = Callable[[], AbstractAsyncContextManager[Square]]


class Interrupted(Exception):
    """Plein died here."""


class Interruption:
    """Counts what Plein does, to the homeserver and to its database, and stops it before one."""

    def __init__(self, before: int | None = None) -> None:
        self.before = before
        self.taken = 0

    def step(self) -> None:
        self.taken += 1
        # What is dead does nothing more, also where several things go side by side.
        if self.before is not None and self.taken >= self.before:
            raise Interrupted


class BreakableIndex(Index):
    """Plein's database as Plein uses it; the homeserver tells into the real one."""

    def __init__(self, index: Index, interruption: Interruption) -> None:
        self._index = index
        self._interruption = interruption

    @asynccontextmanager
    async def session(self, *, unseen: bool = False) -> AsyncIterator[AsyncSession]:
        self._interruption.step()
        async with self._index.session(unseen=unseen) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with self._index.reading() as session:
            yield session

    async def until(self, condition: Callable[[], Awaitable[T]]) -> T:
        return await self._index.until(condition)

    def announce(self) -> None:
        self._index.announce()


async def survives_every_interruption(squares: Squares, scene: Scene) -> int:
    """Do it undisturbed; then again and again, stopped at another step each time and taken up anew.

    Every time it must end the same. Returns the number of steps. Of many steps one is tried, early,
    half-way or late, always the same for the same test; `make chaos` tries each.
    """
    # Whether an hourglass is put at a line depends on how busy this machine is.
    with patch.object(progress, "PATIENCE", 3600):
        async with squares() as square:
            steps, undisturbed = await _done(square, await scene(square), None)
        for before in _tried(steps):
            async with squares() as square:
                _, ended = await _done(square, await scene(square), before)
                different = [(k, ended[k], w) for k, w in undisturbed.items() if ended[k] != w]
                assert not different, f"stopped before step {before} of {steps}: {different}"
    return steps


def _tried(steps: int) -> list[int]:
    every = range(1, steps + 1)
    if int(os.environ.get("PLEIN_CHAOS", "0")) >= _ALL or steps <= _FEW:
        return list(every)
    # In between: before the first step nothing is done, before the last nearly all.
    part = 1 + crc32(os.environ["PYTEST_CURRENT_TEST"].encode()) % _FEW
    return [every[steps * part // (_FEW + 1)]]


async def _done(square: Square, deed: Deed, before: int | None) -> tuple[int, dict[str, Any]]:
    index, interruption = square.index, Interruption(before)
    square.homeserver.step = interruption.step
    square.index = BreakableIndex(index, interruption)
    others = asyncio.all_tasks()
    if before is None:
        await deed()
    else:
        try:
            await deed()
        except Interrupted:
            pass
        else:
            raise AssertionError(f"it is done without step {before}")
        dying = asyncio.all_tasks() - others
        await asyncio.gather(*dying, return_exceptions=True)
        interruption.before = None
        await square.homeserver.settled()
        await deed()
    square.index = index
    await square.homeserver.settled()
    return interruption.taken, await _ending(square)


async def _ending(square: Square) -> dict[str, Any]:
    """Everything that is left behind, without what is different each time."""
    ending: dict[str, Any] = {
        "aliases": dict(square.homeserver.aliases),
        "rooms": {room.id: _room(room) for room in square.homeserver.rooms.values()},
    }
    async with square.index.reading() as session:
        actors = {row.key: row.user_id for row in await session.scalars(select(ActorRow))}
        audits = await session.scalars(select(AuditRow))
        ending["audit"] = sorted(
            (row.cause, row.action, row.place, actors[row.actor], actors.get(row.whom), row.outcome)
            for row in audits
        )
        kept = (
            RequestRow,
            OfferRow,
            DialogueRow,
            PostNumberRow,
            DraftRow,
            TimerRow,
            PostRow,
            InvitationUseRow,
            SanctionRow,
            CaseRow,
            ReportRow,
            CaseNoticeRow,
            PolicyHitRow,
        )
        for table in kept:
            rows = (await session.execute(select(sql_table(table)))).mappings()
            ending[table.__tablename__] = [_timeless(row) for row in rows]
        # Of these the tokens are other ones each time.
        mails = await session.scalars(select(MailRow))
        ending["mails"] = sorted((row.cause, row.address, row.subject, row.state) for row in mails)
        invited = await session.scalars(select(InvitationRow))
        ending["invitations"] = sorted(
            (row.number, row.guest, row.place, row.state, row.mail or "", row.used)
            for row in invited
        )
    return ending


def _timeless(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: _timeless(value) if isinstance(value, dict) else value
        for name, value in row.items()
        if not name.endswith("_at")
    }


def _room(room: Room) -> dict[str, Any]:
    return {
        "state": {
            key: {k: v for k, v in raw["content"].items() if k != CAUSE}
            for key, raw in room.state.items()
        },
        "listed": room.listed,
        "said": [
            (raw["type"], raw["event_id"], _CLOCK.sub("om …", repr(raw["content"])))
            for raw in room.timeline
            if "state_key" not in raw and raw["sender"] == PLEIN.bot
        ],
    }
