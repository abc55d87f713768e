"""`make bench-search`: searching a large square, beside the bare full-text query.

The square is generated: words by Zipf, people in some forty rooms, a twelfth of the rooms public.
Rows are written past the intake, by the same functions that make them there.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from plein_bot.actions import search
from plein_bot.actions.acts import Act
from plein_bot.actions.locks import Locks
from plein_bot.actions.search import Wanted
from plein_bot.domain.deployment import Plein
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.search import ENOUGH, MOST_FOUND, Query, SearchKind, parse
from plein_bot.index import candidates, engines, terms
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.schema import migrate
from plein_bot.index.search_events import number_of
from plein_bot.index.tables.projection import EventRow, MemberRow, PlaceRow, RoomRow, StateRow
from plein_bot.index.tables.search import SearchRow
from tests import postgres

BOT = UserId("@plein:plein.test")
NOW = 1_790_000_000_000
YEAR = 365 * 24 * 3600 * 1000
COME = NOW - 3 * YEAR
GROUPS = 11
"""Rooms of a subsite beside its space; the first of them is public."""
SEARCHERS = 20


@dataclass(frozen=True, slots=True)
class Sizes:
    posts: int
    files: int
    messages: int
    people: int
    rooms: int


class Language:
    """Words that are as common as words are, and no words of any language."""

    def __init__(self, chance: random.Random, size: int) -> None:
        syllables = [a + b for a in "bdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ee")]
        words: dict[str, None] = {}
        while len(words) < size:
            words["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4))))] = None
        self.words = list(words)
        self._weights = list(itertools.accumulate(1 / (n + 2.7) for n in range(size)))
        self._chance = chance

    def text(self, length: int) -> str:
        return " ".join(self._chance.choices(self.words, cum_weights=self._weights, k=length))


@dataclass
class Square:
    sizes: Sizes
    chance: random.Random
    language: Language
    rooms: list[RoomId]
    searchers: list[UserId]

    @classmethod
    def made(cls, sizes: Sizes) -> "Square":
        chance = random.Random(7)
        rooms = [
            RoomId(f"!{n:05d}roomroomroomroomroomroomroomroomroom") for n in range(sizes.rooms)
        ]
        people = [UserId(f"@person{n}:plein.test") for n in range(SEARCHERS)]
        return cls(sizes, chance, Language(chance, 50_000), rooms, people)

    def is_space(self, number: int) -> bool:
        return number % (GROUPS + 1) == 0

    def is_public(self, number: int) -> bool:
        return number % (GROUPS + 1) == 1

    def places(self) -> Iterator[tuple[type[Any], list[dict[str, Any]]]]:
        found: dict[type[Any], list[dict[str, Any]]] = {RoomRow: [], PlaceRow: [], StateRow: []}
        found[EventRow] = []
        for n, room in enumerate(self.rooms):
            space = self.rooms[n - n % (GROUPS + 1)]
            kind = "subsite" if self.is_space(n) else "group"
            visibility = "public" if self.is_public(n) else "members"
            history = "world_readable" if self.is_public(n) else "shared"
            subsite = None if self.is_space(n) else space
            found[RoomRow].append(
                {
                    "room_id": room,
                    "membership": Membership.JOIN,
                    "creator": BOT,
                    "version": "12",
                    "kind": kind,
                    "subsite": subsite,
                    "managed": True,
                    "encrypted": False,
                    "gone": False,
                    "cause": None,
                    "replaces": None,
                }
            )
            content = {"slug": f"s{n}", "visibility": visibility, "joining": "open"}
            found[PlaceRow].append(
                {
                    "room_id": room,
                    "slug": f"s{n}",
                    "subsite": subsite,
                    "name": f"Plek {n}",
                    "lookup": f"plek {n}",
                    "topic": "",
                    "content": content,
                    "public": self.is_public(n),
                }
            )
            found[StateRow].append(self._state(room, f"nl.plein.{kind}", content))
            said = self._event(room, 1, BOT, NOW - 3 * YEAR, "m.room.history_visibility", "")
            found[EventRow].append({**said, "content": {"history_visibility": history}})
        yield from found.items()

    def people(self) -> Iterator[tuple[type[Any], list[dict[str, Any]]]]:
        """Searchers are in forty rooms, the others in ten."""
        position = itertools.count(2)
        members: list[dict[str, Any]] = []
        for n in range(self.sizes.people):
            person = UserId(f"@person{n}:plein.test")
            mine = self.chance.sample(self.rooms, min(40 if n < SEARCHERS else 10, len(self.rooms)))
            events = [
                {
                    **self._event(
                        room, next(position), person, NOW - 3 * YEAR, "m.room.member", person
                    ),
                    "content": {"membership": "join"},
                }
                for room in (mine if n < SEARCHERS else ())
            ]
            if events:
                yield EventRow, events
            members += [
                {
                    "room_id": room,
                    "user_id": person,
                    "membership": Membership.JOIN,
                    "name": f"Person {n}",
                    "event_id": EventId(f"$m{n}"),
                    "sender": person,
                    "ts": NOW,
                }
                for room in mine
            ]
            if len(members) > 5000:
                yield MemberRow, members
                members = []
        yield MemberRow, members

    def talk(self) -> Iterator[tuple[type[Any], list[dict[str, Any]]]]:
        sizes = self.sizes
        kinds = [SearchKind.POST] * sizes.posts + [SearchKind.FILE] * sizes.files
        kinds += [SearchKind.MESSAGE] * sizes.messages
        self.chance.shuffle(kinds)
        events: list[dict[str, Any]] = []
        found: list[dict[str, Any]] = []
        for n, kind in enumerate(kinds):
            room = self.chance.choice(self.rooms)
            author = UserId(f"@person{self.chance.randrange(sizes.people)}:plein.test")
            ts = NOW - 2 * YEAR + n * (2 * YEAR // len(kinds))
            event = self._event(room, 1_000_000 + n, author, ts, "m.room.message", None)
            title = "" if kind is SearchKind.MESSAGE else self.language.text(4)
            text = self.language.text(15 if kind is SearchKind.MESSAGE else 200)
            words, extra = terms.words_and_terms(text, title, (), room, author)
            events.append({**event, "content": {"msgtype": "m.text", "body": text[:200]}})
            found.append(
                {
                    "id": number_of(event["event_id"], ts),
                    "event_id": event["event_id"],
                    "latest": event["event_id"],
                    "room_id": room,
                    "kind": kind,
                    "author": author,
                    "ts": ts,
                    "words": words,
                    "terms": extra,
                }
            )
            if len(events) == 5000:
                yield EventRow, events
                yield SearchRow, found
                events, found = [], []
        yield EventRow, events
        yield SearchRow, found

    def _state(self, room: RoomId, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return {
            "room_id": room,
            "type": kind,
            "state_key": "",
            "event_id": EventId(f"$s{kind}{room}"),
            "sender": BOT,
            "ts": NOW,
            "content": content,
        }

    def _event(
        self, room: RoomId, position: int, sender: UserId, ts: int, kind: str, key: str | None
    ) -> dict[str, Any]:
        return {
            "event_id": EventId(f"${position:07d}{kind[-4:]}{room[:7]}eventeventeventevent"),
            "room_id": room,
            "position": position,
            "type": kind,
            "state_key": key,
            "sender": sender,
            "ts": ts,
            "redacts": None,
            "relation": None,
            "relates_to": None,
            "redacted": False,
            "held_here_only": False,
        }

    def questions(self, number: int) -> list[str]:
        """Two middling words mostly, a rare one, a common and a middling one, a common one."""
        words = self.language.words
        asked: list[str] = []
        for n in range(number):
            match n % 10:
                case 0 | 1 | 2 | 3:
                    picked = self.chance.sample(words[200:5000], 2)
                case 4 | 5 | 6:
                    picked = [self.chance.choice(words[20_000:])]
                case 7 | 8:
                    picked = [self.chance.choice(words[:50]), self.chance.choice(words[200:5000])]
                case _:
                    picked = [self.chance.choice(words[:50])]
            asked.append(" ".join(picked))
        return asked


async def is_filled(index: Index) -> bool:
    async with index.reading() as session:
        return await session.scalar(select(SearchRow.id).limit(1)) is not None


async def fill(index: Index, square: Square) -> float:
    start = time.perf_counter()
    async with index.session() as session:
        for table, some in itertools.chain(square.places(), square.people(), square.talk()):
            await put(session, sql_table(table), some)
    return time.perf_counter() - start


async def bare(index: Index, query: Query) -> None:
    """The same questions to the database, without any room and without judging what comes."""
    everything = frozenset({terms.matching(query), terms.matching_titles(query)})
    found = 0
    for match in everything:
        found += await candidates.newest_anywhere(index, match, MOST_FOUND + 1)
    longer = terms.matching_longer(query)
    if found < ENOUGH and longer not in everything:
        await candidates.newest_anywhere(index, longer, MOST_FOUND + 1)


async def measured(
    index: Index, square: Square, questions: list[str]
) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    floor: list[float] = []
    plein = Plein(BOT)
    for number, question in enumerate(questions):
        person = square.searchers[number % SEARCHERS]
        act = Act(person, f"${number}", plein, None, index, Locks())  # type: ignore[arg-type]
        query = parse(question)

        async def mine(act: Act = act, query: Query = query) -> None:
            await search.results(act, Wanted(query))

        async def theirs(query: Query = query) -> None:
            await bare(index, query)

        for task, taken in ((mine, ours), (theirs, floor))[:: 1 if number % 2 else -1]:
            taken.append(await _seconds(task))
    return ours, floor


async def _seconds(task: Callable[[], Awaitable[None]]) -> float:
    start = time.perf_counter()
    await task()
    return time.perf_counter() - start


@asynccontextmanager
async def database(kind: str, folder: str) -> AsyncIterator[str]:
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder}/bench.db"
        return
    if reason := postgres.missing():
        sys.exit(reason)
    async with postgres.running() as cluster, cluster.database() as url:
        yield url


def told(name: str, ours: list[float], floor: list[float]) -> str:
    def ms(seconds: float) -> str:
        return f"{seconds * 1000:.1f} ms"

    late = quantiles(ours, n=20)[-1] if len(ours) > 1 else ours[0]
    bare_late = quantiles(floor, n=20)[-1] if len(floor) > 1 else floor[0]
    ratio = median(ours) / median(floor)
    cells = (name, ms(median(ours)), ms(late), ms(median(floor)), ms(bare_late), f"{ratio:.2f}")
    return "| " + " | ".join(cells) + " |"


async def main() -> None:
    parser = argparse.ArgumentParser(prog="bench-search", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=75_000)
    parser.add_argument("--rooms", type=int, default=9_600)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--kept", metavar="FOLDER", help="keep the square there, or find it there")
    asked = parser.parse_args()
    sizes = Sizes(asked.posts, asked.files, asked.messages, asked.people, asked.rooms)
    say = print
    with tempfile.TemporaryDirectory(prefix="plein-bench-") as temporary:
        async with database(asked.database, asked.kept or temporary) as url:
            await migrate(url)
            index = await Index.open(url)
            square = Square.made(sizes)
            if await is_filled(index):
                say("found as it was kept", flush=True)
            else:
                say(f"filled in {await fill(index, square):.0f} s", flush=True)
                await _settled(url)
            await measured(index, square, square.questions(20))  # both are warm now
            say("| | median | 95 % | bare median | bare 95 % | ratio |\n|---|---|---|---|---|---|")
            mixed = await measured(index, square, square.questions(asked.questions))
            say(told("mixed questions", *mixed), flush=True)
            commonest = await measured(index, square, [square.language.words[0]] * SEARCHERS)
            say(told("the commonest word", *commonest), flush=True)
            await index.close()


async def _settled(url: str) -> None:
    """As a database is that has stood for a night."""
    engine = engines.for_migrating(url)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in ("ANALYZE",) if "sqlite" in url else ("VACUUM ANALYZE",):
            await plain.exec_driver_sql(statement)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
