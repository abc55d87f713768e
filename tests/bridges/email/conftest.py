"""A homeserver with a bridge, for the tests that need the real thing, and databases for others."""

from collections.abc import AsyncIterator

import pytest

from plein_bot.demo import mailboxes
from tests.bridges.email.bridges import Square, homeserver_for_bridges, running, settings
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


@pytest.fixture(scope="module")
async def square(
    bridged: tuple[Synapse, int], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Square]:
    synapse, port = bridged
    bot = await synapse.person("plein", "Plein")
    folder = tmp_path_factory.mktemp("bridge")
    async with mailboxes.running(free_port()) as mailbox:
        chosen = settings(folder, synapse.url, bot.user_id, port, mailbox.port)
        async with running(chosen):
            yield Square(synapse, bot, chosen, mailbox)
