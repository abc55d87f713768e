"""The homeserver is the oracle: search shows what it would give, and all of that.

Random squares, in which people come and go, are shut out, say, send files, change and take away,
while places open and close. Then everybody searches and asks for the files of each place, and of
every event the homeserver is asked, as that person.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from plein_bot.actions import files, places, search
from plein_bot.actions.search import Wanted
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.posts import MARK
from plein_bot.domain.search import parse
from plein_bot.index import file_texts, work
from plein_bot.index import places as place_rows
from plein_bot.index.tables.projection import EventRow
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe

# More of them: PLEIN_SQUARES=50, or some of those: PLEIN_SQUARES=20-30.
SEEDS = range(*map(int, os.environ.get("PLEIN_SQUARES", "1").split("-")))
STEPS = 36
WORDS = ("haven", "begroting", "wijkteam", "energie")

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    async with scene_on(synapse, folder) as scene:
        yield scene


@dataclass
class Saying:
    """Something that was said: the event that made its text what it is, and that text.

    Of a file, its name and what is in it.
    """

    room: str
    event: str
    latest: str
    text: str
    author: Person
    is_post: bool = False
    is_file: bool = False


@dataclass
class RandomSquare:
    scene: Scene
    chance: random.Random
    name: str
    rooms: dict[str, str] = field(default_factory=dict)
    said: dict[str, Saying] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @property
    def people(self) -> tuple[Person, ...]:
        scene = self.scene
        return (scene.sanne, scene.joost, scene.wim, scene.fatima)

    async def command(self, line: str) -> str:
        self.done.append(line)
        answer = await self.scene.says(self.scene.sanne, line)
        return await self.scene.says(self.scene.sanne, "ja") if "Klopt dat?" in answer else answer

    async def begins(self) -> None:
        visibility = self.chance.choice(["openbaar", "vindbaar", "verborgen"])
        joining = {"openbaar": "vrij", "vindbaar": "verzoek", "verborgen": "uitnodiging"}
        told = await self.command(
            f"deelsite nieuw {self.name} --zichtbaarheid {visibility} "
            f"--deelname {joining[visibility]}"
        )
        assert "Klaar" in told, told
        for group in ("Kring", "Kade"):
            how = self.chance.choice(["leden", "verborgen", visibility])
            told = await self.command(f"groep nieuw {self.name} {group} --zichtbaarheid {how}")
            assert "Klaar" in told, told
        root = await self.scene.place(self.name)
        for place in (root, *await place_rows.groups_of(self.scene.plein.parts.index, root)):
            self.rooms[place.slug] = await self.scene.sanne.joins(place.room)

    async def steps(self) -> None:
        """Mostly somebody says something; often somebody comes or goes, or a place changes."""
        deeds = (
            [self.says] * 8
            + [self.enters] * 5
            + [self.edits, self.redacts, self.comments, self.posts, self.sends_file] * 2
            + [self.sends_file_anew]
            + [self.leaves, self.is_removed, self.is_banned, self.is_let_in, self.place_changes]
        )
        await self.enters()
        for _ in range(STEPS):
            await self.chance.choice(deeds)()
        # However it went, there is one that somebody may read.
        await self._sends_file(self.scene.sanne, self.rooms["leden"])

    def _place(self) -> str:
        return self.rooms[self.chance.choice(sorted(self.rooms))]

    def _text(self) -> str:
        return " ".join(self.chance.sample(WORDS, 2))

    async def _tries(self, person: Person, method: str, path: str, body: dict[str, str]) -> bool:
        status, answer = await person.tries(method, path, body)
        self.done.append(f"{person.user_id} {path} {body}: {status}")
        assert status < 500, answer
        return status == 200

    async def _sends(self, person: Person, room: str, text: str, **content: object) -> str | None:
        """The event, where the person may say something there."""
        state = await self.scene.sanne.state(room)
        if state.get(("m.room.member", person.user_id), {}).get("membership") != "join":
            return None
        try:
            event = await person.says(room, text, **content)
        except AssertionError:
            return None
        self.done.append(f"{person.user_id} says {text!r} in {room}: {event}")
        return event

    async def says(self) -> None:
        person, room, text = self.chance.choice(self.people), self._place(), self._text()
        if event := await self._sends(person, room, text):
            self.said[event] = Saying(room, event, event, text, person)

    async def posts(self) -> None:
        room, title, text = self._place(), self.chance.choice(WORDS), self._text()
        if event := await self._sends(self.scene.sanne, room, f"!plein blog {title}\n{text}"):
            answer = await self.scene.sanne.is_answered(event, self.scene.plein.bot)
            # In a space there are no posts: there it was a command, that was refused.
            if MARK in answer["content"]:
                whole = f"{title} {text}"
                self.said[event] = Saying(room, event, event, whole, self.scene.sanne, True)

    async def comments(self) -> None:
        if said := self._some_saying():
            person, text = self.chance.choice(self.people), self._text()
            relation = {"rel_type": "m.thread", "event_id": said.event}
            if event := await self._sends(person, said.room, text, **{"m.relates_to": relation}):
                self.said[event] = Saying(said.room, event, event, text, person)

    async def edits(self) -> None:
        said = self._some_saying()
        if said and not said.is_post and not said.is_file:
            text = self._text()
            new = {"msgtype": "m.text", "body": text}
            relation = {"rel_type": "m.replace", "event_id": said.event}
            changed = {"m.new_content": new, "m.relates_to": relation}
            if event := await self._sends(said.author, said.room, f"* {text}", **changed):
                said.latest, said.text = event, text

    async def sends_file(self) -> None:
        await self._sends_file(self.chance.choice(self.people), self._place())

    async def _sends_file(self, person: Person, room: str) -> None:
        text, content = await self._file(person)
        if event := await self._sends(person, room, content["body"], **content):
            self.said[event] = Saying(room, event, event, text, person, is_file=True)

    async def sends_file_anew(self) -> None:
        """Another file in the place of the first, as an edit."""
        sent = [one for one in self.said.values() if one.is_file]
        if sent:
            said = self.chance.choice(sorted(sent, key=lambda one: one.event))
            text, content = await self._file(said.author)
            relation = {"rel_type": "m.replace", "event_id": said.event}
            changed = {"m.new_content": content, "m.relates_to": relation}
            if event := await self._sends(
                said.author, said.room, content["body"], **content, **changed
            ):
                said.latest, said.text = event, text

    async def _file(self, person: Person) -> tuple[str, dict[str, str]]:
        """Its words, and the message that it is sent with. No two have the same name."""
        title, text = self.chance.choice(WORDS), self._text()
        name = f"{title} {len(self.done)}.txt"
        url = await person.uploads(text.encode(), name, "text/plain")
        return f"{title} {text}", {"msgtype": "m.file", "body": name, "url": url}

    async def redacts(self) -> None:
        if said := self._some_saying():
            self.done.append(f"{said.event} is redacted")
            await self.scene.sanne.redacts(said.room, said.event)
            del self.said[said.event]

    def _some_saying(self) -> Saying | None:
        return self.said[self.chance.choice(sorted(self.said))] if self.said else None

    async def enters(self) -> None:
        """By invitation, into the subsite or into one of its rooms."""
        person, room = self.chance.choice(self.people[1:]), self._place()
        path = f"rooms/{safe(room)}/invite"
        await self._tries(self.scene.sanne, "POST", path, {"user_id": person.user_id})
        await self._tries(person, "POST", f"join/{safe(room)}", {})

    async def leaves(self) -> None:
        person = self.chance.choice(self.people[1:])
        await self._tries(person, "POST", f"rooms/{safe(self._place())}/leave", {})

    async def is_removed(self) -> None:
        await self._moves("kick")

    async def is_banned(self) -> None:
        await self._moves("ban")

    async def is_let_in(self) -> None:
        await self._moves("unban")

    async def _moves(self, verb: str) -> None:
        person = self.chance.choice(self.people[1:])
        path = f"rooms/{safe(self._place())}/{verb}"
        await self._tries(self.scene.sanne, "POST", path, {"user_id": person.user_id})

    async def place_changes(self) -> None:
        group = self.chance.choice(["", "/kring", "/kade"])
        value = self.chance.choice(
            [
                *("zichtbaarheid openbaar", "zichtbaarheid leden", "zichtbaarheid verborgen"),
                *("zichtbaarheid vindbaar", "geschiedenis nee", "geschiedenis ja", "burgers ja"),
            ]
        )
        await self.command(f"instellen {self.name}{group} {value}")

    async def settles(self) -> None:
        """Wait until Plein has heard everything, and has done what that asked for."""
        index = self.scene.plein.parts.index
        last: dict[str, str] = {}
        async with asyncio.timeout(60):
            while True:
                now = {room: await self._last(room) for room in self.rooms.values()}
                if now == last and not await work.outstanding(index):
                    break
                last = now

                async def known(events: frozenset[str] = frozenset(last.values())) -> bool:
                    async with index.reading() as session:
                        found = select(EventRow.event_id).where(EventRow.event_id.in_(events))
                        return set(await session.scalars(found)) == events

                await index.until(known)

            async def all_read() -> bool:
                return await file_texts.next_unread(index) is None

            await index.until(all_read)

    async def _last(self, room: str) -> str:
        path = f"rooms/{safe(room)}/messages"
        answer = await self.scene.sanne.call("GET", path, query=[("dir", "b"), ("limit", "1")])
        event: str = answer["chunk"][0]["event_id"]
        return event

    async def readable(self, person: Person) -> list[Saying]:
        """What this person should find: the homeserver gives it, and they are in the audience."""
        found: list[Saying] = []
        for room in self.rooms.values():
            state = await self.scene.sanne.state(room)
            member = state.get(("m.room.member", person.user_id), {}).get("membership")
            visibility = state["m.room.history_visibility", ""]["history_visibility"]
            if member != "join" and visibility != "world_readable":
                continue
            for said in self.said.values():
                events = {said.event, said.latest}
                if said.room == room and all(
                    [await self._gives(person, room, event) for event in events]
                ):
                    found.append(said)
        return found

    async def _gives(self, person: Person, room: str, event: str) -> bool:
        """Of what was redacted, as is what strays where only authors start, nothing is left."""
        status, answer = await person.tries("GET", f"rooms/{safe(room)}/event/{safe(event)}")
        return status == 200 and "body" in answer["content"]

    async def found(self, person: Person, word: str) -> set[str]:
        act = self.scene.plein.parts.acts.by(UserId(person.user_id), "test")
        results = await search.results(act, Wanted(parse(word)))
        assert not results.more
        mine = set(self.rooms.values())
        return {str(hit.event) for hit in results.hits if hit.room in mine}

    async def files(self, person: Person, room: str) -> set[str]:
        """What `files` shows of a place, whoever may name it."""
        act = self.scene.plein.parts.acts.by(UserId(person.user_id), "test")
        standing = await places.at(act, RoomId(room))
        assert standing
        listed = await files.listed(act, standing)
        return {str(one.event) for versions in listed for one in versions.files}


@pytest.mark.parametrize("seed", SEEDS)
async def test_everybody_finds_what_the_homeserver_gives_them_and_no_more(
    scene: Scene, seed: int
) -> None:
    square = RandomSquare(scene, random.Random(seed), f"vierkant-{seed}")
    await square.begins()
    await square.steps()
    await square.settles()

    outsider = await scene.synapse.person("voorbijganger")
    seen = files_seen = 0
    for person in (*square.people, outsider):
        given = await square.readable(person)
        story = "\n".join(square.done)
        for word in WORDS:
            wanted = {said.event for said in given if word in said.text.split()}
            found = await square.found(person, word)
            assert found - wanted == set(), f"{person.user_id} finds {word!r} and may not\n{story}"
            assert wanted - found == set(), f"{person.user_id} misses {word!r}\n{story}"
            seen += len(found)
        for name, room in square.rooms.items():
            # Of a subsite those of its groups too.
            here = square.rooms.values() if name == square.name else [room]
            wanted = {said.event for said in given if said.is_file and said.room in here}
            listed = await square.files(person, room)
            assert listed - wanted == set(), f"{person.user_id} sees files of {name}\n{story}"
            assert wanted - listed == set(), f"{person.user_id} misses files of {name}\n{story}"
            files_seen += len(listed)
    assert seen, "nobody found anything: the square was too quiet to say something"
    assert files_seen, "nobody saw a file"
