"""A square with its pages, and somebody without an account who looks at them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index import posts
from plein_bot.web import health
from plein_bot.web.pages import House
from plein_bot.web.security import Pace
from plein_bot.web.server import Server
from plein_bot.web.site import Site
from tests.fakes.people import Person
from tests.fakes.square import Square
from tests.synapse.harness import free_port


@dataclass
class FakeSync:
    seconds: float = 0.0

    def behind(self) -> float:
        return self.seconds


@dataclass
class FakeLine:
    outage: float | None = None
    counts: dict[str, int] = field(default_factory=lambda: {"answered": 12, "limited": 3})


@dataclass
class FakeDesk:
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    """`address` is where the pages are."""

    http: aiohttp.ClientSession
    address: str
    sync: FakeSync
    site: Site

    async def sees(self, path: str, method: str = "GET", **headers: str) -> Page:
        url = URL(f"{self.address}{path}", encoded=True)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, url, headers=named, allow_redirects=False) as response:
            return Page(response.status, response.headers, await response.read())

    async def reads(self, path: str, **headers: str) -> str:
        """A page that is there."""
        page = await self.sees(path, **headers)
        assert page.status == 200, (path, page.status, page.text[:2000])
        return page.text


@asynccontextmanager
async def visiting(square: Square) -> AsyncIterator[Visitor]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    sync = FakeSync()
    site = Site(House(square.acts, "Plein", address), sync, pace=Pace(100_000, 100_000))
    vitals = health.Vitals(FakeLine(), square.index, sync, FakeDesk())
    server = Server("127.0.0.1", port, vitals, site)
    running = asyncio.create_task(server.run())
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait([running, listening], return_when=asyncio.FIRST_COMPLETED)
    assert server.listening.is_set(), running
    try:
        async with aiohttp.ClientSession() as http:
            yield Visitor(http, address, sync, site)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def open_place(square: Square, name: str = "Poelenburg") -> Place:
    """The group for everybody of a subsite that is for everybody."""
    subsite = await square.subsite(name, Visibility.PUBLIC, Joining.OPEN)
    return await square.group(subsite, "publiek")


async def blogs(square: Square, person: Person, place: Place, title: str, text: str) -> EventId:
    """A post, once it stands."""
    event = await person.says(place.room, f"!plein blog {title}\n{text}")

    async def stands() -> bool:
        return await posts.of_event(square.index, event) is not None

    async with asyncio.timeout(20):
        await square.index.until(stands)
    return event
