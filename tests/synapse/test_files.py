"""A file from the moment that it is sent: read, found, sent apart and taken away."""

import asyncio
from pathlib import Path

import pytest

from plein_bot.domain.ids import EventId
from plein_bot.index import file_texts
from plein_bot.index.tables.files import Reading
from tests.synapse.harness import Synapse
from tests.synapse.scenes import scene_on

PDF = (Path(__file__).parents[1] / "documents/fixtures/wandelroute.pdf").read_bytes()

pytestmark = pytest.mark.any_profile


async def test_a_file_is_found_by_what_is_in_it_and_goes_with_its_copies(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with scene_on(synapse, tmp_path) as scene:
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

        await sanne.redacts(room, event)

        await sanne.sees(
            lambda where, seen: (
                where == chat
                and seen["type"] == "m.room.redaction"
                and copy["event_id"] in (seen.get("redacts"), seen["content"].get("redacts"))
            )
        )
        assert "niets" in await scene.says(sanne, "zoek verlichting wandelroute")
