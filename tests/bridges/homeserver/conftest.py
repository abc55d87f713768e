"""Three homeservers that do not federate, with the relay between them."""

from collections.abc import AsyncIterator

import pytest

from tests.bridges.homeserver.memory import Desks, desks
from tests.bridges.homeserver.relays import World, world
from tests.bridges.homeserver.servers import NAMES


@pytest.fixture(scope="session")
async def ring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("ring"), NAMES) as three:
        yield three


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, in which the relay makes its tables."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desks]:
    async with desks(url) as both:
        yield both
