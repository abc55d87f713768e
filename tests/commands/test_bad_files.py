"""What people send that cannot be read, or is not what it seems: they are told, and all goes on."""

import io
import zipfile
from pathlib import Path

import pytest

from plein_bot.actions import file_texts
from plein_bot.index import file_texts as rows
from tests.commands.test_search import a_place
from tests.documents.test_texts import fixture, locked, photograph
from tests.fakes.square import Square

PDF = "application/pdf"
UNSEARCHABLE = "Wat erin staat, is niet doorzoekbaar: "
FAR_TOO_LARGE = 1_000_000


def bomb() -> bytes:
    """It says so itself; one that is so is read with the other texts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 300_000)
        archive.filelist[0].file_size = 300_000_000
    return whole.getvalue()


async def read_all(square: Square) -> None:
    while file := await rows.next_unread(square.index):
        await file_texts.read(square.acts, file)


async def test_why_a_file_is_not_found_by_what_is_in_it_is_told(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_texts, "LARGEST", FAR_TOO_LARGE)
    place = await a_place(square)
    program = b"MZ\x90\x00" + b"\0" * 200 + b"This program cannot be run in DOS mode. Bankjes."
    sent = {
        "geheim.pdf": (locked("wachtwoord.pdf"), "er is een wachtwoord nodig"),
        "geheim.docx": (locked("wachtwoord.docx"), "er is een wachtwoord nodig"),
        "half.docx": (fixture("verslag.docx")[:3000], "het is beschadigd"),
        "begroting.xlsx": (bomb(), "het is te groot om te lezen"),
        "film.pdf": (b"x" * (FAR_TOO_LARGE + 1), "het is te groot om te lezen"),
        "factuur.pdf": (program, "Let op: naar de inhoud is dit een programma"),
        "tuin.jpg": (photograph(), "Naar de inhoud is het een afbeelding."),
        "weg.pdf": (b"weg", "de homeserver heeft het niet meer"),
        "route.docx": (fixture("wandelroute.pdf"), "Naar de inhoud is het een PDF-document."),
    }
    events = {
        name: await square.sanne.sends_file(place.room, name, data, PDF)
        for name, (data, _) in sent.items()
    }
    url = square.homeserver.room(place.room).timeline[-2]["content"]["url"]
    assert square.homeserver.media.pop(url) == b"weg"
    told = await square.sanne.asks(f"bestand toon {events['geheim.pdf']}")
    assert "Ik heb nog niet gelezen wat erin staat." in told

    await read_all(square)

    for name, (_, why) in sent.items():
        told = await square.sanne.asks(f"bestand toon {events[name]}")
        assert why in told, name
        assert (UNSEARCHABLE in told) is (name not in ("factuur.pdf", "route.docx")), name
    # It is found by its name all the same.
    assert "1 gevonden" in await square.sanne.asks("zoek begroting.xlsx")
    # Nothing of the place and the words in a photograph, and no words of a program.
    for words in ("achtertuin", "bankjes dos", "52 26"):
        assert "niets" in await square.sanne.asks(f"zoek {words}")
    for event in events.values():
        kept = await rows.of_file(square.index, event)
        assert kept
        assert "52" not in kept.text


NAMES = [
    ("../../etc/wachtwoorden.pdf", "../../etc/wachtwoorden.pdf", "wachtwoorden"),
    ("een\nregel\r\n1. nep.pdf", "een regel 1. nep.pdf", "regel nep"),
    ("factuur\u202efdp.exe", "factuurfdp.exe", "factuurfdp"),
    ("\u200fplan\u2066 wijk\u2069.pdf", "plan wijk.pdf", "plan wijk"),
    ("é" * 122 + "x sloot.odt", "é" * 122 + "x sloot.odt", "sloot"),
    ("**vet** [klik](https://kwaad.example).pdf", "**vet** [klik]", "vet klik"),
]


async def test_a_name_is_shown_as_it_is_and_found(square: Square) -> None:
    place = await a_place(square)
    for name, shown, words in NAMES:
        event = await square.sanne.sends_file(place.room, name, b"x", PDF)

        listed = await square.sanne.asks("bestanden zaanstreek/leden")
        [line] = [line for line in listed.splitlines() if line.startswith("1. ")]
        assert line.startswith(f"1. {shown}")
        assert "1 gevonden" in await square.sanne.asks(f"zoek {words}")
        assert "Hier is" in await square.sanne.asks(f"stuur {event}")
        saved = square.homeserver.room(square.sanne.chat).timeline[-2]["content"]["filename"]
        assert saved
        assert Path(saved).name == saved
