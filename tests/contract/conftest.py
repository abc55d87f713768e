"""The two homeservers that the contract holds for: the one in memory, and a real one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from sqlalchemy import select

from plein_bot.actions.ports import Homeserver
from plein_bot.domain.deployment import Plein
from plein_bot.domain.effects import CreateRoom, Effect
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.projection import EventRow
from plein_bot.matrix.api import Api
from plein_bot.matrix.homeserver import MatrixHomeserver
from plein_bot.matrix.parsing import Reader
from plein_bot.matrix.sync import Sync
from tests.conftest import opened
from tests.fakes.people import Person as FakePerson
from tests.fakes.square import square_on
from tests.synapse.harness import Synapse, running_synapse


class Human(Protocol):
    """What both kinds of people can do."""

    @property
    def user_id(self) -> str: ...

    def joins(self, room: str) -> Awaitable[Any]: ...
    def knocks(self, room: str, reason: str = "") -> Awaitable[Any]: ...
    def leaves(self, room: str) -> Awaitable[Any]: ...
    def says(self, room: str, text: str) -> Awaitable[str]: ...
    def uploads(self, data: bytes, name: str, mimetype: str) -> Awaitable[str]: ...
    def sends(self, room: str, kind: str, content: dict[str, Any]) -> Awaitable[str]: ...
    def creates_room(self, *invited: str, **options: Any) -> Awaitable[str]: ...


@dataclass
class Side:
    """One homeserver, with Plein's account on it and a way to meet people."""

    plein: Plein
    homeserver: Homeserver
    index: Index
    meet: Callable[[str, str], Awaitable[Human]]

    async def person(self, name: str = "alice", shown: str = "Alice") -> Human:
        return await self.meet(name, shown)

    async def content(self, room: RoomId, kind: str, key: str = "") -> dict[str, Any]:
        standing = {(e.type, e.state_key): e.content for e in await self.homeserver.state(room)}
        return dict(standing.get((kind, key), {}))

    async def membership(self, room: RoomId, person: Human) -> str | None:
        content = await self.content(room, "m.room.member", person.user_id)
        return content.get("membership")

    async def said(self, event: EventId) -> dict[str, Any]:
        """The content of what was said in a managed room, once the homeserver has told it."""

        async def content() -> dict[str, Any] | None:
            async with self.index.reading() as session:
                row = await session.get(EventRow, event)
            return row.content if row else None

        found = await self.index.until(content)
        assert found
        return found

    async def messages(self, room: RoomId, last: str) -> list[dict[str, Any]]:
        """The contents of what was said here, up to the message `last`, once that is known."""

        async def until_last() -> list[dict[str, Any]]:
            async with self.index.reading() as session:
                query = select(EventRow).where(
                    EventRow.room_id == room, EventRow.type == "m.room.message"
                )
                rows = list(await session.scalars(query.order_by(EventRow.position)))
            return [row.content for row in rows] if last in {row.event_id for row in rows} else []

        async with asyncio.timeout(60):
            return await self.index.until(until_last)

    async def state_events(self, room: RoomId) -> set[str]:
        return {event.event_id for event in await self.homeserver.state(room)}


@pytest.fixture(scope="session")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path_factory.mktemp("contract-synapse")) as synapse:
        yield synapse


@pytest.fixture
async def fake_side(sqlite_url: str) -> AsyncIterator[Side]:
    async with opened(sqlite_url) as index, square_on(index) as square:

        async def meet(name: str, shown: str) -> Human:
            user = UserId(f"@{name}:{square.homeserver.plein.server}")
            square.homeserver.names[user] = shown
            return FakePerson(square.homeserver, user)

        yield Side(square.homeserver.plein, square.homeserver, index, meet)


@pytest.fixture
async def synapse_side(synapse: Synapse, sqlite_url: str) -> AsyncIterator[Side]:
    bot = await synapse.account("plein", "Plein")
    plein = Plein(UserId(bot.user_id), key=bot.user_id.encode())
    async with AsyncExitStack() as stack:
        index = await stack.enter_async_context(opened(sqlite_url))
        api = await stack.enter_async_context(Api(synapse.url, bot.access_token))
        sync = Sync(api, index, Reader(plein.bot, ("plein",)))
        running = asyncio.create_task(sync.run())
        await sync.ready.wait()
        homeserver = MatrixHomeserver(api, index, plein, "Europe/Amsterdam")
        yield Side(plein, homeserver, index, synapse.person)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture(params=["fake", pytest.param("synapse", marks=pytest.mark.synapse)])
def side(request: pytest.FixtureRequest) -> Side:
    found: Side = request.getfixturevalue(f"{request.param}_side")
    return found


def body(join_rule: str = "invite", *invited: str, **more: Any) -> dict[str, Any]:
    rules = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": join_rule}}
    return {
        "preset": "public_chat",
        "room_version": "12",
        "visibility": "private",
        "name": "Jeugdzorg",
        "initial_state": [rules],
        "invite": list(invited),
        "creation_content": {"nl.plein.kind": "group"},
        **more,
    }


async def room_of(side: Side, join_rule: str = "invite", *invited: str) -> RoomId:
    effect = CreateRoom("room", body(join_rule, *invited))
    return await side.homeserver.create_room(effect, "$made")


async def twice(side: Side, effect: Effect) -> None:
    await side.homeserver.perform(effect, "$cause")
    await side.homeserver.perform(effect, "$cause")
