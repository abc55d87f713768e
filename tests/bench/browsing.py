"""`make bench-web`: pages for visitors, beside a static page of aiohttp's of the same size.

The square is generated: 800 public subsites with a group each, and 100,000 posts. The pages are
served by a process of their own; whoever asks speaks plain sockets, to be no slower than it is.
"""

import argparse
import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from plein_bot.actions.acts import Acts
from plein_bot.actions.locks import Locks
from plein_bot.domain.deployment import Plein
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.schema import migrate
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow, StateRow
from plein_bot.web.pages import House
from plein_bot.web.security import Pace
from plein_bot.web.site import Site
from tests.bench.searching import Language
from tests.synapse.harness import free_port

BOT = UserId("@plein:plein.test")
NOW = 1_790_000_000_000
AT_ONCE = 4

Figures = list[tuple[float, float]]
Rows = tuple[type[Any], list[dict[str, Any]]]


class _InTime:
    def behind(self) -> float:
        return 0.0


def square(subsites: int, posts: int) -> Iterator[Rows]:
    chance = random.Random(7)
    language = Language(chance, 20_000)
    author = UserId("@sanne:plein.test")
    found: dict[type[Any], list[dict[str, Any]]] = {RoomRow: [], PlaceRow: [], StateRow: []}
    found |= {EventRow: [], MemberRow: []}
    for n in range(subsites):
        space, group = RoomId(f"!space{n}"), RoomId(f"!group{n}")
        for room, kind in ((space, "subsite"), (group, "group")):
            inside = None if room == space else space
            slug = f"wijk-{n}" if room == space else "publiek"
            content = {"slug": slug, "visibility": "public", "joining": "open"}
            made = {"room_id": room, "membership": Membership.JOIN, "creator": BOT, "kind": kind}
            found[RoomRow].append({**made, "version": "12", "managed": True, "subsite": inside})
            name = " ".join(language.text(2).title().split()) if room == space else "Publiek"
            place = {"room_id": room, "slug": slug, "subsite": inside, "name": name}
            more = {"lookup": name.casefold(), "topic": language.text(6), "content": content}
            found[PlaceRow].append({**place, **more, "public": room == group})
            state = {"room_id": room, "type": f"nl.plein.{kind}", "state_key": "", "ts": NOW}
            found[StateRow].append(
                {**state, "event_id": f"$s{room}", "sender": BOT, "content": content}
            )
            member = {"room_id": room, "user_id": author, "membership": Membership.JOIN}
            named = {"name": "Sanne de Vries", "event_id": f"$m{room}", "sender": author}
            found[MemberRow].append({**member, **named, "ts": NOW})
        history = _event(group, 1, BOT, NOW, "m.room.history_visibility", "")
        found[EventRow].append({**history, "content": {"history_visibility": "world_readable"}})
    yield from found.items()
    for start in range(0, posts, 2000):
        events: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for n in range(start, min(start + 2000, posts)):
            group = RoomId(f"!group{n % subsites}")
            event = _event(group, 2 + n, author, NOW + n, "m.room.message", None)
            text = "\n\n".join(language.text(60) for _ in range(5))
            events.append({**event, "content": {"msgtype": "m.text", "body": text}})
            post = {"event_id": event["event_id"], "number": n + 1, "card": f"$card{n}"}
            post |= {"room_id": group, "slug": f"blog-{n}", "author": author, "text": text}
            post |= {"title": language.text(5), "posted_at": NOW + n, "featured": False}
            post |= {"closed": False, "typed": False, "kept": False, "latest": event["event_id"]}
            rows.append(post)
        yield EventRow, events
        yield PostRow, rows


def _event(
    room: RoomId, position: int, sender: UserId, ts: int, kind: str, key: str | None
) -> dict[str, Any]:
    where = {"room_id": room, "position": position, "sender": sender, "ts": ts}
    name = EventId(f"${position}{kind[-4:]}{room[1:]}")
    return {**where, "event_id": name, "type": kind, "state_key": key}


def serve(url: str, port: int, static: bytes | None, told: Connection) -> None:
    """In a process of its own: the pages, or one static page at every address."""
    asyncio.run(_serve(url, port, static, told))


