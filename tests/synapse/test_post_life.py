"""The life of a post, step by step: the index, its history and the room say the same each time."""

import argparse
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plein_bot.domain.ids import UserId
from plein_bot.domain.posts import MARK, Post
from plein_bot.index import addresses, posts
from plein_bot.index.rebuilding import rebuild as read_again
from plein_bot.matrix import rooms
from plein_bot.matrix.encryption import encrypt_file
from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import projection
from tests.synapse.encrypted import EncryptedPerson
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe

pytestmark = pytest.mark.any_profile

FIXTURES = Path(__file__).parents[1] / "documents" / "fixtures"


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("life")) as scene:
        for name in ("Levensloop", "Elders"):
            await scene.says(
                scene.sanne, f"deelsite nieuw {name} --zichtbaarheid vindbaar --deelname verzoek"
            )
            await scene.sanne.joins(await scene.room(name.lower()))
            await scene.sanne.joins(await scene.room(f"{name.lower()}/leden"))
            await brought(scene, scene.wim, name.lower())
        yield scene


async def brought(scene: Scene, person: Person, subsite: str) -> None:
    await scene.says(scene.sanne, f"uitnodigen {subsite} {person.user_id}")
    await person.joins(await scene.room(subsite))
    await person.joins(await scene.room(f"{subsite}/leden"))


@dataclass
class Life:
    """What is to be true of a post, wherever one looks."""

    scene: Scene
    number: int
    author: Person
    text: str = ""
    versions: int = 1
    comments: int = 0
    reactions: dict[str, int] = field(default_factory=dict)

    async def post(self) -> Post:
        async def as_expected() -> Post | None:
            found = await posts.numbered(self.scene.plein.parts.index, self.number)
            if found is None or self.text not in found.text:
                return None
            echo = (await posts.echoes(self.scene.plein.parts.index, [found.event]))[found.event]
            right = (echo.comments, echo.reactions) == (self.comments, self.reactions)
            return found if right else None

        found = await self.scene.plein.parts.index.until(as_expected)
        assert found
        return found

    async def agrees(self) -> Post:
        """The index, `post show`, `post history`, the room as others read it, and a rebuild."""
        post = await self.post()
        history = await self.scene.says(self.author, f"blog geschiedenis {self.number}")
        told = "niet gewijzigd" if self.versions == 1 else f"heeft {self.versions} versies"
        assert told in history, history
        shown = await self.scene.says(self.author, f"blog toon {self.number}")
        counted = {0: "0 reacties", 1: "1 reactie"}.get(self.comments, f"{self.comments} reacties")
        hearts = "".join(f" · {key} {n}" for key, n in self.reactions.items())
        assert f"{counted}{hearts}" in shown, shown
        assert self.text in shown
        await self._is_so_in_the_room(post)
        await nothing_differs(self.scene)
        return post

    async def _is_so_in_the_room(self, post: Post) -> None:
        reader = self.scene.sanne
        event = await reader.call("GET", f"rooms/{safe(post.room)}/event/{safe(post.event)}")
        said = event["content"]
        edited = event["unsigned"].get("m.relations", {}).get("m.replace")
        if edited:
            said = edited["content"]["m.new_content"]
        assert self.text in said["body"]
        edits = await related(reader, post, "m.replace")
        assert len(edits) == self.versions - 1
        thread = await related(reader, post, "m.thread")
        bot = self.scene.plein.bot
        assert len([one for one in thread if one["sender"] != bot]) == self.comments
        assert len(await related(reader, post, "m.annotation")) == sum(self.reactions.values())


async def related(reader: Person, post: Post, kind: str) -> list[dict[str, object]]:
    path = f"/_matrix/client/v1/rooms/{safe(post.room)}/relations/{safe(post.event)}/{kind}"
    found: list[dict[str, object]] = (await reader.call("GET", path))["chunk"]
    return found


