"""One real homeserver for everything that speaks to it."""

from collections.abc import AsyncIterator

import pytest

from tests.synapse.harness import Synapse, running_synapse


@pytest.fixture(scope="session")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path_factory.mktemp("matrix-synapse")) as synapse:
        yield synapse
