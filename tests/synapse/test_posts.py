"""A post from its first word to its end, as people type in their own clients."""

import argparse
from collections.abc import AsyncIterator

import pytest

from plein_bot.domain.ids import EventId
from plein_bot.domain.posts import MARK, Post
from plein_bot.index import posts
from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import projection
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import Json

TEXT = """Vandaag was ik in **Woudenberg**. #jeugdzorg

## Wat wij zagen

- een wijkteam
- een school"""


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("posts")) as scene:
        await scene.says(
            scene.sanne, "deelsite nieuw Blogland --zichtbaarheid vindbaar --deelname verzoek"
        )
        await scene.sanne.joins(await scene.room("blogland"))
        await scene.says(scene.sanne, "groep nieuw blogland Kring")
        room = await scene.sanne.joins(await scene.room("blogland/kring"))
        await scene.says(scene.sanne, f"uitnodigen blogland {scene.wim.user_id}")
        await scene.wim.joins(await scene.room("blogland"))
        await scene.says(scene.wim, "deelnemen blogland/kring")
        await scene.wim.joins(room)
        yield scene


async def room_of(scene: Scene) -> str:
    return await scene.room("blogland/kring")


async def answer_to(scene: Scene, person: Person, event: str) -> Json:
    answer: Json = (await person.is_answered(event, scene.plein.bot))["content"]
    return answer


async def posted(scene: Scene, person: Person, title: str, text: str = TEXT) -> tuple[str, Json]:
    """A post typed in the group; its event, and the card."""
    event = await person.says(await room_of(scene), f"!plein blog {title}\n{text}")
    return event, await answer_to(scene, person, event)


async def standing(scene: Scene, event: str, **facts: object) -> Post:
    """The post, once the index says these things of it."""

    async def found() -> Post | None:
        post = await posts.of_event(scene.plein.parts.index, EventId(event))
        right = post and all(getattr(post, name) == value for name, value in facts.items())
        return post if right else None

    post = await scene.plein.parts.index.until(found)
    assert post
    return post


async def gone(scene: Scene, event: str) -> None:
    async def is_gone() -> bool:
        return await posts.of_event(scene.plein.parts.index, event) is None  # type: ignore[arg-type]

    await scene.plein.parts.index.until(is_gone)


async def test_a_text_under_the_command_is_a_post(scene: Scene) -> None:
    event, card = await posted(scene, scene.sanne, "Bezoek aan Woudenberg")

    facts = card[MARK]
    assert card["body"] == f"Bezoek aan Woudenberg · blog {facts['number']} · #jeugdzorg"
    assert facts == {
        "number": facts["number"],
        "slug": "bezoek-aan-woudenberg",
        "title": "Bezoek aan Woudenberg",
        "tags": ["jeugdzorg"],
        "event": event,
        "author": scene.sanne.user_id,
        "typed": True,
    }
    assert card["m.relates_to"]["rel_type"] == "m.thread"
    assert card["m.relates_to"]["event_id"] == event
    post = await standing(scene, event)
    assert (post.text, post.author) == (TEXT, scene.sanne.user_id)
    shown = await scene.says(scene.wim, f"blog toon {post.number}")
    assert shown.startswith("Bezoek aan Woudenberg\n\nBlog")
    assert "Sanne de Vries · Blogland/Kring" in shown
    assert "een wijkteam" in shown


async def test_a_reply_to_ones_own_message_makes_it_a_post(scene: Scene) -> None:
    room = await room_of(scene)
    first = await scene.sanne.says(room, "# Plan voor de wijk\nWij beginnen in mei.")
    reply = await scene.sanne.replies(room, first, "!plein blog")
    card = await answer_to(scene, scene.sanne, reply)
    assert card["body"].startswith("Plan voor de wijk · blog")
    assert card["m.relates_to"]["event_id"] == first

    again = await scene.sanne.replies(room, first, "!plein blog Nog eens")
    assert (await answer_to(scene, scene.sanne, again))["body"].startswith("Dat is al blog")
    stolen = await scene.sanne.says(room, "Van Sanne")
    taken = await scene.wim.replies(room, stolen, "!plein blog Van Wim")
    assert "van iemand anders" in (await answer_to(scene, scene.wim, taken))["body"]


