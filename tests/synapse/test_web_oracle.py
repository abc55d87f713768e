"""The homeserver is the oracle: the web shows what it would give to anybody, and all of that.

A random square, in which people write, comment, send files and talk, while places open and close.
Then somebody without an account follows every link, every feed and the sitemap, and searches; and
of everything that they come by the homeserver is asked.
"""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from plein_bot.domain.posts import MARK
from plein_bot.web.security import Pace
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.test_search_oracle import RandomSquare, Saying

# More of them: PLEIN_SQUARES=50, or some of those: PLEIN_SQUARES=20-30.
SEEDS = range(*map(int, os.environ.get("PLEIN_SQUARES", "1").split("-")))
STEPS = 45
MARKER = re.compile(r"merk\d+n\d+x")
LINK = re.compile(r'(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>')

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    async with scene_on(synapse, folder) as scene:
        site = scene.plein.parts.server.site
        assert site
        site.pace = Pace(100_000, 100_000)
        yield scene


@dataclass
class Town(RandomSquare):
    """Everything that is said has a word of its own. `about` is the post that it belongs to."""

    about: dict[str, str] = field(default_factory=dict)

    async def steps(self) -> None:
        deeds = (
            [self.posts] * 4
            + [self.comments, self.sends_file, self.edits_post] * 3
            + [self.says, self.enters, self.place_changes] * 2
            + [self.redacts, self.leaves]
        )
        await self.command(f"instellen {self.name} zichtbaarheid openbaar")
        await self.command(f"instellen {self.name}/kring zichtbaarheid openbaar")
        await self.posts()
        for _ in range(STEPS):
            await self.chance.choice(deeds)()
        # However it went, there is something that everybody may read, and something that was.
        await self.command(f"instellen {self.name} zichtbaarheid openbaar")
        await self.command(f"instellen {self.name}/kring zichtbaarheid openbaar")
        await self._posts(self.rooms["kring"])
        await self.comments()

    def _text(self) -> str:
        return f"{super()._text()} merk{self.name[5:]}n{len(self.done)}x"

    async def posts(self) -> None:
        await self._posts(self._place())

    async def _posts(self, room: str) -> None:
        person, title, text = self.scene.sanne, f"Titel {len(self.done)}", self._text()
        if event := await self._sends(person, room, f"!plein blog {title}\n{text}"):
            answer = await person.is_answered(event, self.scene.plein.bot)
            if MARK in answer["content"]:
                self.said[event] = Saying(room, event, event, text, person, is_post=True)
                self.about[event] = event

    async def comments(self) -> None:
        if post := self._some_post():
            person, text = self.chance.choice(self.people), self._text()
            relation = {"rel_type": "m.thread", "event_id": post.event}
            if event := await self._sends(person, post.room, text, **{"m.relates_to": relation}):
                self.said[event] = Saying(post.room, event, event, text, person)
                self.about[event] = post.event

    async def edits_post(self) -> None:
        if post := self._some_post():
            text = self._text()
            body = f"!plein blog Titel\n{text}"
            changed = {
                "m.new_content": {"msgtype": "m.text", "body": body},
                "m.relates_to": {"rel_type": "m.replace", "event_id": post.event},
            }
            if event := await self._sends(post.author, post.room, f"* {body}", **changed):
                post.latest, post.text = event, text

    async def sends_file(self) -> None:
        """In the thread of a post of their own, or just in the chat."""
        post, person = self._some_post(), self.scene.sanne
        text, content = await self._file(person)
        thread = {}
        room = self._place()
        if post and self.chance.random() < 0.8:
            room = post.room
            thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": post.event}}
        if event := await self._sends(person, room, content["body"], **content, **thread):
            self.said[event] = Saying(room, event, event, text, person, is_file=True)
            if thread and post:
                self.about[event] = post.event

    def _some_post(self) -> Saying | None:
        there = sorted(event for event, one in self.said.items() if one.is_post)
        return self.said[self.chance.choice(there)] if there else None

    async def shown_to_all(self, stranger: Person) -> set[str]:
        """The words of their own of what the homeserver gives to anybody in a place that is open:
        posts, and what belongs to such a post.
        """
        given = {one.event: one for one in await self.readable(stranger)}
        there = {event for event in given if self.about.get(event) in given}
        return {MARKER.findall(given[event].text)[-1] for event in there}


@dataclass
class Crawl:
    """Somebody without an account who follows every link there is."""

    http: aiohttp.ClientSession
    address: str
    seen: dict[str, str] = field(default_factory=dict)

    async def everything(self, words: set[str]) -> None:
        todo = ["/", "/sitemap.xml", "/robots.txt", *(f"/zoek?q={word}" for word in sorted(words))]
        while todo:
            path = todo.pop()
            if path in self.seen:
                continue
            async with self.http.get(f"{self.address}{path}") as response:
                assert response.status == 200, (path, response.status)
                self.seen[path] = text = (await response.read()).decode(errors="replace")
            for one in LINK.finditer(text):
                link = urljoin(f"{self.address}{path}", (one[1] or one[2]).replace("&amp;", "&"))
                where = urlsplit(link)
                # One language is enough.
                if link.startswith(self.address) and "taal=" not in link:
                    todo.append(where.path + (f"?{where.query}" if where.query else ""))

    def words(self, town: str) -> set[str]:
        """Of one town what stands on the pages; what they asked for themselves is no answer."""
        found: set[str] = set()
        for path, text in self.seen.items():
            found |= set(MARKER.findall(text)) - set(MARKER.findall(path))
        return {word for word in found if word.startswith(f"merk{town[5:]}n")}


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_web_shows_what_the_homeserver_gives_to_anybody_and_no_more(
    scene: Scene, seed: int
) -> None:
    town = Town(scene, random.Random(seed), f"dorp-{seed}")
    await town.begins()
    await town.steps()
    await town.settles()
    stranger = await scene.synapse.person("voorbijganger")

    given = await town.shown_to_all(stranger)
    every = {word for one in town.said.values() for word in MARKER.findall(one.text)}
    async with asyncio.timeout(120), aiohttp.ClientSession() as http:
        crawl = Crawl(http, scene.plein.settings.web.address)
        await crawl.everything(every)

    story = "\n".join(town.done)
    seen = crawl.words(town.name)
    assert seen - given == set(), f"the web shows too much\n{story}"
    assert given - seen == set(), f"the web lacks something\n{story}"
    assert given, "nothing was open: the town was too quiet to say something"
    for word in sorted(every):
        found = word in given
        page = crawl.seen[f"/zoek?q={word}"]
        assert ("<mark>" in page) == found, f"search and {word}\n{story}"
    mine = re.compile(f"merk{seed}n")
    media = [path for path in crawl.seen if path[:7] == "/media/" and mine.search(crawl.seen[path])]
    sent = {one for one in town.about if town.said.get(one) and town.said[one].is_file}
    open_files = {e for e in sent if MARKER.findall(town.said[e].text)[-1] in given}
    assert len(media) == len(open_files), f"files\n{story}"
