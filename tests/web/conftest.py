"""A square with its pages, and a visitor."""

from collections.abc import AsyncIterator

import pytest

from tests.commands.conftest import square, squares
from tests.fakes.square import Square
from tests.web.visiting import Visitor, visiting

__all__ = ["square", "squares"]


@pytest.fixture
async def visitor(square: Square) -> AsyncIterator[Visitor]:
    async with visiting(square) as visitor:
        yield visitor
