"""A homeserver that answers as it is told, over real connections, and a clock that never waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class FakeClock:
    """Time passes only in `sleep`, and at once."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class FakeServer:
    """Keeps what was asked. `answer` may be set anew at any time."""

    answer: Answer
    url: str = ""
    requests: list[web.BaseRequest] = field(default_factory=list)

    def asked_for(self, end: str) -> int:
        return sum(request.path.endswith(end) for request in self.requests)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        await request.read()
        return await self.answer(request)


async def well(_: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"well": True})


async def broken(_: web.BaseRequest) -> web.StreamResponse:
    return error(500, "M_UNKNOWN")


def error(status: int, code: str, **more: object) -> web.Response:
    return web.json_response({"errcode": code, "error": "because", **more}, status=status)


@asynccontextmanager
async def fake_server(answer: Answer = well) -> AsyncIterator[FakeServer]:
    server = FakeServer(answer)
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
