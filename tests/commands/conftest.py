"""Plein at its desk, on the homeserver in memory: what people type is answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from plein_bot.commands.attending import Attendant
from plein_bot.commands.desk import Desk
from plein_bot.index.database import Index
from tests.actions.conftest import squares
from tests.fakes.square import PLEIN, Square, square_on

__all__ = ["squares"]

NAMES = ("plein", PLEIN.bot)


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    """With a desk that does what comes in."""
    async with square_on(index) as square:
        attendant = Attendant(square.acts, NAMES)
        desk = Desk(index, attendant.attend, attendant.apologise)
        working = asyncio.create_task(desk.run())
        yield square
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
