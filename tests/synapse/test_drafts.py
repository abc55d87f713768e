"""Writing a post in the direct chat: whole, bit by bit, planned, changed and moved."""

import argparse
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.domain.ids import UserId
from plein_bot.domain.posts import MARK, Post
from plein_bot.index import addresses, drafts, posts, timers
from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import projection
from tests.synapse.conftest import says
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on

LONG = "\n\n".join(f"Alinea {n}: wij waren in de wijk en zagen veel. €é" * 12 for n in range(180))


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("drafts")) as scene:
        for name in ("Schrijfland", "Verderop"):
            slug = name.lower()
            await scene.says(
                scene.sanne, f"deelsite nieuw {name} --zichtbaarheid vindbaar --deelname verzoek"
            )
            await scene.sanne.joins(await scene.room(slug))
            await scene.sanne.joins(await scene.room(f"{slug}/leden"))
        yield scene


async def newest(scene: Scene, title: str) -> Post:
    async def found() -> Post | None:
        rooms = [await scene.room("schrijfland/leden"), await scene.room("verderop/leden")]
        every = await posts.wanted(scene.plein.parts.index, posts.Wanted(rooms))
        return next((post for post in every if post.title == title), None)

    post = await scene.plein.parts.index.until(found)
    assert post
    return post


async def raw(person: Person, post: Post) -> dict[str, object]:
    event = await person.call("GET", f"rooms/{post.room}/event/{post.event}")
    content: dict[str, object] = event["content"]
    return content


async def test_a_whole_text_is_asked_where_shown_and_sent(scene: Scene) -> None:
    asked = await scene.says(scene.sanne, "blog Bezoek aan Woudenberg\n## Wat\n\n- wijkteam #wmo")
    assert asked.startswith("Titel: “Bezoek aan Woudenberg”. Waar? 1 Schrijfland/Leden (")
    shown = await scene.says(scene.sanne, "1")
    assert shown.startswith("Zo ziet het eruit:\n\nBezoek aan Woudenberg")
    assert "Voor: Schrijfland/Leden" in shown
    done = await scene.says(scene.sanne, "Ja.")
    post = await newest(scene, "Bezoek aan Woudenberg")
    assert done.startswith("Geplaatst: ")
    assert done.endswith(f"Wijzigen: `blog wijzig {post.number}`.")
    assert (post.text, post.tags) == ("## Wat\n\n- wijkteam #wmo", ("wmo",))
    assert post.author == scene.sanne.user_id
    content = await raw(scene.sanne, post)
    assert "<li>wijkteam" in str(content["formatted_body"])
    assert "Sanne de Vries · blog" in str(content["body"])
    assert content["msgtype"] == "m.text"


async def test_a_text_that_is_no_command_is_asked_about(scene: Scene) -> None:
    text = "Gedachten over de wijk\n" + "Wij waren er vandaag en het regende. " * 4
    asked = await scene.says(scene.sanne, text)
    assert asked == "Wat wilt u hiermee? 1 Blog 2 Niets"
    assert await scene.says(scene.sanne, "2") == "Goed, ik laat het zo."
    await scene.says(scene.sanne, text)
    assert "Titel: “Gedachten over de wijk”. Waar?" in await scene.says(scene.sanne, "1")
    await scene.says(scene.sanne, "stop")
    assert "Bedoelt u" in await scene.says(scene.sanne, "deelnemne")


async def test_bit_by_bit(scene: Scene) -> None:
    sanne = scene.sanne
    assert "geen concepten" in await scene.says(sanne, "concepten")
    told = await scene.says(sanne, "concept nieuw Stap voor stap")
    assert "ziet u alleen zelf" in told
    assert "nog geen tekst" in await scene.says(sanne, "concept plaatsen")
    assert "heeft nu 3 woorden" in await scene.says(sanne, "concept erbij Het eerste stuk")
    await scene.says(sanne, "draft add\nHet tweede\n\nstuk")
    shown = await scene.says(sanne, "concept toon")
    assert "Het eerste stuk\n\nHet tweede\n\nstuk" in shown
    assert "heet “In stappen”" in await scene.says(sanne, "concept titel In stappen")
    assert "In stappen" in await scene.says(sanne, "concepten")
    await scene.says(sanne, "concept plaatsen --plek schrijfland/leden")
    assert "Geplaatst" in await scene.says(sanne, "ja")
    post = await newest(scene, "In stappen")
    assert post.text == "Het eerste stuk\n\nHet tweede\n\nstuk"
    assert "geen concepten" in await scene.says(sanne, "concepten")


