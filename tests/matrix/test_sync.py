"""The sync loop against a real homeserver: nothing is lost, and nothing is done that is history."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from plein_bot.domain.events import InvitedHere, Line, MemberChanged
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import file_texts, files, members, sync_tokens, undecryptables, work
from plein_bot.index.database import Index
from plein_bot.index.trouble import DatabaseTrouble, Kind
from plein_bot.matrix import rooms
from plein_bot.matrix import sync as under_test
from plein_bot.matrix.api import Api
from plein_bot.matrix.encryption import Encryption
from plein_bot.matrix.parsing import Reader
from plein_bot.matrix.sync import Sync
from tests.conftest import opened
from tests.synapse.harness import Synapse
from tests.synapse.people import Person

pytestmark = pytest.mark.synapse


class Keys(Encryption):
    """Keys that come when the test says so; what they open is a line of text."""

    def __init__(self) -> None:
        self.come: dict[RoomId, str] = {}
        self.here: dict[RoomId, str] = {}

    async def take_in(self, sync: Any) -> frozenset[RoomId]:
        news, self.come = self.come, {}
        self.here |= news
        return frozenset(news)

    def decrypt(self, event: Any, room_id: RoomId) -> Any:
        if room_id not in self.here:
            return None
        content = {"msgtype": "m.text", "body": self.here[room_id]}
        return {**event, "type": "m.room.message", "content": content}


@dataclass
class Bot:
    """The bot's account, and what it has taken in so far."""

    person: Person
    index: Index
    keys: Keys = field(default_factory=Keys)

    @property
    def user_id(self) -> UserId:
        return UserId(self.person.user_id)

    @asynccontextmanager
    async def syncing(self) -> AsyncIterator[None]:
        """While Plein runs: everything up to now is stored when the block begins."""
        async with Api(self.person.url, self.person.token) as api:
            reader = Reader(self.user_id, ("plein",), self.keys.decrypt)
            sync = Sync(api, self.index, reader, self.keys)
            running = asyncio.create_task(sync.run())
            try:
                async with asyncio.timeout(60):
                    await sync.ready.wait()
                yield
            finally:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running

    async def work(self) -> list[Any]:
        return [one.work.incoming for one in await work.outstanding(self.index)]

    async def lines(self) -> list[str]:
        return [one.text for one in await self.work() if isinstance(one, Line)]

    async def hears(self, text: str) -> list[str]:
        """All lines, once this one is among them."""

        async def heard() -> list[str]:
            lines = await self.lines()
            return lines if text in lines else []

        async with asyncio.timeout(60):
            return await self.index.until(heard)


@pytest.fixture
async def bot(synapse: Synapse, sqlite_url: str) -> AsyncIterator[Bot]:
    async with opened(sqlite_url) as index:
        yield Bot(await synapse.person("plein"), index)


async def chat(bot: Bot, alice: Person) -> RoomId:
    room = await alice.creates_room(bot.user_id, is_direct=True)
    await bot.person.joins(room)
    return RoomId(room)


