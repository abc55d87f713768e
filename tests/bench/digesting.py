"""`make bench-digest`: the digests of many people, how many in a second and with how much memory.

The square is that of `make bench-search`, with a week of posts and files in it, and people in ten
rooms each.
"""

import argparse
import asyncio
import itertools
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from plein_bot.actions import digests
from plein_bot.actions.acts import Acts
from plein_bot.actions.locks import Locks
from plein_bot.domain.deployment import Plein
from plein_bot.domain.ids import UserId
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.schema import migrate
from plein_bot.index.tables.files import FileRow
from plein_bot.index.tables.ledger import AddressRow, MailRow
from plein_bot.index.tables.posts import PostRow
from plein_bot.index.tables.projection import EventRow
from plein_bot.locale import language
from tests.bench.searching import BOT, NOW, Sizes, Square, _settled, database

_WEEK = 7 * 24 * 3600 * 1000
Rows = Iterator[tuple[type[Any], list[dict[str, Any]]]]


def news(square: Square) -> Rows:
    """A year of posts and files, of which the newest came this week: as many as asked for."""
    posts, files = square.sizes.posts, square.sizes.files
    for number in range(10 * (posts + files)):
        age = number * _WEEK // (posts + files)
        room = square.chance.choice(square.rooms)
        author = UserId(f"@person{square.chance.randrange(square.sizes.people)}:plein.test")
        position = 9_000_000 - number
        said = square._event(room, position, author, NOW - _WEEK // 7 - age, "m.room.message", None)
        yield EventRow, [{**said, "content": {"msgtype": "m.text", "body": "…"}}]
        common = {"event_id": said["event_id"], "latest": said["event_id"], "room_id": room}
        if number % (posts + files) < posts:
            yield PostRow, [_post(square, common, author, said["ts"], 10_000_000 - number)]
        else:
            yield FileRow, [_file(square, common, author, said["ts"])]


def _post(
    square: Square, common: dict[str, Any], author: UserId, ts: int, number: int
) -> dict[str, Any]:
    empty = ("edited_at", "closes_at", "ended_at", "outcome", "outcome_by", "outcome_at")
    return {
        **common,
        **dict.fromkeys((*empty, "outcome_event")),
        **dict.fromkeys(("featured", "closed", "typed", "kept"), False),
        "number": number,
        "card": common["event_id"],
        "slug": f"p{number}",
        "author": author,
        "title": square.language.text(5),
        "text": square.language.text(200),
        "posted_at": ts,
    }


def _file(square: Square, common: dict[str, Any], author: UserId, ts: int) -> dict[str, Any]:
    return {
        **common,
        "sender": author,
        "name": f"{square.language.text(2)}.pdf",
        "mime": "application/pdf",
        "size": 1000,
        "ts": ts,
        "folder": "",
        "description": "",
    }


def addresses(square: Square, at: datetime) -> Rows:
    for n in range(square.sizes.people):
        person, address = UserId(f"@person{n}:plein.test"), f"person{n}@zaanstad.example"
        yield AddressRow, [{"address": address, "user_id": person, "proven_at": at}]


async def fill(index: Index, square: Square, at: datetime) -> None:
    gathered: dict[type[Any], list[dict[str, Any]]] = {}
    rows = (square.places(), square.people(), news(square), addresses(square, at))
    for table, some in itertools.chain(*rows):
        gathered.setdefault(table, []).extend(some)
    async with index.session() as session:
        for table, some in gathered.items():
            await put(session, sql_table(table), some)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main() -> None:
    parser = argparse.ArgumentParser(prog="bench-digest", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rooms", type=int, default=9_600)
    parser.add_argument("--posts", type=int, default=2_000, help="of the week")
    parser.add_argument("--files", type=int, default=2_000, help="of the week")
    asked = parser.parse_args()
    say = print
    now = datetime.fromtimestamp(NOW / 1000, UTC)
    before = now - timedelta(days=8)
    square = Square.made(Sizes(asked.posts, asked.files, 0, asked.people, asked.rooms))
    plein = Plein(BOT, mail_domain="plein.test", web="https://plein.test", key=b"key")
    with tempfile.TemporaryDirectory(prefix="plein-bench-") as folder:
        async with database(asked.database, folder) as url:
            await migrate(url)
            index = await Index.open(url)
            await fill(index, square, before)
            await _settled(url)
            acts = Acts(plein, None, index, Locks())  # type: ignore[arg-type]
            await digests.enrol(acts, before)
            filled, start, cpu = _megabytes(), time.perf_counter(), time.process_time()
            people = await digests.send_due(acts, now, language)
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            async with index.reading() as session:
                mails = await session.scalar(select(func.count()).select_from(MailRow)) or 0
                size = await session.scalar(select(func.avg(func.length(MailRow.text)))) or 0
            await index.close()
    say("| people | mails | characters | seconds | processor | a second | memory | beside |")
    say("|---|---|---|---|---|---|---|---|")
    say(
        f"| {people} | {mails} | {size:.0f} | {seconds:.1f} | {cpu:.1f} s | "
        f"{people / seconds:.0f} | {_megabytes():.0f} MB | {_megabytes() - filled:.0f} MB |"
    )


if __name__ == "__main__":
    asyncio.run(main())