async def test_what_was_sent_is_changed_and_its_versions_stay(scene: Scene) -> None:
    sanne = scene.sanne
    await scene.says(sanne, "blog Versie een --plek schrijfland/leden\nEerste tekst")
    await scene.says(sanne, "ja")
    post = await newest(scene, "Versie een")
    assert "is nu concept" in await scene.says(sanne, f"blog wijzig {post.number}")
    await scene.says(sanne, "concept tekst Tweede tekst")
    await scene.says(sanne, "concept titel Versie twee")
    assert "In plaats van blog" in await scene.says(sanne, "concept plaatsen")
    assert await scene.says(sanne, "ja") == f"Blog {post.number} is gewijzigd."
    after = await newest(scene, "Versie twee")
    assert (after.event, after.slug, after.text) == (post.event, post.slug, "Tweede tekst")
    told = await scene.says(sanne, f"blog geschiedenis {post.number}")
    assert "➖ Eerste tekst\n➕ Tweede tekst" in told
    assert "bericht van uzelf" not in told


async def test_a_planned_post_appears_at_its_moment_and_goes_at_its_end(scene: Scene) -> None:
    sanne, index = scene.sanne, scene.plein.parts.index
    line = "blog Voor later --plek schrijfland/leden --op morgen 9:00 --tot over 2 weken\nStraks."
    shown = await scene.says(sanne, line)
    assert "Hij verschijnt op" in shown
    assert "Hij verdwijnt op" in shown
    assert (await scene.says(sanne, "ja")).startswith(
        "Gepland: hij verschijnt in Schrijfland/Leden"
    )
    assert "gepland" in await scene.says(sanne, "concepten")
    chat = await sanne.chat_with(scene.plein.bot)
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    # A month may begin meanwhile, and then its overview is due too.
    assert await timers.ripen(index, tomorrow)
    await sanne.hears("Uw blog “Voor later” staat in Schrijfland/Leden", room=chat)
    post = await newest(scene, "Voor later")
    assert await timers.ripen(index, tomorrow) == 0
    assert await timers.ripen(index, tomorrow + timedelta(days=30))
    await sanne.hears(f"De tijd van uw blog {post.number} is voorbij", room=chat)
    assert "Ik ken geen blog" in await scene.says(sanne, f"blog toon {post.number}")


async def test_a_planned_post_that_may_not_stand_there_any_more_is_told(scene: Scene) -> None:
    wim, index = scene.wim, scene.plein.parts.index
    await scene.says(scene.sanne, f"uitnodigen schrijfland {wim.user_id}")
    await wim.joins(await scene.room("schrijfland"))
    room = await wim.joins(await scene.room("schrijfland/leden"))
    await scene.says(wim, "blog Te laat --plek schrijfland/leden --op morgen 9:00\nStraks.")
    assert "Gepland" in await scene.says(wim, "ja")
    chat = await wim.chat_with(scene.plein.bot)
    await wim.leaves(room)
    await scene.says(wim, "help")
    await timers.ripen(index, datetime.now(UTC) + timedelta(days=2))
    await wim.hears("Uw concept “Te laat” kon niet worden geplaatst", room=chat)
    (kept,) = await drafts.of_person(index, scene.wim.user_id)  # type: ignore[arg-type]
    assert (kept.title, kept.publish_at) == ("Te laat", None)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("blog Gisteren --plek schrijfland/leden --op 2020-01-01\nTekst", "voorbij"),
        ("blog Nooit --plek schrijfland/leden --op ooit eens\nTekst", "ooit eens"),
        ("blog Om --plek schrijfland/leden --op over 2 weken --tot morgen\nTekst", "eindigen"),
        ("blog Waar --plek nergens\nTekst", "Ik ken geen plek"),
        ("blog Ruimte --plek schrijfland\nTekst", "is een deelsite"),
        ("blog Zonder tekst", "nog geen tekst"),
        ("concept toon 99999", "U hebt geen concept 99999"),
        ("blog wijzig 99999", "Ik ken geen blog"),
    ],
)
async def test_what_cannot_be_is_told(scene: Scene, line: str, answer: str) -> None:
    assert answer in await scene.says(scene.joost if "toon" in line else scene.sanne, line)


async def test_nothing_of_a_long_text_is_cut_off(scene: Scene) -> None:
    assert len(LONG.encode()) > 100_000
    sanne = scene.sanne
    await scene.says(sanne, "concept nieuw Lang verhaal")
    pieces, text = [], LONG
    while text:
        cut = text.rfind("\n\n", 0, 20_000) if len(text) > 20_000 else len(text)
        pieces.append(text[:cut])
        text = text[cut:].lstrip("\n")
    for piece in pieces:
        await scene.says(sanne, f"concept erbij\n{piece}")
    await scene.says(sanne, "concept plaatsen --plek schrijfland/leden")
    assert "Geplaatst" in await scene.says(sanne, "ja")
    assert (await newest(scene, "Lang verhaal")).text == "\n\n".join(pieces)


