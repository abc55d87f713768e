"""The homeserver is the oracle for digests too: what it gives, new and unread, and all of that.

On a random square as for search, where people also read. A digest is made for all at once.
"""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plein_bot.actions import digest_contents
from plein_bot.actions.digest_contents import Reader
from plein_bot.domain import digests as rules
from plein_bot.domain.digests import Digest
from plein_bot.domain.ids import UserId
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe
from tests.synapse.test_search_oracle import RandomSquare, Saying

STEPS = 18

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("digests")
    async with scene_on(synapse, folder) as scene:
        yield scene


@dataclass
class ReadSquare(RandomSquare):
    read: dict[str, set[str]] = field(default_factory=dict)

    async def steps(self) -> None:
        deeds = (
            [self.posts, self.sends_file, self.enters, self.reads] * 4
            + [self.redacts, self.leaves, self.is_removed, self.is_let_in, self.place_changes]
            + [self.sends_file_anew]
        )
        await self.enters()
        for _ in range(STEPS):
            await self.chance.choice(deeds)()
        # However it went, there is something that somebody has not read.
        await self._sends_file(self.scene.sanne, self.rooms["leden"])

    async def reads(self) -> None:
        person, room = self.chance.choice(self.people), self._place()
        last = await self._last(room)
        path = f"rooms/{safe(room)}/receipt/m.read/{safe(last)}"
        if await self._tries(person, "POST", path, {}):
            there = {said.event for said in self.said.values() if said.room == room}
            self.read.setdefault(person.user_id, set()).update(there)

    async def wanted(self, person: Person) -> set[str]:
        """What this person should be told."""
        state = {room: await self.scene.sanne.state(room) for room in self.rooms.values()}
        joined = {
            room
            for room, known in state.items()
            if known.get(("m.room.member", person.user_id), {}).get("membership") == "join"
        }
        near = self.rooms.values() if self.rooms[self.name] in joined else joined
        return {
            said.event
            for said in await self.readable(person)
            if said.room in near and self._is_news(said, person)
        }

    def _is_news(self, said: Saying, person: Person) -> bool:
        seen = said.event in self.read.get(person.user_id, ())
        return (said.is_post or said.is_file) and said.author != person and not seen

    def told(self, digest: Digest) -> set[str]:
        entries = (entry for section in digest.sections for entry in section.entries)
        return {entry.event for entry in entries if entry.room in self.rooms.values()}


async def test_everybody_is_told_what_they_may_read_and_have_not_and_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ENTRIES", 1000)
    square = ReadSquare(scene, random.Random(3), "overzichten")
    for person in square.people:
        await scene.says(person, "overzicht wekelijks --per chat")
    await square.begins()
    await square.steps()
    await square.settles()
    parts = scene.plein.parts
    await parts.courier.hear()

    since = datetime.now(UTC) - timedelta(days=1)
    readers = [Reader(UserId(person.user_id), since) for person in square.people]
    found = await digest_contents.gather(parts.index, readers, datetime.now(UTC))

    told = read = 0
    story = "\n".join(square.done)
    for person in square.people:
        wanted, got = await square.wanted(person), square.told(found[UserId(person.user_id)])
        assert got - wanted == set(), f"{person.user_id} is told and may not, or knew\n{story}"
        assert wanted - got == set(), f"{person.user_id} is not told\n{story}"
        told += len(got)
        read += len(square.read.get(person.user_id, ()))
    assert told, "nobody was told anything: the square was too quiet to say something"
    assert read, "nobody read anything"
