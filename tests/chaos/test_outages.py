"""An hour in which the homeserver answers every request with 500, by a clock that never waits."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from plein_bot.actions.acts import Acts
from plein_bot.actions.locks import Locks
from plein_bot.commands.attending import Attendant
from plein_bot.commands.desk import Desk
from plein_bot.domain.deployment import Plein
from plein_bot.domain.ids import UserId
from plein_bot.index.database import Index
from plein_bot.index.work import outstanding
from plein_bot.matrix.api import Api
from plein_bot.matrix.homeserver import MatrixHomeserver
from plein_bot.matrix.parsing import Reader
from plein_bot.matrix.sync import Sync
from tests.conftest import opened
from tests.matrix.fake_server import FakeClock, broken, fake_server

BOT = UserId("@plein:plein.test")
NAMES = ("Plein", BOT, "plein")
PEOPLE = 40
HOUR = 3600.0


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Index]:
    async with opened(sqlite_url) as index:
        yield index


class _Square:
    """A homeserver with forty direct chats, in each of which somebody says something.

    While it is `down` it answers everything with 500.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.down = False
        self.refused = 0
        self.said: list[str] = []
        self.everybody_has_an_answer = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.down and self.clock.now < HOUR:
            self.refused += 1
            return await broken(request)
        if request.path.endswith("/sync"):
            return await self._sync(request.query.get("since"))
        if "/send/m.room.message/" in request.path:
            self.said.append(request.path)
        if len(self.said) == PEOPLE:
            self.everybody_has_an_answer.set()
        return web.json_response({"event_id": f"$answer{len(self.said)}"})

    async def _sync(self, since: str | None) -> web.StreamResponse:
        if since == "told":
            await asyncio.Event().wait()
        section = _chat if since is None else _line
        joined = {f"!chat{number}": section(number) for number in range(PEOPLE)}
        token = "told" if since else "known"
        return web.json_response({"next_batch": token, "rooms": {"join": joined}})


def _chat(number: int) -> dict[str, object]:
    members = (BOT, f"@somebody{number}:plein.test")
    events = [_event(number, f"m{n}", "m.room.member", who) for n, who in enumerate(members)]
    return {"state": {"events": events}, "timeline": {"events": []}}


def _line(number: int) -> dict[str, object]:
    said = _event(number, "line", "m.room.message", f"@somebody{number}:plein.test")
    return {"timeline": {"events": [said]}}


def _event(number: int, name: str, kind: str, sender: str) -> dict[str, object]:
    member = kind == "m.room.member"
    content = {"membership": "join"} if member else {"msgtype": "m.text", "body": "help"}
    return {
        "event_id": f"${number}{name}",
        "type": kind,
        "sender": sender,
        "origin_server_ts": 4_000_000_000_000,
        "content": content,
        **({"state_key": sender} if member else {}),
    }


async def test_an_hour_of_errors_is_fewer_than_a_hundred_requests(store: Index) -> None:
    clock = FakeClock()
    square = _Square(clock)
    async with (
        fake_server(square.answer) as server,
        Api(server.url, "secret", clock=clock, sleep=clock.sleep) as api,
    ):
        plein = Plein(bot=BOT, key=b"key")
        acts = Acts(plein, MatrixHomeserver(api, store, plein, "UTC"), store, Locks())
        attendant = Attendant(acts, NAMES)
        sync = Sync(api, store, Reader(BOT, NAMES))
        desk = Desk(store, attendant.attend, attendant.apologise)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            syncing = group.create_task(sync.run())
            await sync.ready.wait()
            await store.until(lambda: outstanding(store))
            square.down = True
            working = group.create_task(desk.run())
            await square.everybody_has_an_answer.wait()
            syncing.cancel()
            working.cancel()

    assert clock.now > HOUR
    assert 50 < square.refused < 100
    assert len(set(square.said)) == PEOPLE