async def test_a_post_moves_and_leaves_a_pointer(scene: Scene) -> None:
    sanne = scene.sanne
    room = await scene.room("schrijfland/leden")
    event = await sanne.says(room, "!plein blog Verhuizer\nDe hele tekst #mee")
    card = (await sanne.is_answered(event, scene.plein.bot))["content"]
    number = card[MARK]["number"]
    assert "Klopt dat?" in await scene.says(sanne, f"blog verplaatsen {number} verderop/leden")
    assert f"Blog {number} staat nu in Verderop/Leden" in await scene.says(sanne, "ja")
    post = await newest(scene, "Verhuizer")
    assert post.room == await scene.room("verderop/leden")
    assert (post.number, post.text, post.tags) == (number, "De hele tekst #mee", ("mee",))
    old = await sanne.call("GET", f"rooms/{room}/event/{event}")
    assert old["content"] == {}
    await sanne.hears(f"Blog {number} is verplaatst", room=room)
    shown = await scene.says(sanne, f"blog toon {number}")
    assert "Verderop/Leden" in shown


async def test_a_rebuild_gives_the_same(
    synapse: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with scene_on(synapse, tmp_path_factory.mktemp("rebuilt-drafts")) as scene:
        sanne = scene.sanne
        for name in ("Schrijfwijk", "Verderwijk"):
            await scene.says(
                sanne, f"deelsite nieuw {name} --zichtbaarheid vindbaar --deelname verzoek"
            )
            await sanne.joins(await scene.room(name.lower()))
            await sanne.joins(await scene.room(f"{name.lower()}/leden"))
        numbers = []
        for title in ("Een", "Twee"):
            await scene.says(sanne, f"blog {title} --plek schrijfwijk/leden\nTekst van {title}")
            told = await scene.says(sanne, "ja")
            numbers.append(told.rpartition("blog wijzig ")[2].rstrip("`."))
        await scene.says(sanne, f"blog wijzig {numbers[0]}")
        await scene.says(sanne, "concept tekst Anders")
        await scene.says(sanne, "concept plaatsen")
        await scene.says(sanne, "ja")
        await scene.says(sanne, f"blog verplaatsen {numbers[1]} verderwijk/leden")
        await scene.says(sanne, "ja")
        settings = scene.plein.settings
        before = await projection(scene.plein.parts.index)
    assert await rebuild.main(settings, argparse.Namespace(dry_run=False)) == 0
    async with opened(settings.database.url) as index:
        after = await projection(index)
    assert after["posts"] == before["posts"]
    assert {row["text"] for row in after["posts"].values()} == {"Anders", "Tekst van Twee"}


async def test_a_post_written_in_an_encrypted_chat(scene: Scene) -> None:
    """The chat is encrypted, the place is not: the post stands there as any other."""
    synapse, plein = scene.synapse, scene.plein
    noor = await synapse.encrypted_person("noor", "Noor Visser")
    user, room = UserId(noor.user_id), await scene.room("schrijfland/leden")
    await addresses.prove(plein.parts.index, user, "noor@zaanstad.example", datetime.now(UTC))
    await scene.says(scene.sanne, f"uitnodigen schrijfland {noor.user_id}")
    await noor.joins(await scene.room("schrijfland"))
    await noor.joins(room)
    assert "Zo ziet het eruit" in await says(
        noor, plein, "blog Uit een versleuteld gesprek --plek schrijfland/leden\nDe tekst #sleutel"
    )
    assert "Geplaatst" in await says(noor, plein, "ja")
    post = await newest(scene, "Uit een versleuteld gesprek")
    for text in ("Tweede", "Derde", "Vierde"):
        await says(noor, plein, f"blog wijzig {post.number}")
        await says(noor, plein, f"concept tekst {text} tekst")
        await says(noor, plein, "concept plaatsen")
        assert await says(noor, plein, "ja") == f"Blog {post.number} is gewijzigd."
    await scene.sanne.comments(room, post.event, "Mooi")
    await noor.comments(room, post.event, "Dank je")
    await noor.reacts(room, post.event, "👍")
    told = await says(noor, plein, f"blog geschiedenis {post.number}")
    assert "heeft 4 versies" in told
    shown = await says(noor, plein, f"blog toon {post.number}")
    assert "2 reacties · 👍 1" in shown
    assert "Vierde tekst" in shown
    await says(noor, plein, f"blog intrekken {post.number} --reacties")
    assert "is ingetrokken" in await says(noor, plein, "ja")
    content = (await noor.call("GET", f"rooms/{room}/event/{post.event}"))["content"]
    assert content == {}