async def test_a_title_may_begin_with_a_word_of_a_command(scene: Scene) -> None:
    event, card = await posted(scene, scene.sanne, "toon het dorp")
    assert card[MARK]["title"] == "toon het dorp"
    twin, other = await posted(scene, scene.sanne, "toon het dorp")
    assert other[MARK]["slug"] == "toon-het-dorp-2"
    assert event != twin


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("!plein blog", "Er is nog geen tekst"),
        ("!plein blog Alleen een titel", "Er is nog geen tekst"),
        ("!plein blog\nTekst zonder titel", "Een blog heeft een titel nodig"),
        (f"!plein blog {'x' * 500}\nTekst", "Deze titel heeft 500 tekens"),
        ("!plein blog Leeg\n![foto](mxc://a/b)", "Deze blog heeft geen tekst"),
    ],
)
async def test_what_cannot_be_a_post_is_told_so(scene: Scene, line: str, answer: str) -> None:
    event = await scene.sanne.says(await room_of(scene), line)
    assert (await answer_to(scene, scene.sanne, event))["body"].startswith(answer)


async def test_edits_make_revisions_and_the_card_follows(scene: Scene) -> None:
    event, card = await posted(scene, scene.sanne, "Eerste titel", "Eerste tekst. #een")
    room = await room_of(scene)
    for number in (2, 3, 4):
        text = f"!plein blog Titel {number}\nTekst {number}. #label{number}"
        await scene.sanne.edits(room, event, text)
    post = await standing(scene, event, title="Titel 4", tags=("label4",))
    assert post.text == "Tekst 4. #label4"
    assert post.slug == card[MARK]["slug"]

    told = await scene.says(scene.wim, f"blog geschiedenis {post.number}")
    assert "heeft 4 versies" in told
    assert "➖ Eerste tekst. #een\n➕ Tekst 2. #label2" in told
    # Somebody else's edit of it is none.
    await scene.wim.edits(room, event, "!plein blog Gekaapt\nGekaapt")
    await scene.wim.says(room, "!plein help")
    assert (await standing(scene, event)).title == "Titel 4"


async def test_what_people_say_about_it_is_counted_and_listed(scene: Scene) -> None:
    event, card = await posted(scene, scene.sanne, "Met reacties")
    room, number = await room_of(scene), card[MARK]["number"]
    await scene.wim.comments(room, event, "Mooi verhaal")
    second = await scene.sanne.comments(room, event, "Dank je")
    await scene.wim.reacts(room, event, "👍")
    await scene.sanne.reacts(room, event, "👍")
    await scene.sanne.redacts(room, second)
    last = await scene.wim.says(room, "!plein help")
    await answer_to(scene, scene.wim, last)

    shown = await scene.says(scene.wim, f"blog toon {number}")
    assert "1 reactie · 👍 2" in shown
    told = await scene.says(scene.sanne, f"blog reacties {number}")
    assert "Eén reactie op “Met reacties”" in told
    assert "Wim Jansen" in told
    assert "Mooi verhaal" in told
    assert "Dank je" not in told


async def test_staff_feature_and_close(scene: Scene) -> None:
    event, card = await posted(scene, scene.wim, "Van Wim")
    number = card[MARK]["number"]
    assert "moderator" in await scene.says(scene.wim, f"blog uitlichten {number}")
    assert await scene.says(scene.sanne, f"blog uitlichten {number}") == "“Van Wim” is uitgelicht."
    await scene.says(scene.wim, f"blog sluiten {number}")
    post = await standing(scene, event, featured=True, closed=True)
    assert "reageren kan niet meer" in await scene.says(scene.wim, f"blog toon {post.number}")
    listed = await scene.says(scene.wim, "blogs blogland/kring")
    assert listed.splitlines()[2].startswith("1. Van Wim · Wim Jansen")
    assert "uitgelicht" in listed
    await scene.says(scene.sanne, f"blog uitlichten {number} --uit")
    await scene.says(scene.wim, f"blog heropenen {number}")
    await standing(scene, event, featured=False, closed=False)


async def test_lists_by_label_author_and_month(scene: Scene) -> None:
    await posted(scene, scene.wim, "Over water", "Het water staat hoog. #dijken")
    assert "Over water" in await scene.says(scene.sanne, "blogs blogland --label #dijken")
    assert "Over water" not in await scene.says(scene.sanne, "blogs blogland --label vuur")
    by_wim = await scene.says(scene.sanne, "blogs blogland/kring --schrijver Wim Jansen")
    assert "Over water" in by_wim
    assert "Woudenberg" not in by_wim
    assert "Er zijn geen blogs" in await scene.says(scene.sanne, "blogs blogland --maand 2020-01")
    assert "geen maand" in await scene.says(scene.sanne, "blogs blogland --maand gisteren")


async def test_who_may_not_read_learns_nothing(scene: Scene) -> None:
    _, card = await posted(scene, scene.sanne, "Vertrouwelijk plan", "Geheim. #geheimlabel")
    number = card[MARK]["number"]
    unknown = await scene.says(scene.fatima, "blog toon 999999")
    for command in ("toon", "geschiedenis", "reacties", "uitlichten", "sluiten", "intrekken"):
        told = await scene.says(scene.fatima, f"blog {command} {number}")
        assert told == unknown.replace("999999", str(number))
    link = f"https://matrix.to/#/{await room_of(scene)}/{card[MARK]['event']}"
    assert "Ik ken geen blog" in await scene.says(scene.fatima, f"blog toon {link}")
    told = await scene.says(scene.fatima, "blogs blogland --label geheimlabel")
    assert "Er zijn geen blogs" in told
    assert "Vertrouwelijk" in await scene.says(scene.wim, f"blog toon {link}")


