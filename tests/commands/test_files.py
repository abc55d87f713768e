"""Files of a place, as people find, arrange and get them."""

from plein_bot.domain.ids import RoomId
from tests.commands.test_search import a_place, bring
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def files_in(square: Square, room: str) -> list[Json]:
    """What Plein sent here."""
    return [
        raw
        for raw in square.homeserver.rooms[RoomId(room)].timeline
        if raw["sender"] == PLEIN.bot and raw["content"].get("msgtype") == "m.file"
    ]


async def gone(person: Person, room: str, event: str) -> Json:
    return await person.hears(
        room,
        lambda raw: raw["type"] == "m.room.redaction" and raw["content"].get("redacts") == event,
    )


async def test_files_stand_in_folders_and_a_number_goes_on(square: Square) -> None:
    place = await a_place(square)
    first = await square.sanne.sends_file(place.room, "plan.docx", b"x" * 20_000, DOCX)
    await square.sanne.sends_file(place.room, "plan.docx", b"y" * 2_000_000, DOCX)
    await square.sanne.sends_file(place.room, "verslag.pdf", b"z", "application/pdf")

    told = await square.sanne.asks("bestanden zaanstreek/leden")
    assert told.startswith("2 bestanden in Zaanstreek/Leden:\n\n1. verslag.pdf · 1 kB · Sanne · ")
    assert "2. plan.docx · 2 MB · Sanne · " in told
    assert "versie 2" in told

    told = await square.sanne.asks("bestand verplaats 1 Verslagen/2026")
    assert told == "“verslag.pdf” staat nu in Zaanstreek/Leden/Verslagen/2026."
    told = await square.sanne.asks("bestanden zaanstreek/leden")
    assert "1. 📁 Verslagen · één bestand" in told
    assert "📁 Verslagen/2026 · één bestand" in await square.sanne.asks("1")
    assert "1. verslag.pdf" in await square.sanne.asks("1")
    assert "Map: Verslagen/2026" in await square.sanne.asks("1")

    await square.sanne.asks("bestanden zaanstreek")
    shown = await square.sanne.asks("2")
    assert "Er zijn 2 versies" in shown
    assert "https://matrix.to/#/" in shown
    told = await square.sanne.asks("bestand geschiedenis 2")
    assert told.startswith("Er zijn 2 versies van “plan.docx”:")
    assert first in await square.sanne.asks("2")


async def test_a_file_is_found_described_and_tagged(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "x1.pdf", b"x", "application/pdf")
    await square.sanne.asks("bestanden zaanstreek")

    assert "is nu: Begroting van de wijk" in await square.sanne.asks(
        "bestand omschrijf 1 Begroting van de wijk"
    )
    await square.sanne.asks("zoek begroting --soort bestand")
    assert "deze labels: #geld" in await square.sanne.asks("bestand label 1 #Geld")
    assert "1 gevonden" in await square.sanne.asks("zoek x1 --label geld")


async def test_a_file_is_sent_apart_and_goes_when_it_goes(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place)
    event = await square.sanne.sends_file(place.room, "Verslag haven.docx", b"inhoud", DOCX)
    assert "1 gevonden" in await square.joost.asks("zoek verslag haven")
    assert event in await square.joost.asks("1")

    assert "Hier is “Verslag haven.docx” uit Zaanstreek/Leden." in await square.joost.asks(
        "stuur 1"
    )

    [copy] = files_in(square, square.joost.chat)
    assert square.homeserver.media[copy["content"]["url"]] == b"inhoud"
    assert copy["content"]["filename"] == "Verslag haven.docx"
    await square.sanne.redacts(place.room, event)
    await gone(square.joost, square.joost.chat, copy["event_id"])
    assert "ken ik niet" in await square.joost.asks(f"stuur {event}")


async def test_who_left_is_sent_nothing_and_told_nothing(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place)
    event = await square.sanne.sends_file(place.room, "verslag.docx", b"inhoud", DOCX)
    await square.joost.asks("zoek verslag")
    await square.joost.leaves(place.room)

    for line in ("stuur 1", f"bestand toon {event}", f"bestand verplaats {event} Oud"):
        await square.joost.asks("zoek verslag")
        assert await square.joost.asks(line) in (
            "Dat bestand ken ik niet. De bestanden van een plek: bestanden <plek>.",
            "Dat bestand ken ik niet. De bestanden van een plek: `bestanden <plek>`.",
            "Kies een nummer uit de lijst die net getoond is.",
        )
    assert files_in(square, square.joost.chat) == []


async def test_only_its_sender_and_staff_arrange_a_file(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place)
    await square.sanne.sends_file(place.room, "verslag.docx", b"inhoud", DOCX)
    await square.joost.asks("bestanden zaanstreek/leden")

    assert "alleen wie het stuurde" in await square.joost.asks("bestand verplaats 1 Weg")

    await square.joost.sends_file(place.room, "eigen.docx", b"inhoud", DOCX)
    await square.sanne.asks("bestanden zaanstreek/leden")
    assert "staat nu in" in await square.sanne.asks("bestand verplaats 1 Weg")


async def test_a_file_that_is_gone_or_too_large_is_said_to_be(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "weg.docx", b"inhoud", DOCX)
    square.homeserver.media.clear()
    await square.sanne.asks("bestanden zaanstreek")

    assert "De homeserver heeft “weg.docx” niet meer." in await square.sanne.asks("stuur 1")


async def test_an_empty_place_says_so(square: Square) -> None:
    await a_place(square)

    assert await square.sanne.asks("bestanden zaanstreek") == (
        "Er zijn in Zaanstreek geen bestanden die u kunt lezen."
    )


async def test_the_numbers_of_a_list_count_until_the_next(square: Square) -> None:
    place = await a_place(square)
    for name in ("a.pdf", "b.pdf"):
        await square.sanne.sends_file(place.room, name, name.encode(), "application/pdf")
    await square.sanne.asks("bestanden zaanstreek/leden")

    assert "staat nu in" in await square.sanne.asks("bestand verplaats 1 Bezoeken")
    assert "“b.pdf” heeft nu deze labels: #reis" in await square.sanne.asks("bestand label 1 reis")
    assert "Kies een nummer" in await square.sanne.asks("bestand label 7 reis")
    assert "“a.pdf”" in await square.sanne.asks("bestand omschrijf 2 Van de reis")
    assert "a.pdf" in await square.sanne.asks("2")


async def test_a_folder_is_no_file(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "a.pdf", b"a", "application/pdf")
    await square.sanne.asks("bestanden zaanstreek/leden")
    await square.sanne.asks("bestand verplaats 1 Bezoeken")
    await square.sanne.asks("bestanden zaanstreek/leden")

    told = await square.sanne.asks("bestand label 1 reis")
    assert told == "Nummer 1 is een map: met alleen het nummer opent u die."
    assert "1. a.pdf" in await square.sanne.asks("1")
