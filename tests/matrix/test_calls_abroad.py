"""What another homeserver has to answer first holds up nobody when that one is away."""

import asyncio

import pytest
from aiohttp import web

from plein_bot.actions.ports import Unreachable
from plein_bot.matrix.api import Api, path
from tests.matrix.fake_server import Answer, FakeClock, broken, error, fake_server, well

INVITE = path("v3/rooms/{}/invite", "!room:plein.test")


async def away(_: web.BaseRequest) -> web.StreamResponse:
    return error(502, "M_UNKNOWN")


async def slow(_: web.BaseRequest) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody waits so long")


@pytest.mark.parametrize("answer", [away, slow])
async def test_another_homeserver_that_is_away_is_asked_once(answer: Answer) -> None:
    clock = FakeClock()
    async with (
        fake_server(answer) as server,
        Api(server.url, "secret", clock=clock, sleep=clock.sleep) as api,
    ):
        with pytest.raises(Unreachable):
            await api.call("POST", INVITE, abroad=True, timeout=0.2)

        assert server.asked_for("/invite") == 1
        assert clock.slept == []
        assert api.outage is None


async def test_our_own_homeserver_is_waited_for_as_ever() -> None:
    clock = FakeClock()
    async with (
        fake_server() as server,
        Api(server.url, "secret", clock=clock, sleep=clock.sleep) as api,
    ):

        async def broken_at_first(request: web.BaseRequest) -> web.StreamResponse:
            return await (broken if len(server.requests) < 3 else well)(request)

        server.answer = broken_at_first
        await api.call("POST", INVITE, abroad=True)

        assert server.asked_for("/invite") == 3