async def test_the_author_deletes_it_in_the_client(scene: Scene) -> None:
    event, card = await posted(scene, scene.wim, "Weg ermee")
    room, number = await room_of(scene), card[MARK]["number"]
    chat = await scene.wim.chat_with(scene.plein.bot)
    await scene.sanne.comments(room, event, "Jammer")
    await scene.wim.redacts(room, event)
    await scene.wim.hears(f"Uw blog {number} is weg", room=chat)
    await gone(scene, event)
    assert "Ik ken geen blog" in await scene.says(scene.sanne, f"blog toon {number}")
    assert "Klopt dat?" in await scene.says(scene.wim, f"blog intrekken {number} --reacties")
    assert await scene.says(scene.wim, "ja") == f"Blog {number} is ingetrokken."
    query = [("dir", "b"), ("limit", "50")]
    said = (await scene.wim.call("GET", f"rooms/{room}/messages", query=query))["chunk"]
    assert all("Weg ermee" not in str(one["content"]) for one in said)
    assert all("Jammer" not in str(one["content"]) for one in said)


async def test_staff_withdraw_with_a_reason(scene: Scene) -> None:
    event, card = await posted(scene, scene.wim, "Niet hier")
    number = card[MARK]["number"]
    chat = await scene.wim.chat_with(scene.plein.bot)
    assert "Klopt dat?" in await scene.says(scene.sanne, f"blog intrekken {number} Hoort elders")
    await scene.says(scene.sanne, "ja")
    await scene.wim.hears("ingetrokken: “Hoort elders”", room=chat)
    await gone(scene, event)
    shown = await scene.says(scene.wim, "blogs blogland/kring")
    assert "Niet hier" not in shown


async def test_a_rebuild_gives_the_same_posts(
    synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rebuilt")
    async with scene_on(synapse, folder) as scene:
        await scene.says(
            scene.sanne, "deelsite nieuw Herbouw --zichtbaarheid vindbaar --deelname verzoek"
        )
        await scene.sanne.joins(await scene.room("herbouw"))
        room = await scene.sanne.joins(await scene.room("herbouw/leden"))
        event = await scene.sanne.says(room, "!plein blog Een\nTekst #een")
        await answer_to(scene, scene.sanne, event)
        await scene.sanne.edits(room, event, "!plein blog Twee\nAnders #twee")
        await scene.sanne.comments(room, event, "Eigen reactie")
        post = await standing(scene, event, title="Twee")
        await scene.says(scene.sanne, f"blog uitlichten {post.number}")
        other = await scene.sanne.says(room, "!plein blog Weg\nTekst #weg")
        await answer_to(scene, scene.sanne, other)
        await standing(scene, other)
        await scene.sanne.redacts(room, other)
        await gone(scene, other)
        await standing(scene, event, featured=True)
        settings = scene.plein.settings
        before = await projection(scene.plein.parts.index)
    assert await rebuild.main(settings, argparse.Namespace(dry_run=False)) == 0
    async with opened(settings.database.url) as index:
        after = await projection(index)
    for table in ("posts", "post_tags"):
        assert after[table] == before[table], table
    assert len(after["posts"]) == 1


async def test_posts_are_found_after_the_place_went_on_in_a_new_room(scene: Scene) -> None:
    await scene.says(scene.sanne, "groep nieuw blogland Verhuisd")
    room = await scene.sanne.joins(await scene.room("blogland/verhuisd"))
    await scene.says(scene.wim, "deelnemen blogland/verhuisd")
    await scene.wim.joins(room)
    event = await scene.sanne.says(room, "!plein blog Voor de verhuizing\nTekst")
    number = (await answer_to(scene, scene.sanne, event))[MARK]["number"]
    await scene.says(scene.sanne, "vernieuwen blogland/verhuisd")
    await scene.says(scene.sanne, "ja")
    new = await scene.room("blogland/verhuisd")
    assert new != room
    await scene.wim.joins(new)
    assert "Voor de verhuizing" in await scene.says(scene.wim, "blogs blogland/verhuisd")
    await scene.wim.leaves(room)
    await scene.says(scene.wim, "help")
    assert "Er zijn geen blogs" in await scene.says(scene.wim, "blogs blogland/verhuisd")
    assert "Ik ken geen blog" in await scene.says(scene.wim, f"blog toon {number}")
