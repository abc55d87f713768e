"""Does a file come to the other side once, and only as what it is?"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bridges.common.homeserver import Homeserver, Unanswered
from bridges.homeserver.config import SideSettings
from bridges.homeserver.crossing.kinds import File, Rule
from bridges.homeserver.crossing.policies import Policy
from bridges.homeserver.files import Files
from bridges.homeserver.sides import Side, SideAway
from bridges.homeserver.store.database import Store

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100_000)
ANY = Policy()


@dataclass
class Media:
    """The files of a homeserver. `answers` are statuses with which an address is answered instead;
    `dies_at` is how many bytes of an upload it reads before it falls silent."""

    name: str
    files: dict[str, bytes | None] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    largest: int = 10**9
    dies: bool = False
    sent: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_matrix/client/v1/media/config", self._config),
            web.get("/_matrix/client/v1/media/download/{server}/{name}", self._download),
            web.post("/_matrix/media/v1/create", self._create),
            web.put("/_matrix/media/v3/upload/{server}/{name}", self._upload),
        ]

    async def _config(self, _: web.Request) -> web.Response:
        return web.json_response({"m.upload.size": self.largest})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        uri = f"mxc://{request.match_info['server']}/{request.match_info['name']}"
        if (status := self.answers.get(uri)) or not (data := self.files.get(uri)):
            return web.json_response({}, status=status or 404)
        response = web.StreamResponse(headers={"Content-Type": self.types.get(uri, "image/png")})
        await response.prepare(request)
        for at in range(0, len(data), 2**14):
            await response.write(data[at : at + 2**14])
            self.sent += 2**14
        return response

    async def _create(self, _: web.Request) -> web.Response:
        uri = f"mxc://{self.name}/{len(self.files)}"
        self.files[uri] = None
        return web.json_response({"content_uri": uri})

    async def _upload(self, request: web.Request) -> web.Response:
        assert request.content_length is not None, "Synapse wants to know beforehand"
        uri = f"mxc://{request.match_info['server']}/{request.match_info['name']}"
        if uri not in self.files:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        if self.files[uri] is not None:
            return web.json_response({"errcode": "M_CANNOT_OVERWRITE_MEDIA"}, status=409)
        data = await request.read()
        assert len(data) == request.content_length
        self.files[uri] = data
        self.types[uri] = request.headers["Content-Type"]
        if self.dies:
            return web.json_response({}, status=502)
        return web.json_response({})


@dataclass
class World:
    files: Files
    near: Side
    far: Side
    here: Media
    there: Media

    async def bring(self, file: File, rules: Policy = ANY) -> str | Rule:
        return await self.files.bring(file, self.near, self.far, rules)


@asynccontextmanager
async def side(media: Media, http: aiohttp.ClientSession) -> AsyncIterator[Side]:
    application = web.Application(client_max_size=10**9)
    application.add_routes(media.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        settings = SideSettings(url=url, server_name=media.name)
        yield Side.of(media.name, settings, Homeserver(http, url, "token"))
    finally:
        await runner.cleanup()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/relay.db")
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        here, there = Media("a.test"), Media("b.test")
        here.files = {"mxc://a.test/cat": PNG, "mxc://a.test/again": PNG}
        near = await stack.enter_async_context(side(here, http))
        far = await stack.enter_async_context(side(there, http))
        yield World(Files(store), near, far, here, there)


CAT = File("mxc://a.test/cat", "image/png", len(PNG), "cat.png")
AGAIN = replace(CAT, uri="mxc://a.test/again", name="the same cat.png")


async def test_what_is_in_a_file_is_uploaded_once_whatever_it_is_called(world: World) -> None:
    first = await world.bring(CAT)
    others = [await world.bring(CAT), await world.bring(AGAIN)]

    assert others == [first, first]
    assert [hashlib.sha256(one or b"").digest() for one in world.there.files.values()] == [
        hashlib.sha256(PNG).digest()
    ]
    assert world.there.types[str(first)] == "image/png"


async def test_the_same_bytes_under_another_type_are_another_file(world: World) -> None:
    """Else whoever sends something first would say as what others serve it."""
    world.here.types[CAT.uri] = "application/x-evil"
    loose = await world.bring(CAT)

    strict = await world.bring(AGAIN, Policy(types=frozenset({"image/*"})))

    assert world.there.types[str(loose)] == "application/x-evil"
    assert world.there.types[str(strict)] == "image/png"


async def test_a_size_that_lies_is_found_out_without_reading_on(world: World) -> None:
    world.here.files[CAT.uri] = bytes(50_000_000)

    assert await world.bring(replace(CAT, size=5), Policy(largest=100_000)) is Rule.SIZE
    assert world.here.sent < 25_000_000
    assert world.there.files == {}


async def test_a_type_that_lies_is_found_out_also_once_it_is_known(world: World) -> None:
    world.here.files[CAT.uri] = b"MZ" + bytes(100)
    pictures = Policy(types=frozenset({"image/*"}))

    assert await world.bring(CAT, pictures) is Rule.TYPES
    assert await world.bring(replace(CAT, mime="text/plain"), pictures) is Rule.TYPES
    assert world.there.files == {}
    # Over a link without such a rule it goes, as it is served at home.
    uri = await world.bring(CAT)
    assert world.there.types[str(uri)] == "image/png"
    assert await world.bring(CAT, pictures) is Rule.TYPES
    assert await world.bring(CAT, Policy(files=False)) is Rule.FILES


async def test_it_is_served_as_at_home_unless_the_rules_do_not_let_that_in(world: World) -> None:
    world.here.types[CAT.uri] = "text/html"

    strict = await world.bring(CAT, Policy(types=frozenset({"image/*"})))

    assert world.there.types[str(strict)] == "image/png"


async def test_the_address_that_was_taken_before_a_stop_is_the_one_that_is_filled(
    world: World,
) -> None:
    world.there.dies = True  # After it took the file, so that nobody hears of that.
    with pytest.raises(SideAway):
        await world.bring(CAT)
    world.there.dies = False

    uri = await world.bring(CAT)

    assert world.there.files == {uri: PNG}


async def test_an_address_that_the_homeserver_gave_up_is_taken_anew(world: World) -> None:
    world.there.dies = True
    with pytest.raises(SideAway):
        await world.bring(CAT)
    world.there.dies = False
    world.there.files.clear()

    with pytest.raises(Unanswered):
        await world.bring(CAT)
    world.there.files["mxc://b.test/other"] = b""

    assert world.there.files[str(await world.bring(CAT))] == PNG


async def test_a_file_that_is_not_to_be_had(world: World) -> None:
    visitor = replace(CAT, uri="mxc://c.test/far")
    world.here.answers = {visitor.uri: 502, AGAIN.uri: 503}

    assert await world.bring(replace(CAT, uri="mxc://a.test/none")) is Rule.LOST
    # Behind our homeserver stands another: that one holds up nothing but its own.
    with pytest.raises(Unanswered):
        await world.bring(visitor)
    with pytest.raises(SideAway):
        await world.bring(AGAIN)


async def test_what_is_too_large_there_takes_no_address(world: World) -> None:
    world.there.largest = 1000

    assert await world.bring(CAT) is Rule.SIZE
    assert world.there.files == {}
