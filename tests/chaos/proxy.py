"""What stands between Plein and its homeserver, and fails in every way that is known."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp
from aiohttp import web
from yarl import URL

_HOP_BY_HOP = {"connection", "content-length", "content-encoding", "transfer-encoding", "host"}


class Fault(StrEnum):
    LIMITED = "429"
    BROKEN = "500"
    PAGE = "502 with a page"
    CLOSED = "closed without a word"
    UNTOLD = "done, and closed without a word"
    GONE = "gone"


@dataclass
class Proxy:
    """Hands requests on. `fault` befalls so many of them as `share` says."""

    target: str
    http: aiohttp.ClientSession
    chance: random.Random
    url: str = ""
    fault: Fault | None = None
    share: float = 0.6
    befallen: dict[Fault, int] = field(default_factory=lambda: dict.fromkeys(Fault, 0))
    handed_on: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def befalls(self, fault: Fault, times: int) -> None:
        """Let `fault` befall so many requests, and then let a request through again."""
        self.fault = fault
        enough = self.befallen[fault] + times
        await self._until(lambda: self.befallen[fault] >= enough)
        self.fault = None
        more = self.handed_on + 1
        await self._until(lambda: self.handed_on >= more)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            news = self._news = asyncio.Event()
            await news.wait()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        fault = self.fault
        if fault is None or (fault is not Fault.GONE and self.chance.random() > self.share):
            return await self._hand_on(request, body)
        self.befallen[fault] += 1
        self._news.set()
        match fault:
            case Fault.LIMITED:
                answer = {"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 200}
                return web.json_response(answer, status=429)
            case Fault.BROKEN:
                answer = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
                return web.json_response(answer, status=500)
            case Fault.PAGE:
                page = "<html><h1>502 Bad Gateway</h1></html>"
                return web.Response(status=502, text=page, content_type="text/html")
            case Fault.UNTOLD:
                await self._hand_on(request, body)
            case Fault.CLOSED | Fault.GONE:
                pass
        return _hang_up(request)

    async def _hand_on(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        self.handed_on += 1
        self._news.set()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP_BY_HOP}
        url = URL(f"{self.target}{request.raw_path}", encoded=True)
        async with self.http.request(request.method, url, data=body, headers=headers) as answer:
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


def _hang_up(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def between(target: str, chance: random.Random) -> AsyncIterator[Proxy]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        proxy = Proxy(target, http, chance)
        runner = web.ServerRunner(web.Server(proxy.handle), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        proxy.url = f"http://{host}:{port}"
        try:
            yield proxy
        finally:
            await asyncio.shield(runner.cleanup())
