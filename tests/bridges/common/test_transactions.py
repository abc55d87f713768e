from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bridges.common.transactions import Json, routes

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def stored() -> dict[str, list[Json]]:
    return {}


@pytest.fixture
async def client(stored: dict[str, list[Json]]) -> AsyncIterator[Client]:
    async def store(transaction: str, events: list[Json]) -> None:
        stored.setdefault(transaction, events)

    application = web.Application()
    application.add_routes(routes("geheim", store, "/sides/hier"))
    async with TestClient(TestServer(application)) as client:
        yield client


async def brings(client: Client, transaction: str, *events: str, token: str = "geheim") -> int:
    body: dict[str, Any] = {"events": [{"event_id": one} for one in events]}
    path = f"/sides/hier/_matrix/app/v1/transactions/{transaction}"
    headers = {"Authorization": f"Bearer {token}"}
    async with client.put(path, json=body, headers=headers) as response:
        return response.status


async def test_an_id_that_a_homeserver_uses_again_is_not_what_came_before(
    client: Client, stored: dict[str, list[Json]]
) -> None:
    """Synapse does so after a restart; and what it brings twice is still one."""
    for event in ("$een", "$een", "$twee"):
        assert await brings(client, "1", event) == 200

    assert list(stored.values()) == [[{"event_id": "$een"}], [{"event_id": "$twee"}]]


async def test_strangers_bring_nothing(client: Client, stored: dict[str, list[Json]]) -> None:
    assert await brings(client, "1", "$een", token="iets anders") == 403
    assert stored == {}
