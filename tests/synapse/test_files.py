"""A file from the moment that it is sent: looked at, read, found, sent apart and taken away."""

import argparse
import asyncio
from pathlib import Path

import pytest

from plein_bot.domain.ids import EventId
from plein_bot.index import file_texts
from plein_bot.index.tables.files import Reading
from plein_bot.operations import status
from tests.fakes import clamd as fakes
from tests.fakes.clamd import EICAR, FakeClamd
from tests.synapse.harness import Synapse, free_port
from tests.synapse.people import Person
from tests.synapse.scenes import scene_on
from tests.synapse.strangers import Json

PDF = (Path(__file__).parents[1] / "documents/fixtures/wandelroute.pdf").read_bytes()

pytestmark = pytest.mark.any_profile


async def test_a_file_is_found_by_what_is_in_it_and_goes_with_its_copies(
    synapse: Synapse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clamd = fakes.running(FakeClamd(), port := free_port())
    where: dict[str, object] = {"clamd": f"127.0.0.1:{port}"}
    async with clamd, scene_on(synapse, tmp_path, scanner=where) as scene:
        sanne, index = scene.sanne, scene.plein.parts.index
        await scene.says(
            sanne, "deelsite nieuw Bankjes --zichtbaarheid vindbaar --deelname verzoek"
        )
        room = await sanne.joins(await scene.room("bankjes/leden"))
        event = await sanne.sends_file(room, "scan.pdf", PDF, "application/pdf")

        async def is_read() -> bool:
            kept = await file_texts.of_file(index, EventId(event))
            return kept is not None and kept.state is Reading.READ

        async with asyncio.timeout(60):
            await index.until(is_read)

        found = await scene.says(sanne, "zoek verlichting wandelroute")
        assert found.startswith("1 gevonden:\n\n1. scan.pdf · Bankjes/Leden · ")
        assert "niets" in await scene.says(scene.joost, "zoek verlichting wandelroute")
        assert event in await scene.says(sanne, "1")
        assert "Hier is “scan.pdf”" in await scene.says(sanne, "stuur 1")
        chat = await sanne.chat_with(scene.plein.bot)
        copy = await sanne.sees(
            lambda where, seen: where == chat and seen["content"].get("msgtype") == "m.file"
        )

        assert "Hier is “Bankjes - Leden.zip” met één bestand." in await scene.says(
            sanne, "bestand zip bankjes/leden"
        )
        zipped = await sanne.sees(
            lambda where, seen: (
                where == chat
                and seen["content"].get("info", {}).get("mimetype") == "application/zip"
            )
        )

        await sanne.redacts(room, event)

        await gone(sanne, chat, copy["event_id"])
        await gone(sanne, chat, zipped["event_id"])
        assert "niets" in await scene.says(sanne, "zoek verlichting wandelroute")

        # And one that nobody may have: it goes by itself, and its sender and the staff know why.
        infected = await sanne.sends_file(room, "factuur.txt", EICAR, "text/plain")
        assert "virusscanner" in (await gone(sanne, room, infected))["content"]["reason"]
        staff = await sanne.joins(await scene.staff_room("bankjes"))
        for told in (chat, staff):
            await hears_of(sanne, told, "Eicar-Test")
        await status.main(scene.plein.parts.settings, argparse.Namespace())
        assert "Files that wait for the virus scanner: 0." in capsys.readouterr().out


async def gone(person: Person, room: str, event: str) -> Json:
    return await person.sees(
        lambda where, seen: (
            where == room
            and seen["type"] == "m.room.redaction"
            and event in (seen.get("redacts"), seen["content"].get("redacts"))
        )
    )


async def hears_of(person: Person, room: str, word: str) -> None:
    await person.sees(lambda where, seen: where == room and word in str(seen["content"]))
