"""Bad input: one clear sentence each, nothing half done, and the bot alive."""

from collections.abc import AsyncIterator

import pytest

from plein_bot.index import places
from tests.synapse.harness import Synapse
from tests.synapse.people import Person, transaction
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("input")) as scene:
        for line in (
            "deelsite nieuw Beemster --zichtbaarheid vindbaar --deelname verzoek",
            "groep nieuw beemster Jeugdzorg",
        ):
            assert "Klaar" in await scene.says(scene.sanne, line)
        yield scene


async def everything(scene: Scene) -> list[str]:
    index = scene.plein.parts.index
    roots = await places.subsites(index)
    return [place.path for root in roots for place in (root, *await places.groups_of(index, root))]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("deelsite nieuw 🎉🎉 --kort beemster", "De korte naam “beemster” is bezet."),
        ("deelsite nieuw Beemster", "Kies een andere met `--kort`"),
        ("deelsite nieuw 🎉🎉", "kan geen korte naam zijn"),
        ("deelsite nieuw مرحبا بكم", "kan geen korte naam zijn"),
        ("deelsite nieuw \u202e\u2066\u200b", "Dat typt u zo: `deelsite nieuw <naam>"),
        ("deelsite nieuw ...", "geen letters of cijfers"),
        ("deelsite nieuw " + 300 * "a", "ten hoogste 100 tekens"),
        ("deelsite nieuw Help", "een woord dat Plein zelf gebruikt"),
        ("deelsite nieuw Zorg --kort leden", "een woord dat Plein zelf gebruikt"),
        ("deelsite nieuw Zorg --kort instellen", "een woord dat Plein zelf gebruikt"),
        ("deelsite nieuw Zorg --kort Zorg!", "2 tot 40 letters a tot z"),
        ("deelsite nieuw Zorg —kort", "Dat typt u zo"),
        ("deelsite nieuw Zorg --kleur rood", "Ik ken hier de optie “--kleur” niet."),
        ("deelsite nieuw Zorg —zichtbaarheid iedereen", "is geen van de keuzes"),
        ("deelsite nieuw Zorg —zichtbaarheid verborgen --deelname vrij", "alleen op uitnodiging"),
        ("deelsite nieuw Zorg —zichtbaarheid leden", "niet de zichtbaarheid “leden”"),
        ("deelsite nieuw Zorg —zichtbaarheid vindbaar --deelname leden", "alleen voor groepen"),
        ("deelsite nieuw Zorg —zichtbaarheid vindbaar --deelname uitnodiging", "“verzoek”"),
        (
            "deelsite nieuw Zorg —zichtbaarheid vindbaar --deelname vrij --onderwerp " + 2000 * "x",
            "Die beschrijving is te lang.",
        ),
        ("deelsite nieuw", "Dat typt u zo: `deelsite nieuw <naam>"),
        ("groep nieuw beemster", "Geef de groep ook een naam"),
        ("groep nieuw beemster Jeugdzorg", "De korte naam “jeugdzorg” is bezet."),
        ("groep nieuw beemster Leden", "een woord dat Plein zelf gebruikt"),
        ("groep nieuw beemster Werk --zichtbaarheid openbaar", "het meest open wat mag"),
        ("groep nieuw beemster Werk —zichtbaarheid vindbaar —versleuteld", "versleuteld is"),
        ("groep nieuw beemster Werk —zichtbaarheid verborgen —deelname vrij", "uitnodiging"),
        ("groep nieuw nergens Werk", "Ik ken geen plek met de naam “nergens”."),
        ("instellen beemster/jeugdzorg zichtbaarheid openbaar", "het meest open wat mag"),
        ("instellen beemster zichtbaarheid leden", "Kies openbaar, vindbaar of verborgen."),
        ("instellen beemster deelname uitnodiging", "Kies bij deelname “verzoek”"),
        ("instellen beemster deelname organisatie Volendam", "Ik ken geen organisatie"),
        ("instellen beemster kleur rood", "“kleur” is geen van de keuzes."),
        ("instellen beemster zichtbaarheid vindbar", "Bedoelt u “vindbaar”?"),
        ("instellen beemster naam " + 300 * "a", "ten hoogste 100 tekens"),
        ("instellen beemster zichtbaarheid", "Dat typt u zo"),
        ("instellen beemster/jeugdzorg grens leden", "Alleen een deelsite heeft een grens."),
        ("goedkeuren twaalf", "Geef het nummer van het verzoek"),
        ("goedkeuren 99999999999999999999", "Geef het nummer van het verzoek"),
        ("groepen beemster --pagina 0", "pagina"),
        ("groepen beemster --pagina twee", "“twee” is geen getal."),
        ("groepen “beemster", "De groepen van Beemster"),
        ("groepen “beem ster", "Ik ken geen plek met de naam ““beem ster”"),
        ("uitnodigen beemster " + 5000 * "9", "Ik vind hier niemand"),
        ("taal frans", "U kunt kiezen uit"),
    ],
)
async def test_each_gets_a_sentence_and_nothing_is_made(
    scene: Scene, line: str, answer: str
) -> None:
    before = await everything(scene)
    told = await scene.says(scene.sanne, line)
    assert answer in told
    assert len(told) < 600
    assert "ging bij mij iets mis" not in told
    assert await everything(scene) == before


