"""Plein at its desk, on the homeserver in memory: what people type is answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from plein_bot.commands.attending import Attendant
from plein_bot.commands.desk import Desk
from plein_bot.domain.audits import Link
from plein_bot.domain.deeds import has_words
from plein_bot.index import chain
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import AuditRow
from plein_bot.index.tables.machinery import Progress, WorkRow
from tests.actions.conftest import squares
from tests.fakes.square import PLEIN, Square, square_on

__all__ = ["squares"]

NAMES = ("plein", PLEIN.bot)


@asynccontextmanager
async def at_desk(square: Square) -> AsyncIterator[None]:
    """With a desk that does what comes in."""
    attendant = Attendant(square.acts, NAMES)
    desk = Desk(square.index, attendant.attend, attendant.apologise)
    working = asyncio.create_task(desk.run())
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    async with square_on(index) as square:
        async with at_desk(square):
            yield square
        await whole_is_the_audit(square)


async def whole_is_the_audit(square: Square) -> None:
    """Whatever was done, and wherever places went on, it can be read and nothing is missing."""
    assert isinstance(await chain.examine(square.index), Link)
    async with square.index.reading() as session:
        actions = await session.scalars(select(AuditRow.action).distinct())
        assert [action for action in actions if not has_words(action)] == []
        causes = set(await session.scalars(select(AuditRow.cause).distinct()))
        # What is still being done when a test has seen enough.
        causes |= set(
            await session.scalars(select(WorkRow.key).where(WorkRow.progress == Progress.WAITING))
        )
    silent = {c: done for c, done in square.homeserver.done.by_cause.items() if c not in causes}
    assert silent == {}, "something was changed and nothing of it is in the audit"
