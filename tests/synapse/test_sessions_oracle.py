"""The homeserver is the oracle: who is signed in on the web sees what it would give them, no more.

A random square, as search has it. Then everybody signs in, follows every link and searches for
every word of its own that was ever said; and of everything the homeserver is asked, as that person.
"""

import asyncio
import os
import random
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest

from plein_bot.actions import sessions
from plein_bot.domain.ids import UserId
from plein_bot.web.security import Pace
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.test_search_oracle import RandomSquare
from tests.web.browsing import seal_in

# More of them: PLEIN_SQUARES=50, or some of those: PLEIN_SQUARES=20-30.
SEEDS = range(*map(int, os.environ.get("PLEIN_SQUARES", "1").split("-")))
OWN_WORD = re.compile(r"merk\d+y\d+x")
LINK = re.compile(r'(?:href|src)="([^"]+)"')

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("oracle")) as scene:
        site = scene.plein.parts.server.site
        assert site
        site.pace = Pace(100_000, 100_000)
        yield scene


@dataclass
class Spoken(RandomSquare):
    """Everything that is said has a word of its own, also what is taken away again."""

    seed: int = 0
    words: set[str] = field(default_factory=set)

    def _text(self) -> str:
        word = f"merk{self.seed}y{len(self.words)}x"
        self.words.add(word)
        return f"{super()._text()} {word}"


@dataclass
class SignedIn:
    http: aiohttp.ClientSession
    address: str
    seen: dict[str, str] = field(default_factory=dict)

    async def enters(self, scene: Scene, person: Person) -> None:
        """By a link; asking for it in a chat, tests elsewhere do."""
        await person.chat_with(scene.plein.bot)
        cause = f"$oracle {person.user_id} {secrets.token_hex(4)}"
        link = await sessions.offer(scene.plein.parts.acts.by(UserId(person.user_id), cause))
        path = link.removeprefix(self.address)

        async def is_known() -> bool:
            token = path.rpartition("/")[2]
            return await sessions.whose_link(scene.plein.parts.acts, token) is not None

        # Plein may hear of the chat a little later than who opened it.
        await scene.plein.parts.index.until(is_known)
        seal = seal_in(await self._read(path))
        async with self.http.post(link, data={"seal": seal}) as response:
            assert response.status == 200
            assert "Afmelden" in await response.text()

    async def everything(self, words: set[str]) -> None:
        todo = ["/", *(f"/zoek?q={word}" for word in sorted(words))]
        while todo:
            path = todo.pop()
            if path in self.seen:
                continue
            self.seen[path] = text = await self._read(path)
            for one in LINK.finditer(text):
                link = urljoin(f"{self.address}{path}", one[1].replace("&amp;", "&"))
                where = urlsplit(link)
                # One language is enough.
                if link.startswith(self.address) and "taal=" not in link:
                    todo.append(where.path + (f"?{where.query}" if where.query else ""))

    async def _read(self, path: str) -> str:
        async with self.http.get(f"{self.address}{path}") as response:
            assert response.status == 200, (path, response.status)
            return (await response.read()).decode(errors="replace")

    def words(self) -> set[str]:
        """What stands on the pages; what they asked for themselves is no answer."""
        found: set[str] = set()
        for path, text in self.seen.items():
            found |= set(OWN_WORD.findall(text)) - set(OWN_WORD.findall(path))
        return found

    def found_by_searching(self) -> set[str]:
        return {
            word
            for path, text in self.seen.items()
            if path.startswith("/zoek?q=") and "<mark>" in text
            for word in OWN_WORD.findall(path)
        }


@pytest.mark.parametrize("seed", SEEDS)
async def test_everybody_is_shown_what_the_homeserver_gives_them_and_no_more(
    scene: Scene, seed: int
) -> None:
    square = Spoken(scene, random.Random(seed), f"hof-{seed}", seed=seed)
    await square.begins()
    await square.steps()
    await square.settles()
    outsider = await scene.synapse.person("voorbijganger")
    story = "\n".join(square.done)
    seen = 0
    for person in (*square.people, outsider):
        given = await square.readable(person)
        wanted = {word for said in given for word in OWN_WORD.findall(said.text)}
        jar = aiohttp.CookieJar(unsafe=True)
        async with asyncio.timeout(120), aiohttp.ClientSession(cookie_jar=jar) as http:
            browser = SignedIn(http, scene.plein.settings.web.address)
            await browser.enters(scene, person)
            await browser.everything(square.words)
        # They may be in squares of before, too.
        shown = browser.words() & square.words
        assert shown - wanted == set(), f"{person.user_id} is shown too much\n{story}"
        found = browser.found_by_searching()
        assert found == wanted, f"{person.user_id} finds {found ^ wanted} otherwise\n{story}"
        files = {word for s in given if s.is_file for word in OWN_WORD.findall(s.text)}
        assert files <= shown, f"{person.user_id} misses files {files - shown}\n{story}"
        seen += len(shown)
    assert seen, "nobody saw anything: the square was too quiet to say something"