@pytest.mark.parametrize(
    ("line", "path", "name"),
    [
        ("groep nieuw beemster “Foto’s en film”", "beemster/fotos-en-film", "Foto’s en film"),
        ("groep nieuw beemster Café 🎉 — Oost", "beemster/cafe-oost", "Café 🎉 — Oost"),
        ("groep nieuw beemster مرحبا —kort welkom", "beemster/welkom", "مرحبا"),
        ("groep nieuw beemster ’t Gooi", "beemster/t-gooi", "’t Gooi"),
        ("Groep\u00a0nieuw beemster \u202eOmgekeerd", "beemster/omgekeerd", "Omgekeerd"),
        ("groep nieuw beemster **Vet** <b>x</b>", "beemster/vet-b-x-b", "**Vet** <b>x</b>"),
        (
            "groep nieuw beemster Eerste regel\nen wat eronder",
            "beemster/eerste-regel",
            "Eerste regel",
        ),
    ],
)
async def test_names_are_as_they_were_meant(scene: Scene, line: str, path: str, name: str) -> None:
    assert f"`{path}`" in await scene.says(scene.sanne, line)
    assert (await scene.place(path)).name == name


async def test_a_very_long_line_is_answered_shortly(scene: Scene) -> None:
    for line in (
        60_000 * "a",
        "groepen " + 60_000 * "b",
        "deelsite nieuw " + 60_000 * "c",
        "help " + 60_000 * "d",
        "instellen beemster " + 60_000 * "e",
        "groepen " + 15_000 * "“ ",
        20_000 * "-- ",
    ):
        assert len(await scene.says(scene.sanne, line)) < 600
    assert "Beemster" in await scene.says(scene.sanne, "deelsites")


async def test_an_address_of_somebody_elses_room_is_not_taken(scene: Scene) -> None:
    name = "bezet-adres"
    foreign = await scene.joost.creates_room(room_alias_name=name, preset="public_chat")
    before = await everything(scene)
    told = await scene.says(scene.sanne, f"deelsite nieuw Bezet adres --kort {name}")
    assert told.startswith(f"De korte naam “{name}” is bezet.")
    assert await everything(scene) == before

    await scene.joost.call(
        "PUT",
        f"directory/room/%23beemster.later:{scene.synapse.server_name}",
        {"room_id": foreign},
    )
    await scene.says(scene.sanne, "groep nieuw beemster Later")
    told = await scene.says(scene.sanne, "instellen beemster/later zichtbaarheid vindbaar")
    assert "hoort al bij een andere kamer" in told
    assert (await scene.place("beemster/later")).settings.visibility == "members"


async def test_who_has_no_rights_is_told_which(scene: Scene) -> None:
    told = await scene.says(scene.fatima, "deelsite nieuw Van ons allen")
    assert told.startswith("Als burger kunt u op dit Plein geen deelsite beginnen.")
    told = await scene.says(
        scene.wim, "deelsite nieuw Open --zichtbaarheid openbaar --deelname vrij"
    )
    assert "Alleen wie bij een overheidsorganisatie werkt" in told
    for line in (
        "instellen beemster naam Van mij",
        "groep nieuw beemster Van mij",
        "verzoeken beemster",
        "uitnodigen beemster @fatima-1:plein.localhost",
    ):
        told = await scene.says(scene.wim, line)
        assert "en u doet daar niet mee." in told
    assert (await scene.place("beemster")).name == "Beemster"


async def test_strange_events_do_not_stop_the_room(scene: Scene) -> None:
    person: Person = scene.wim
    chat = await person.chat_with(scene.plein.bot)
    for content in (
        {"msgtype": "m.text", "body": ""},
        {"msgtype": "m.text", "body": "\n\n"},
        {"msgtype": "m.text", "body": "!plein"},
        {"msgtype": "m.text", "body": "\u202e"},
        {"msgtype": "m.text", "body": 3},
        {"msgtype": "m.text"},
        {},
        {"msgtype": "m.text", "body": "x", "m.relates_to": "y"},
        {"msgtype": "m.text", "body": "x", "m.relates_to": {"rel_type": "m.replace"}},
        {"msgtype": "m.text", "body": "help", "format": "x", "formatted_body": ["y"]},
    ):
        # Some of these the homeserver refuses itself.
        path = f"rooms/{safe(chat)}/send/m.room.message/{transaction()}"
        await person.tries("PUT", path, content)
    await person.sends(chat, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation"}})
    assert "Beemster" in await scene.says(person, "deelsites")