async def test_what_was_said_before_plein_ever_ran_is_history(bot: Bot, synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    room = await chat(bot, alice)
    await alice.says(room, "oud")

    async with bot.syncing():
        await alice.says(room, "nieuw")
        assert await bot.hears("nieuw") == ["nieuw"]


async def test_on_a_first_start_the_past_of_a_place_is_read_from_its_beginning(
    bot: Bot, synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "_FILTER", '{"room": {"timeline": {"limit": 2}}}')
    monkeypatch.setattr(rooms, "_PAGE", "3")
    room = await bot.person.creates_room(creation_content={"nl.plein.kind": "group"})
    alice = await synapse.person("alice")
    await bot.person.invites(room, alice.user_id)
    await alice.joins(room)
    sent = [await alice.sends_file(room, f"{n}.txt", b"oud", "text/plain") for n in range(4)]
    for number in range(4):
        await alice.says(room, str(number))

    async with bot.syncing():
        assert await bot.work() == []

    kept = await files.of_rooms(bot.index, [RoomId(room)])
    assert [file.event for file in kept] == sent[::-1]
    assert await file_texts.waiting(bot.index) == 4


async def test_a_long_absence_is_caught_up_with(
    bot: Bot, synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "_FILTER", '{"room":{"timeline":{"limit":5}}}')
    alice, carol = await synapse.person("alice"), await synapse.person("carol")
    room = await chat(bot, alice)
    async with bot.syncing():
        pass
    said = [f"regel {number}" for number in range(12)]
    await alice.invites(room, carol.user_id)
    await carol.joins(room)
    for text in said:
        await alice.says(room, text)

    async with bot.syncing():
        assert await bot.hears(said[-1]) == said
        there = await members.of_room(bot.index, room)

    assert there[UserId(carol.user_id)] == "join"
    changes = [one for one in await bot.work() if isinstance(one, MemberChanged)]
    assert [change.membership for change in changes] == ["invite", "join"]


async def test_state_of_before_takes_back_nothing_that_came_since(
    bot: Bot, synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the homeserver tells it where events cross: two people join at the same moment."""
    alice, carol = await synapse.person("alice"), await synapse.person("carol")
    room = await chat(bot, alice)
    await alice.invites(room, carol.user_id)
    where = f"rooms/{room}/state/m.room.member/{carol.user_id}"
    invitation = await alice.call("GET", where, query=[("format", "event")])
    await carol.joins(room)
    async with bot.syncing():
        pass
    call = Api.call

    async def crossed(api: Api, method: str, path: str, *rest: Any, **more: Any) -> Any:
        answer = await call(api, method, path, *rest, **more)
        if path == "v3/sync":
            for section in answer.get("rooms", {}).get("join", {}).values():
                section["state"] = {"events": [invitation]}
        return answer

    monkeypatch.setattr(Api, "call", crossed)
    await alice.says(room, "help")
    async with bot.syncing():
        await bot.hears("help")

    assert (await members.of_room(bot.index, room))[UserId(carol.user_id)] == "join"


async def test_an_invitation_and_the_first_message_may_come_together(
    bot: Bot, synapse: Synapse
) -> None:
    alice = await synapse.person("alice")
    async with bot.syncing():
        pass
    room = await alice.creates_room(bot.user_id, is_direct=True)
    await alice.says(room, "help")

    async with bot.syncing():

        async def invited() -> bool:
            return any(isinstance(one, InvitedHere) for one in await bot.work())

        async with asyncio.timeout(60):
            await bot.index.until(invited)
        await bot.person.joins(room)
        assert await bot.hears("help") == ["help"]


async def seal(alice: Person, room: str, relation: Any = None) -> EventId:
    sealed = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AAAA", "session_id": "s"}
    if relation:
        sealed["m.relates_to"] = relation
    return EventId(await alice.sends(room, "m.room.encrypted", sealed))


async def waiting(bot: Bot) -> list[EventId]:
    return [one.event for one in await undecryptables.all_of(bot.index)]


async def test_what_cannot_be_read_is_kept_until_its_key_comes(bot: Bot, synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    room = await chat(bot, alice)
    async with bot.syncing():
        sealed = await seal(alice, room)
        async with asyncio.timeout(60):
            await bot.index.until(lambda: waiting(bot))
        assert await waiting(bot) == [sealed]
        assert await bot.lines() == []

        bot.keys.come[room] = "help"
        await alice.says(room, "bent u daar?")

        assert await bot.hears("bent u daar?") == ["help", "bent u daar?"]
    assert await waiting(bot) == []
    assert sealed in [one.work.key for one in await work.outstanding(bot.index)]


async def test_what_people_say_encrypted_to_each_other_becomes_no_work(
    bot: Bot, synapse: Synapse
) -> None:
    alice = await synapse.person("alice")
    kind = {"nl.plein.kind": "group"}
    room = RoomId(await bot.person.creates_room(alice.user_id, creation_content=kind))
    await alice.joins(room)
    asked = await bot.person.says(room, "Klopt dat?")
    bot.keys.here[room] = "ja"
    async with bot.syncing():
        said = await seal(alice, room)
        await seal(alice, room, {"m.in_reply_to": {"event_id": said}})
        await seal(alice, room, {"rel_type": "m.replace", "event_id": said})
        answer = await seal(alice, room, {"m.in_reply_to": {"event_id": asked}})
        await bot.hears("ja")
    kept = [one for one in await bot.work() if isinstance(one, Line)]
    assert [line.event for line in kept] == [answer]


async def test_keys_that_came_just_before_a_crash_are_used_after_it(
    bot: Bot, synapse: Synapse
) -> None:
    alice = await synapse.person("alice")
    room = await chat(bot, alice)
    async with bot.syncing():
        await seal(alice, room)
        async with asyncio.timeout(60):
            await bot.index.until(lambda: waiting(bot))
    bot.keys.here[room] = "help"

    async with bot.syncing():
        assert await bot.hears("help") == ["help"]

    assert await waiting(bot) == []


async def test_a_batch_is_stored_with_its_token_or_not_at_all(
    bot: Bot, synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await synapse.person("alice")
    room = await chat(bot, alice)
    async with bot.syncing():
        pass
    before = await sync_tokens.token(bot.index, bot.user_id)
    await alice.says(room, "help")
    failing = asyncio.Event()

    async def no_room_left(*_: object) -> None:
        failing.set()
        raise DatabaseTrouble(Kind.FULL, "no room left")

    with monkeypatch.context() as broken:
        broken.setattr(sync_tokens, "save", no_room_left)
        trying = asyncio.create_task(_forever(bot))
        await failing.wait()
        trying.cancel()
        await asyncio.wait([trying])
    assert await bot.lines() == []
    assert await sync_tokens.token(bot.index, bot.user_id) == before

    async with bot.syncing():
        assert await bot.hears("help") == ["help"]


async def _forever(bot: Bot) -> None:
    async with bot.syncing():
        pass
