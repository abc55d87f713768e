"""A homeserver with a bridge, for the tests that need the real thing, and databases for others."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from plein_bot.demo import mailboxes
from tests.bridges.email.bridges import Square, homeserver_for_bridges, running, settings
from tests.postgres import Cluster
from tests.synapse.harness import Synapse, free_port


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, in which the bridge makes its tables."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture(scope="session")
async def bridged(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Synapse, int]]:
    async with homeserver_for_bridges(tmp_path_factory.mktemp("bridged")) as both:
        yield both


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def postgresql(request: pytest.FixtureRequest) -> Cluster | None:
    """Where the database of the bridge is to be; None for SQLite."""
    return request.getfixturevalue("cluster") if request.param == "postgresql" else None


@pytest.fixture(scope="module")
async def square(
    postgresql: Cluster | None,
    bridged: tuple[Synapse, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Square]:
    synapse, port = bridged
    bot = await synapse.person("plein", "Plein")
    folder = tmp_path_factory.mktemp("bridge")
    async with AsyncExitStack() as stack:
        mailbox = await stack.enter_async_context(mailboxes.running(free_port()))
        chosen = settings(folder, synapse.url, bot.user_id, port, mailbox.port)
        if postgresql:
            url = await stack.enter_async_context(postgresql.database())
            given = chosen.bridge.model_copy(update={"database": url})
            chosen = chosen.model_copy(update={"bridge": given})
        await stack.enter_async_context(running(chosen))
        yield Square(synapse, bot, chosen, mailbox)