async def nothing_differs(scene: Scene) -> None:
    """What a rebuild would read from the rooms is what stands in the index."""
    parts = scene.plein.parts
    found = await read_again(
        parts.index, rooms.whole(parts.api, parts.plein.bot), parts.plein.bot, dry_run=True
    )
    assert not found, rebuild.described(found)


async def typed_in_place(scene: Scene) -> Life:
    room = await scene.room("levensloop/leden")
    event = await scene.wim.says(room, "!plein blog Over water\nHet water staat **hoog**. #dijken")
    card = (await scene.wim.is_answered(event, scene.plein.bot))["content"]
    life = Life(scene, card[MARK]["number"], scene.wim, "Het water staat")
    await life.agrees()
    for text in ("Nu zakt het.", "Nu stijgt het weer.", "Het bleef droog."):
        await scene.wim.edits(room, event, f"!plein blog Over water\n{text} #dijken")
        life.text, life.versions = text, life.versions + 1
        await life.agrees()
    return life


async def sent_in_an_encrypted_chat(scene: Scene) -> Life:
    """A document, sealed for the chat; it stands in the place for everybody to read."""
    noor = await scene.synapse.encrypted_person("noor", "Noor Visser")
    index = scene.plein.parts.index
    user = UserId(noor.user_id)
    await addresses.prove(index, user, "noor@zaanstad.example", datetime.now(UTC))
    for subsite in ("levensloop", "elders"):
        await brought(scene, noor, subsite)
    asked = await offered(scene, noor, "verslag.docx")
    assert asked == "Wat wilt u hiermee? 1 Blog 2 Bestand 3 Niets"
    where = await scene.says(noor, "1")
    assert where.startswith("Titel: “Verslag werkbezoek Meersloot”. Waar? 1 ")
    number = re.search(r"(\d) Levensloop/Leden \(\d+ leden\)", where)
    assert number, where
    preview = await scene.says(noor, number[1])
    assert preview.startswith("Zo ziet het eruit:\n\nVerslag werkbezoek Meersloot\n\nOp 12 mei")
    assert preview.endswith("Plaatsen? ja / nee / titel …")
    placed = await scene.says(noor, "Ja.")
    found = re.fullmatch(r"Geplaatst: .*\. Wijzigen: `blog wijzig (\d+)`\.", placed)
    assert found, placed
    life = Life(scene, int(found[1]), noor, "burgerservicenummer")
    post = await life.agrees()
    await has_its_pictures(scene, post)
    for text in ("Tweede tekst.", "Derde tekst.", "Vierde tekst."):
        await scene.says(noor, f"blog wijzig {life.number}")
        await scene.says(noor, f"concept tekst {text}")
        await scene.says(noor, "concept plaatsen")
        assert await scene.says(noor, "ja") == f"Blog {life.number} is gewijzigd."
        life.text, life.versions = text, life.versions + 1
        await life.agrees()
    return life


async def offered(scene: Scene, person: EncryptedPerson, name: str) -> str:
    chat = await person.chat_with(scene.plein.bot)
    data = (FIXTURES / name).read_bytes()
    sealed, key = encrypt_file(data)
    url = await person.uploads(sealed, "", "application/octet-stream")
    content = {"msgtype": "m.file", "body": name, "info": {"size": len(data)}}
    sent = await person.sends(chat, "m.room.message", {**content, "file": {**key, "url": url}})
    answer = await person.is_answered(sent, scene.plein.bot)
    assert answer["type"] == "m.room.message"
    return str(answer["content"]["body"])


async def has_its_pictures(scene: Scene, post: Post) -> None:
    """Whoever reads the place can fetch them."""
    found = re.findall(r"mxc://([^/]+)/([^)]+)\)", post.text)
    assert len(found) == 2
    for (server, media), name in zip(found, ("werkplaats.png", "wachttijd.png"), strict=True):
        url = f"{scene.synapse.url}/_matrix/client/v1/media/download/{server}/{media}"
        headers = {"Authorization": f"Bearer {scene.wim.token}"}
        async with scene.wim.http.get(url, headers=headers) as response:
            assert await response.read() == (FIXTURES / name).read_bytes()