async def _serve(url: str, port: int, static: bytes | None, told: Connection) -> None:
    index = await Index.open(url)
    acts = Acts(Plein(BOT), None, index, Locks())  # type: ignore[arg-type]
    site = Site(House(acts, "Plein", "http://bench"), _InTime(), pace=Pace(1e9, 1e9))

    async def always(_: web.Request) -> web.Response:
        return web.Response(body=static, content_type="text/html", charset="utf-8")

    async def change(_: web.Request) -> web.Response:
        """Something happened on the square."""
        async with index.session():
            pass
        return web.Response()

    if static is None:
        application = web.Application(middlewares=site.middlewares)
        application.add_routes([web.get("/change", change), *site.routes()])
    else:
        application = web.Application()
        application.add_routes([web.get("/{path:.*}", always)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    told.send(True)
    await asyncio.Event().wait()


class Client:
    """One connection that is kept; the quickest there is in Python."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def opened(self) -> "Client":
        self._in, self._out = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def get(self, path: str) -> bytes:
        self._out.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        head = await self._in.readuntil(b"\r\n\r\n")
        assert b" 200 " in head[:20], head
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        return await self._in.readexactly(size)


async def asked(port: int, paths: Sequence[str], changes: float | None) -> tuple[float, float]:
    """Pages a second, and the 95th percentile in milliseconds; with so many `changes` a second."""
    clients = [await Client(port).opened() for _ in range(AT_ONCE)]
    todo = iter(paths)
    taken: list[float] = []

    async def ask(client: Client) -> None:
        for path in todo:
            start = time.perf_counter()
            await client.get(path)
            taken.append(time.perf_counter() - start)

    async def change() -> None:
        client = await Client(port).opened()
        while changes:
            await asyncio.sleep(1 / changes)
            await client.get("/change")

    changing = asyncio.create_task(change())
    start = time.perf_counter()
    await asyncio.gather(*map(ask, clients))
    seconds = time.perf_counter() - start
    changing.cancel()
    return len(paths) / seconds, quantiles(taken, n=20)[-1] * 1000


def _row(name: str, ours: Figures, bare: Figures) -> str:
    rate, late = (median(figures) for figures in zip(*ours, strict=True))
    floor, floor_late = (median(figures) for figures in zip(*bare, strict=True))
    cells = (f"{rate:.0f}", f"{late:.1f} ms", f"{floor:.0f}", f"{floor_late:.1f} ms")
    return f"| {name} | " + " | ".join((*cells, f"{floor / rate:.2f}")) + " |"


def _started(url: str, static: bytes | None) -> tuple[multiprocessing.Process, int]:
    port, (here, there) = free_port(), multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(url, port, static, there), daemon=True)
    process.start()
    here.recv()
    return process, port


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subsites", type=int, default=800)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        await migrate(url)
        index = await Index.open(url)
        for table, rows in square(chosen.subsites, chosen.posts):
            async with index.session() as session:
                await put(session, sql_table(table), rows)
        await index.close()
        await measure(url, chosen)


async def measure(url: str, chosen: argparse.Namespace) -> None:
    process, port = _started(url, None)
    middle = chosen.posts // 2
    post = f"/s/wijk-{middle % chosen.subsites}/publiek/p/blog-{middle}"
    some = [
        f"/s/wijk-{n % chosen.subsites}/publiek/p/blog-{n}"
        for n in random.Random(1).sample(range(chosen.posts), chosen.pages // 50)
    ]
    kinds: tuple[tuple[str, list[str], float | None], ...] = (
        ("a post, a change each second", [post] * chosen.pages, 1),
        ("the square, a change each second", ["/"] * chosen.pages, 1),
        ("posts that nobody asked for yet", some, 5),
    )
    print("| pages | a second | 95 % | static | 95 % | ratio |\n|---|---|---|---|---|---|")  # noqa: T201
    for name, paths, changes in kinds:
        body = await (await Client(port).opened()).get(urlsplit(paths[0]).path)
        floor, bare_port = _started(url, body)
        await asked(port, paths[:50], None)  # Warm, as a process that runs for weeks is.
        ours: Figures = []
        bare: Figures = []
        for _ in range(chosen.tries):
            ours.append(await asked(port, paths, changes))
            bare.append(await asked(bare_port, paths, None))
        print(_row(f"{name} ({len(body) // 1000} kB)", ours, bare))  # noqa: T201
        floor.terminate()
    process.terminate()


if __name__ == "__main__":
    asyncio.run(main())
