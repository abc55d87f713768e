"""A file with a virus is withdrawn before anybody finds it, and those concerned are told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from plein_bot.actions import file_texts, infections
from plein_bot.actions.ports import ScannerAway
from plein_bot.domain.scanning import INFECTED, MOST_TRIES
from plein_bot.index import file_scans, files, timers
from plein_bot.index import file_texts as rows
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import AuditRow
from plein_bot.scanning.clamd import Clamd
from tests.actions.conftest import squares
from tests.commands.conftest import at_desk
from tests.commands.test_files import files_in, gone
from tests.commands.test_search import a_place, bring
from tests.fakes import clamd as fakes
from tests.fakes.clamd import EICAR, FakeClamd
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square, square_on
from tests.synapse.harness import free_port

__all__ = ["squares"]

TEXT = "text/plain"


@pytest.fixture
async def clamd() -> FakeClamd:
    return FakeClamd()


@pytest.fixture
async def square(index: Index, clamd: FakeClamd) -> AsyncIterator[Square]:
    async with square_on(index) as square, fakes.running(clamd, free_port()) as where:
        square.scanner = Clamd(where)
        async with at_desk(square):
            yield square


async def read_all(square: Square) -> int:
    """What the librarian does, and then the clock."""
    number = 0
    while file := await rows.next_unread(square.index):
        await file_texts.read(square.acts, file)
        number += 1
    await timers.ripen(square.index, datetime.now(UTC))
    return number


async def told(person: Person, room: str, *words: str) -> str:
    raw = await person.hears(
        room, lambda raw: all(word in str(raw["content"].get("body")) for word in words)
    )
    return str(raw["content"]["body"])


async def test_a_file_with_a_virus_is_withdrawn_and_those_concerned_are_told(
    square: Square, clamd: FakeClamd
) -> None:
    subsite = await square.subsite()
    place = await square.group(subsite)
    await bring(square, square.joost, place)
    await square.joost.asks("help")
    clamd.knows = b"nog onbekend"
    event = await square.joost.sends_file(place.room, "Factuur.txt", EICAR + b" betalen", TEXT)
    assert "Hier is “Factuur.txt”" in await square.sanne.asks(f"stuur {event}")
    [copy] = files_in(square, square.sanne.chat)

    clamd.knows = EICAR
    assert await read_all(square) == 1

    why = await gone(square.joost, place.room, event)
    assert why["content"]["reason"] == "De virusscanner hield dit bestand tegen."
    await gone(square.sanne, square.sanne.chat, copy["event_id"])
    said = await told(square.joost, square.joost.chat, "dat u stuurde in Zaanstreek/Leden")
    assert "In “Factuur.txt”" in said
    assert "Eicar-Test" in said
    said = await told(square.sanne, await square.staff_room(subsite), "Joost stuurde")
    assert "Eicar-Test" in said
    assert "Joost weet ervan." in said
    assert await rows.of_file(square.index, event) is None
    assert "Ik vind niets" in await square.sanne.asks("zoek betalen")
    async with square.index.reading() as session:
        found = await session.scalars(select(AuditRow).where(AuditRow.action == INFECTED))
        assert [row.outcome for row in found] == ["begun", "done"]


async def test_what_was_not_looked_at_yet_is_looked_at_before_it_is_sent(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "Factuur.txt", EICAR, TEXT)

    assert await square.sanne.asks(f"stuur {event}") == (
        "In “Factuur.txt” zit een virus. Ik haal het weg."
    )

    await timers.ripen(square.index, datetime.now(UTC))
    await gone(square.sanne, place.room, event)
    assert files_in(square, square.sanne.chat) == []


async def test_while_the_scanner_is_away_files_wait_and_nothing_else_does(
    square: Square, clamd: FakeClamd
) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "verslag.txt", b"bij de haven", TEXT)
    clamd.deaf = True

    with pytest.raises(ScannerAway):
        await read_all(square)
    assert "de virusscanner antwoordt niet" in await square.sanne.asks(f"stuur {event}")
    assert "nog niet op virussen" in await square.sanne.asks(f"bestand toon {event}")
    assert await file_scans.waiting(square.index) == 1
    assert await rows.of_file(square.index, event) is None
    assert files_in(square, square.sanne.chat) == []

    clamd.deaf = False
    assert await read_all(square) == 1
    assert "virus" not in await square.sanne.asks(f"bestand toon {event}")
    assert "1 gevonden" in await square.sanne.asks("zoek haven")
    assert await file_scans.waiting(square.index) == 0


async def test_what_the_scanner_cannot_look_at_is_found_by_its_name_alone(
    square: Square, clamd: FakeClamd
) -> None:
    place = await a_place(square)
    clamd.largest = 10
    event = await square.sanne.sends_file(place.room, "groot.txt", b"bij de haven", TEXT)

    assert await read_all(square) == 1

    assert "daarvoor te groot" in await square.sanne.asks(f"bestand toon {event}")
    assert "daarvoor te groot" in await square.sanne.asks(f"stuur {event}")
    assert "1 gevonden" in await square.sanne.asks("zoek groot")
    assert "1 gevonden" not in await square.sanne.asks("zoek haven")
    assert await read_all(square) == 0


async def test_one_file_on_which_the_scanner_fails_does_not_hold_up_the_others(
    square: Square, clamd: FakeClamd
) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "een.txt", b"bij de haven", TEXT)
    clamd.broken = True

    for _ in range(MOST_TRIES - 1):
        with pytest.raises(ScannerAway):
            await read_all(square)
    assert await read_all(square) == 1

    assert await rows.next_unread(square.index) is None


async def test_files_from_before_the_scanner_came_are_looked_at_and_not_read_again(
    square: Square, clamd: FakeClamd
) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "oud.txt", b"bij de haven", TEXT)
    file = await files.of_event(square.index, event)
    assert file
    await file_texts.read(replace(square.acts, scanner=None), file)
    before = await rows.of_file(square.index, event)
    assert await rows.next_unread(square.index) is None

    await rows.begin_again(square.index, scanned=True)
    assert await read_all(square) == 1

    assert clamd.scanned == [b"bij de haven"]
    after = await rows.of_file(square.index, event)
    assert before
    assert after
    assert before.at == after.at
    assert await read_all(square) == 0


async def test_a_document_with_a_virus_becomes_no_post(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "blog.md", b"# Titel\n\n" + EICAR, "")

    await square.sanne.replies(place.room, event, "!plein blog")

    said = await told(square.sanne, place.room, "zit een virus")
    assert said == "In “blog.md” zit een virus: Eicar-Test. Ik maak er geen blog van."


async def test_a_withdrawal_that_is_interrupted_tells_everybody_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        await bring(square, square.joost, place)
        event = await square.joost.sends_file(place.room, "Factuur.txt", EICAR, TEXT)
        subject = {
            "room": place.room,
            "events": [event],
            "sender": square.joost.user_id,
            "name": "Factuur.txt",
            "finding": "Eicar-Test",
        }

        async def deed() -> None:
            act = square.acts.by(PLEIN.bot, "timer:file.infected")
            await infections.withdraw(act, subject)

        return deed

    assert await survives_every_interruption(squares, scene) > 4
