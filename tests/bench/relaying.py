"""`make bench-relay`: how much later a message is there, how many cross, and what that takes.

The delay and the throughput are between two Synapses that do not federate. A thousand linked rooms
and ten thousand people take a homeserver longer to make than the relay to serve, so the homeservers
of that part answer at once, and only the relay is measured.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import aiohttp
import yaml
from aiohttp import web
from sqlalchemy import delete

from bridges.homeserver.config import Settings
from bridges.homeserver.names import ghost_id
from bridges.homeserver.store import ghosts, links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.ghosts import Ghost
from bridges.homeserver.store.links import End
from bridges.homeserver.store.tables import CrossingRow
from tests.bridges.homeserver.conversations import Side
from tests.bridges.homeserver.relays import Relay, World, settings, world
from tests.bridges.homeserver.servers import server_name
from tests.synapse.harness import free_port
from tests.synapse.people import Person
from tests.synapse.strangers import Json

SIDES = ("alfa", "beta")


async def delays(sides: list[Side], times: int) -> tuple[list[float], list[float]]:
    """Seconds until somebody on the same server sees a message, and somebody on the other."""
    here, there = sides
    near: list[float] = []
    far: list[float] = []
    await asyncio.gather(here.people[1].catches_up(), there.people[1].catches_up())
    for number in range(times):
        start = time.perf_counter()

        async def sees(person: Person, found: list[float], words: str, start: float) -> None:
            await person.hears(words)
            found.append(time.perf_counter() - start)

        words = f"Bericht {number}."
        async with asyncio.TaskGroup() as group:
            group.create_task(sees(here.people[1], near, words, start))
            group.create_task(sees(there.people[1], far, words, start))
            group.create_task(_say(here.people[0], here.room, words))
    return near, far


async def _say(person: Person, room: str, words: str) -> None:
    await person.says(room, words)


async def throughput(between: World, rooms: int, messages: int) -> tuple[float, float]:
    """Messages a second from the first sent to the last that is over there, and as sent alone.

    The same number is sent in both cases, by somebody in each room side by side.
    """
    linked = [await between.linked(SIDES, people=1) for _ in range(rooms)]
    alone = [await between.servers["alfa"].side(people=1) for _ in range(rooms)]

    async def talk(side: Side, other: Side | None) -> None:
        for number in range(messages // rooms):
            await side.people[0].says(side.room, f"Snel {number}.")
        if other:
            await other.people[0].hears(f"Snel {messages // rooms - 1}.", other.room, within=600)

    taken = []
    for pairs in ([(one, two) for one, two in linked], [(one, None) for one in alone]):
        start = time.perf_counter()
        await asyncio.gather(*(talk(*pair) for pair in pairs))
        taken.append(messages / (time.perf_counter() - start))
    return taken[0], taken[1]


@dataclass
class Instant:
    """A homeserver that answers everything at once, and counts what it was told."""

    port: int = field(default_factory=free_port)
    said: int = 0
    looked: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield
        finally:
            await runner.cleanup()

    async def has_heard(self, number: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self.said >= number)

    async def was_asked_of(self, rooms: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self.looked >= rooms)

    async def _answer(self, request: web.Request) -> web.Response:
        await request.read()
        path = request.path
        if "/send/" in path:
            async with self._news:
                self.said += 1
                self._news.notify_all()
            return web.json_response({"event_id": f"$copy{self.said}"})
        if path.endswith("/messages"):
            async with self._news:
                self.looked += 1
                self._news.notify_all()
            return web.json_response({"chunk": []})
        if path.endswith("/joined_members"):
            return web.json_response({"joined": {}})
        if request.method == "GET" and "/state/" in path:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        return web.json_response({"room_id": "!x", "event_id": "$x"})


@dataclass(frozen=True, slots=True)
class Size:
    """`memory` in megabytes: when it stands by, and at the most."""

    rooms: int
    ghosts: int
    idle: float
    most: float
    a_second: float
    processor: float


async def at_size(folder: Path, rooms: int, people: int, messages: int) -> Size:
    """So many people, each with a ghost in one of so many linked rooms; some of them speak."""
    chosen = settings(folder, SIDES)
    servers = {name: Instant() for name in SIDES}
    async with AsyncExitStack() as stack:
        for server in servers.values():
            await stack.enter_async_context(server.running())
        await _fill(chosen, rooms, people)
        written = chosen.model_dump(mode="json")
        written["relay"] |= {"secret": chosen.relay.secret.get_secret_value(), "log": "error"}
        for name, server in servers.items():
            written["sides"][name]["url"] = f"http://127.0.0.1:{server.port}"
        config = folder / "plein-relay.yaml"
        config.write_text(yaml.safe_dump(written))
        relay = Relay(config)
        await relay.start()
        stack.push_async_callback(relay.kill)
        # It looks in all rooms first.
        for server in servers.values():
            await server.was_asked_of(rooms)
        idle, before, start = _memory(relay.pid)[0], _processor(relay.pid), time.perf_counter()
        await _speak(chosen, rooms, people, messages)
        async with asyncio.timeout(3600):
            await servers["beta"].has_heard(messages)
        seconds = time.perf_counter() - start
        processor = (_processor(relay.pid) - before) / messages
        return Size(rooms, people, idle, _memory(relay.pid)[1], messages / seconds, processor)


async def _fill(chosen: Settings, rooms: int, people: int) -> None:
    store = await Store.open(chosen.relay.database)
    now = time.time()
    async with store.session() as session:
        for number in range(rooms):
            end, by = End("alfa", f"!a{number}"), f"@staff:{server_name('alfa')}"
            link = await links.offer(session, end, "beta", f"!b{number}", by, now)
            await links.accept(session, link.number, f"!b{number}", by, now)
        # Everybody is there already.
        await session.execute(delete(CrossingRow))
        for number in range(people):
            person = _person(number)
            ghost = ghost_id(person, server_name("beta"))
            known = Ghost(ghost, person, True, f"Persoon {number} (gemeente Alfa)", None)
            await ghosts.know(session, "beta", known)
            await ghosts.joined(session, End("beta", f"!b{number % rooms}"), ghost)
    await store.close()


def _person(number: int) -> str:
    return f"@persoon-{number}:{server_name('alfa')}"


async def _speak(chosen: Settings, rooms: int, people: int, messages: int) -> None:
    """As the homeserver of alfa brings it: a hundred events in a transaction."""
    registration = chosen.registration("alfa")
    headers = {"Authorization": f"Bearer {registration.hs_token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for start in range(0, messages, 100):
            events: list[Json] = [
                {
                    "type": "m.room.message",
                    "event_id": f"$said{number}",
                    "room_id": f"!a{number * 7 % people % rooms}",
                    "sender": _person(number * 7 % people),
                    "content": {"msgtype": "m.text", "body": f"Dit is bericht {number}."},
                    "origin_server_ts": int(time.time() * 1000),
                }
                for number in range(start, min(start + 100, messages))
            ]
            url = f"{registration.url}/_matrix/app/v1/transactions/{start}"
            async with http.put(url, json={"events": events}) as response:
                assert response.status == 200, await response.text()


def _memory(pid: int) -> tuple[float, float]:
    """Megabytes now, and at the most."""
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    now, most = (int(lines[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))
    return now, most


def _processor(pid: int) -> float:
    """Seconds of it that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _table(rows: dict[str, str]) -> str:
    return "\n".join(["| what | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows.items())])


async def main() -> None:
    parser = argparse.ArgumentParser(prog="bench-relay", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="messages one after the other")
    parser.add_argument("--messages", type=int, default=1000, help="and as fast as they go")
    parser.add_argument("--rooms", type=int, default=1000, help="linked rooms in the last part")
    parser.add_argument("--ghosts", type=int, default=10_000, help="people in them")
    asked = parser.parse_args()
    rows: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="plein-bench-") as folder:
        (Path(folder) / "small").mkdir()
        async with world(Path(folder) / "small", SIDES) as between:
            near, far = await delays(await between.linked(SIDES), asked.times)
            rows["seen on the same server"] = _in_words(near)
            rows["seen on the other server"] = _in_words(far)
            rows["ratio"] = f"{median(far) / median(near):.2f}"
            over, alone = await throughput(between, 10, asked.messages)
            rows["messages a second, until they are there"] = f"{over:.0f}"
            rows["messages a second, of one server by itself"] = f"{alone:.0f}"
        (Path(folder) / "large").mkdir()
        size = await at_size(Path(folder) / "large", asked.rooms, asked.ghosts, 2 * asked.messages)
        rows[f"memory with {size.rooms} linked rooms, {size.ghosts} ghosts"] = (
            f"{size.idle:.0f} MB, at the most {size.most:.0f} MB"
        )
        rows["messages a second between homeservers that take no time"] = f"{size.a_second:.0f}"
        rows["processor time of the relay for each"] = f"{size.processor * 1000:.1f} ms"
    print(_table(rows))  # noqa: T201
    print(json.dumps(rows))  # noqa: T201


def _in_words(taken: list[float]) -> str:
    worst = quantiles(taken, n=20)[-1]
    return f"{median(taken) * 1000:.0f} ms, 95 % within {worst * 1000:.0f} ms"


if __name__ == "__main__":
    asyncio.run(main())
