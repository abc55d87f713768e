"""Three homeservers that do not federate, with the relay between them."""

from collections.abc import AsyncIterator

import pytest

from tests.bridges.homeserver.relays import World, world
from tests.bridges.homeserver.servers import NAMES


@pytest.fixture(scope="session")
async def ring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("ring"), NAMES) as three:
        yield three
