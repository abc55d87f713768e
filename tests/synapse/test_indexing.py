"""An encrypted group whose owner wants it searched, with somebody whose app really encrypts."""

import asyncio
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nio.crypto.attachments import encrypt_attachment
from sqlalchemy import delete

from plein_bot.domain.ids import EventId, UserId
from plein_bot.index import addresses, file_texts
from plein_bot.index.database import Index
from plein_bot.index.tables.files import FileTextRow, Reading
from plein_bot.index.tables.sealed import SealedRow
from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import empty
from tests.synapse.conftest import running, says, settings_on
from tests.synapse.encrypted import EncryptedPerson
from tests.synapse.harness import Synapse
from tests.synapse.square import organisations
from tests.synapse.strangers import safe
from tests.synapse.watchers import membership

PDF = (Path(__file__).parents[1] / "documents/fixtures/wandelroute.pdf").read_bytes()

pytestmark = pytest.mark.any_profile


async def sends_file(person: EncryptedPerson, room: str, name: str, data: bytes) -> EventId:
    ciphertext, key = encrypt_attachment(data)
    url = await person.uploads(ciphertext, "", "application/octet-stream")
    content = {"msgtype": "m.file", "file": {**key, "url": url}}
    return EventId(await person.says(room, name, **content))


async def is_read(index: Index, event: EventId) -> None:
    async def read() -> bool:
        kept = await file_texts.of_file(index, event)
        return kept is not None and kept.state is Reading.READ

    async with asyncio.timeout(60):
        await index.until(read)


async def test_what_is_encrypted_is_found_while_the_place_wants_that(
    synapse: Synapse, tmp_path: Path
) -> None:
    settings = await settings_on(synapse, tmp_path)
    noor = await synapse.encrypted_person("noor", "Noor Visser")
    async with running(settings) as plein:
        index = plein.parts.index
        await organisations(plein)
        user = UserId(noor.user_id)
        await addresses.prove(index, user, "noor@zaanstad.example", datetime.now(UTC))
        await says(noor, plein, "deelsite nieuw Kluis --zichtbaarheid verborgen")
        assert "Klaar" in await says(noor, plein, "groep nieuw kluis Kring --versleuteld")
        invited = await noor.invitations()
        room = await noor.joins(invited["Kring"])
        await noor.sees(membership(room, noor.user_id, "join"))
        said = await noor.says(room, "Het wijkplan is bijna klaar")
        assert noor.client.rooms[room].encrypted
        sent = await sends_file(noor, room, "scan.pdf", PDF)
        assert "niets" in await says(noor, plein, "zoek wijkplan")

        preview = await says(noor, plein, "instellen kluis/kring index ja")
        assert "leesbaar in de database" in preview
        assert "is nu ja" in await says(noor, plein, "ja")
        await noor.hears("Noor Visser heeft de index van Kluis/Kring aangezet.", room=room)

        # What was said before is found, also as it was changed since; and by a word in the file.
        await noor.edits(room, said, "Het wijkplan ligt bij de raad")
        await is_read(index, sent)
        assert "Het wijkplan ligt bij de raad" in await says(noor, plein, "zoek raad")
        assert "1. scan.pdf" in await says(noor, plein, "zoek verlichting wandelroute")
        # Where it stands is part of what nobody else reads.
        assert "Verslagen" in await says(noor, plein, "bestand verplaats 1 Verslagen")
        assert "Verslagen" in await says(noor, plein, "bestanden kluis/kring")
        whole = await noor.call("GET", f"rooms/{safe(room)}/messages", query=[("dir", "b")])
        assert "Verslagen" not in str(whole)
        await says(noor, plein, "zoek verlichting wandelroute")
        assert "Hier is “scan.pdf”" in await says(noor, plein, "stuur 1")
        await noor.sees(lambda _, event: event["content"].get("filename") == "scan.pdf")

    # Of a database that is lost, all comes back from the rooms and the keys.
    async with opened(settings.database.url) as index:
        async with index.session() as session:
            for table in (SealedRow, FileTextRow):
                await session.execute(delete(table))
        await empty(index)
    assert await rebuild.main(settings, Namespace(dry_run=False)) == 0
    async with running(settings) as plein:
        await is_read(plein.parts.index, sent)
        assert "1. scan.pdf" in await says(noor, plein, "zoek verlichting wandelroute")
        assert "1 gevonden" in await says(noor, plein, "zoek raad")

        await noor.redacts(room, said)
        await noor.says(room, "Nog een wijkplan")
        assert "1 gevonden" in await says(noor, plein, "zoek wijkplan")

        assert "is nu nee" in await says(noor, plein, "instellen kluis/kring index nee")
        assert "niets" in await says(noor, plein, "zoek wijkplan")
        assert "niets" in await says(noor, plein, "zoek verlichting")
        await noor.hears("Noor Visser heeft de index van Kluis/Kring uitgezet.", room=room)
