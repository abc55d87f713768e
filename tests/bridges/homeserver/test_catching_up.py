"""What a homeserver forgot to bring is found in the room: once, and in its order."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bridges.common.homeserver import Unanswered
from bridges.common.looking_back import SETTLES, SILENCE
from bridges.homeserver.catching_up import CatchingUp
from bridges.homeserver.config import SideSettings
from bridges.homeserver.crossing.kinds import Json
from bridges.homeserver.sides import Side
from bridges.homeserver.store import links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End
from bridges.homeserver.store.tables import CrossingRow, EventRow
from tests.bridges.homeserver.fakes import FakeRoom, FakeServer, Steps

JAN = "@jan:alfa.nl"
ROOM = "!alfa"


@dataclass
class Scene:
    store: Store
    server: FakeServer
    side: Side
    catching_up: CatchingUp
    now: float = 0.0
    transactions: int = 0

    def says(self, *words: str) -> list[Json]:
        before = len(self.server.rooms[ROOM].events)
        for one in words:
            self.server.says(ROOM, JAN, {"msgtype": "m.text", "body": one})
        return self.server.rooms[ROOM].events[before:]

    async def brings(self, events: list[Json]) -> None:
        self.transactions += 1
        await self.catching_up.take(self.side, str(self.transactions), events)

    async def came(self) -> str:
        """The words that wait to cross, in order."""
        async with self.store.session() as session:
            waiting = select(EventRow.content).join(
                CrossingRow, CrossingRow.event == EventRow.number
            )
            rows = await session.scalars(waiting.order_by(CrossingRow.number))
            return " ".join(json.loads(row)["content"]["body"] for row in rows)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/relay.db")
    server = FakeServer("alfa.nl", Steps())
    server.rooms[ROOM] = FakeRoom()
    side = Side.of("alfa", SideSettings(url="http://x", server_name="alfa.nl"), server)
    made = Scene(store, server, side, CatchingUp(store, lambda: made.now))
    await made.brings(made.says("eerder"))
    async with store.session() as session:
        # By the clock of the homeservers in memory: later than what was said earlier.
        since = 1_700_000_000.0015
        link = await links.offer(session, End("alfa", ROOM), "beta", "!beta", JAN, since)
        await links.accept(session, link.number, "!beta", "@truus:beta.nl", since)
    try:
        yield made
    finally:
        await store.close()


async def test_it_is_found_before_what_came_after_it(scene: Scene) -> None:
    await scene.brings(scene.says("een"))
    forgotten = scene.says("twee", "drie")
    scene.now += SILENCE + 0.1
    await scene.brings(scene.says("vier"))
    # What lay there from before it was killed comes later still.
    await scene.brings(forgotten)

    assert await scene.came() == "een twee drie vier"


async def test_it_is_found_where_the_next_came_without_a_silence(scene: Scene) -> None:
    """The transaction that Synapse left lying while it caught up with us."""
    scene.now += SILENCE + 0.1
    await scene.brings(scene.says("een"))
    lying = scene.says("twee")
    await scene.brings(scene.says("drie"))
    await scene.brings(lying)

    assert await scene.came() == "een twee drie"


async def test_it_is_found_where_nothing_comes_after_it(scene: Scene) -> None:
    scene.says("een", "twee")

    await scene.catching_up.everywhere(scene.side)
    await scene.catching_up.everywhere(scene.side)

    assert await scene.came() == "een twee"


async def test_as_long_as_things_come_in_nothing_is_asked(scene: Scene) -> None:
    while scene.now < SETTLES:
        scene.now += SILENCE / 2
        await scene.brings([])
    await scene.brings(scene.says("een"))
    asked = scene.server.steps.done
    for word in ("twee", "drie"):
        scene.now += SILENCE / 2
        await scene.brings(scene.says(word))

    assert scene.server.steps.done == asked
    assert await scene.came() == "een twee drie"


async def test_as_long_as_it_cannot_be_seen_nothing_is_taken(scene: Scene) -> None:
    said = scene.says("een", "twee")
    scene.now += SILENCE + 0.1
    scene.server.away = True
    with pytest.raises(Unanswered):
        await scene.brings(said[1:])
    assert await scene.came() == ""

    scene.server.away = False
    await scene.brings(said[1:])

    assert await scene.came() == "een twee"
