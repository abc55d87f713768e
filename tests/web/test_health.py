"""What monitors see, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from plein_bot.domain.events import InvitedHere, Work
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index import work
from plein_bot.index.database import Index
from plein_bot.web import health
from plein_bot.web.doors import CannotListen
from plein_bot.web.server import Server
from tests.synapse.harness import free_port
from tests.web.visiting import FakeDesk, FakeLine, FakeSync

NEVER = float("inf")


@dataclass
class Monitor:
    """Somebody who watches, and what they watch."""

    http: aiohttp.ClientSession
    sync: FakeSync
    line: FakeLine
    desk: FakeDesk

    async def sees(self, path: str) -> tuple[int, str]:
        async with self.http.get(path) as response:
            return response.status, await response.text()

    async def figures(self) -> dict[str, float]:
        _, text = await self.sees("/metrics")
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    running = asyncio.create_task(server.run())
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait([running, listening], return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    if running.done():
        running.result()
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture
async def monitor(index: Index) -> AsyncIterator[Monitor]:
    sync, line, desk = FakeSync(), FakeLine(), FakeDesk()
    port = free_port()
    server = Server("127.0.0.1", port, health.Vitals(line, index, sync, desk))
    async with (
        serving(server),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        yield Monitor(http, sync, line, desk)


async def test_a_process_that_is_not_ready_lives(monitor: Monitor) -> None:
    monitor.sync.seconds = NEVER

    assert await monitor.sees("/healthz") == (200, "ok\n")


async def test_plein_is_ready_only_after_the_first_complete_sync(monitor: Monitor) -> None:
    monitor.sync.seconds = NEVER
    status, why = await monitor.sees("/readyz")
    assert status == 503
    assert "first sync" in why

    monitor.sync.seconds = 0
    assert await monitor.sees("/readyz") == (200, "ok\n")


async def test_plein_is_not_ready_when_it_hears_nothing(monitor: Monitor) -> None:
    monitor.sync.seconds = 29
    assert (await monitor.sees("/readyz"))[0] == 200

    monitor.sync.seconds = 31
    status, why = await monitor.sees("/readyz")
    assert status == 503
    assert "31 seconds" in why


async def test_the_figures_tell_of_work_requests_and_trouble(
    monitor: Monitor, index: Index
) -> None:
    room = RoomId("!room")
    async with index.session() as session:
        await work.add(
            session, [Work("$work", room, InvitedHere(room, UserId("@a:b"), direct=True))]
        )
    await work.set_aside(index, "$work", "because")
    monitor.desk.waiting = 4
    monitor.line.outage = 17.0

    figures = await monitor.figures()

    assert figures["plein_ready"] == 1
    assert figures["plein_work_waiting"] == 4
    assert figures["plein_work_aside"] == 1
    assert figures["plein_homeserver_outage"] == 1
    assert figures['plein_requests{how="limited"}'] == 3
    assert figures["plein_rooms"] == 0


async def test_before_the_first_sync_the_figures_are_there_too(monitor: Monitor) -> None:
    monitor.sync.seconds = NEVER

    figures = await monitor.figures()

    assert figures["plein_ready"] == 0
    assert figures["plein_behind_seconds"] == NEVER


async def test_a_port_that_is_taken_is_told(index: Index) -> None:
    vitals = health.Vitals(FakeLine(), index, FakeSync(), FakeDesk())
    port = free_port()
    async with serving(Server("127.0.0.1", port, vitals)):
        with pytest.raises(CannotListen, match=rf"127.0.0.1:{port}: something else listens there"):
            await Server("127.0.0.1", port, vitals).run()


@dataclass
class FakeScanner:
    away: str | None = None


async def test_the_figures_tell_of_files_that_wait_for_the_virus_scanner(index: Index) -> None:
    port = free_port()
    scanner = FakeScanner("Connection refused")
    vitals = health.Vitals(FakeLine(), index, FakeSync(), FakeDesk(), scanner)
    async with (
        serving(Server("127.0.0.1", port, vitals)),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        figures = await Monitor(http, FakeSync(), FakeLine(), FakeDesk()).figures()

    assert figures["plein_scanner_away"] == 1
    assert figures["plein_files_unscanned"] == 0


async def test_metrics_are_for_this_machine_or_on_a_port_of_their_own(index: Index) -> None:
    port, other = free_port(), free_port()
    vitals = health.Vitals(FakeLine(), index, FakeSync(), FakeDesk())
    server = Server("127.0.0.1", port, vitals, metrics_port=other)
    passed_on = {"X-Forwarded-For": "192.0.2.1"}
    async with serving(server), aiohttp.ClientSession() as http:
        for number, path, headers, status in (
            (port, "metrics", {}, 200),
            (port, "metrics", passed_on, 404),
            (other, "metrics", passed_on, 200),
            (other, "healthz", {}, 404),
        ):
            url = f"http://127.0.0.1:{number}/{path}"
            async with http.get(url, headers=headers) as response:
                assert response.status == status, (number, path)
