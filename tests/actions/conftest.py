"""A square for each test, on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plein_bot.index.database import Index
from tests.conftest import opened
from tests.fakes.interruptions import Squares
from tests.fakes.square import Square, square_on


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    async with square_on(index) as square:
        yield square


@pytest.fixture
def squares(migrated_sqlite: Path, tmp_path: Path) -> Squares:
    """As many squares as a test wants, each its own."""
    numbers = itertools.count()

    @asynccontextmanager
    async def another() -> AsyncIterator[Square]:
        copy = shutil.copy(migrated_sqlite, tmp_path / f"square-{next(numbers)}.db")
        async with opened(f"sqlite+aiosqlite:///{copy}") as index, square_on(index) as square:
            yield square

    return another