@pytest.mark.parametrize("beginning", [typed_in_place, sent_in_an_encrypted_chat])
async def test_the_life_of_a_post(scene: Scene, beginning: object) -> None:
    assert callable(beginning)
    life: Life = await beginning(scene)
    author, sanne = life.author, scene.sanne
    post = await life.post()
    room = post.room

    for person, text in ((sanne, "Mooi verhaal"), (author, "Dank je")):
        await person.comments(room, post.event, text)
        life.comments += 1
        await life.agrees()
    await scene.wim.reacts(room, post.event, "👍")
    life.reactions = {"👍": 1}
    await life.agrees()
    await sanne.sets(room, "m.room.pinned_events", {"pinned": [post.event]})
    await scene.says(sanne, f"blog uitlichten {life.number}")
    assert (await life.agrees()).featured
    pinned = (await sanne.state(room))["m.room.pinned_events", ""]
    assert pinned == {"pinned": [post.event]}

    assert "Klopt dat?" in await scene.says(author, f"blog verplaatsen {life.number} elders/leden")
    assert "staat nu in Elders/Leden" in await scene.says(author, "ja")
    life.versions, life.comments, life.reactions = 1, 0, {}
    moved = await life.agrees()
    assert moved.room == await scene.room("elders/leden")
    gone = await sanne.call("GET", f"rooms/{safe(room)}/event/{safe(post.event)}")
    assert gone["content"] == {}
    await nowhere(scene, room, life.text)

    await scene.says(author, f"blog intrekken {life.number} --reacties")
    assert await scene.says(author, "ja") == f"Blog {life.number} is ingetrokken."
    assert await posts.numbered(scene.plein.parts.index, life.number) is None
    for line in ("toon", "geschiedenis", "reacties"):
        assert "Ik ken geen blog" in await scene.says(author, f"blog {line} {life.number}")
    await nowhere(scene, moved.room, life.text)
    await nothing_differs(scene)


async def nowhere(scene: Scene, room: str, text: str) -> None:
    """No message of the room holds this text any more, edits included."""
    query = [("dir", "b"), ("limit", "200")]
    said = (await scene.sanne.call("GET", f"rooms/{safe(room)}/messages", query=query))["chunk"]
    assert not [one for one in said if text in str(one["content"])]


async def test_afterwards_a_rebuild_gives_the_same(
    synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with scene_on(synapse, tmp_path_factory.mktemp("afterlife")) as scene:
        await scene.says(
            scene.sanne, "deelsite nieuw Nadien --zichtbaarheid vindbaar --deelname verzoek"
        )
        await scene.sanne.joins(await scene.room("nadien"))
        room = await scene.sanne.joins(await scene.room("nadien/leden"))
        long = "# Lang\n\n" + "\n\n".join(f"Alinea {n}. " * 30 for n in range(300))
        for name, data in (
            ("verslag.odt", (FIXTURES / "verslag.odt").read_bytes()),
            ("lang.md", long.encode()),
        ):
            file = await scene.sanne.sends_file(room, name, data, "application/octet-stream")
            reply = await scene.sanne.replies(room, file, "!plein blog")
            answer = await scene.sanne.is_answered(reply, scene.plein.bot)
            number = answer["content"][MARK]["number"]
            await scene.plein.parts.index.until(
                lambda n=number: posts.numbered(scene.plein.parts.index, n)  # type: ignore[misc]
            )
        await nothing_differs(scene)
        before = await projection(scene.plein.parts.index)
        settings = scene.plein.settings
    assert await rebuild.main(settings, argparse.Namespace(dry_run=False)) == 0
    async with opened(settings.database.url) as index:
        after = await projection(index)
    for table in ("posts", "post_tags"):
        assert after[table] == before[table], table
    texts = [row["text"] for row in after["posts"].values()]
    assert any("burgerservicenummer" in text for text in texts)
    assert any(len(text) > 90_000 and "Alinea 299." in text for text in texts)
