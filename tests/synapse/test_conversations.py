"""The conversations that the Dutch sentences are measured by (design 10), word for word."""

import re

import pytest

from tests.synapse.conftest import Plein, says
from tests.synapse.harness import Synapse
from tests.synapse.square import PURMEREND, ZAANSTAD, organisations, somebody_of

pytestmark = pytest.mark.every_profile


async def test_starting_a_subsite(synapse: Synapse, plein: Plein) -> None:
    await organisations(plein)
    sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")

    assert await says(sanne, plein, "Deelsite nieuw Foto’s Regio Zaanstreek") == (
        "Wie mag het vinden? 1 Iedereen, ook zonder account · 2 Iedereen met een account · "
        "3 Alleen genodigden"
    )
    assert await says(sanne, plein, "2") == (
        "Hoe doet men mee? 1 Vrij · 2 Op verzoek · 3 Alleen bepaalde organisaties · "
        "4 Op uitnodiging"
    )
    assert await says(sanne, plein, "2") == (
        "Klaar. U bent eigenaar. U krijgt drie uitnodigingen: de deelsite, Leden en Beheer. "
        "Volgende stap: `groep nieuw` of `uitnodigen`."
    )


async def test_taking_part(synapse: Synapse, plein: Plein) -> None:
    await organisations(plein)
    sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")
    joost = await somebody_of(PURMEREND, synapse, plein, "joost", "Joost Bakker")
    await says(
        sanne, plein, "deelsite nieuw Zaanstreek --zichtbaarheid vindbaar --deelname verzoek"
    )
    for name in ("Jeugdzorg", "Werk"):
        await says(sanne, plein, f"groep nieuw zaanstreek {name}")
    staff = await sanne.joins((await sanne.invitations())["Zaanstreek · Beheer"])

    assert await says(joost, plein, "deelnemen Zaanstreek") == (
        "Dit gaat op verzoek. Waarom wilt u meedoen? (of: overslaan)"
    )
    await joost.asks(plein.bot, "Ik werk aan jeugdzorg")
    notice = await sanne.hears("Verzoek ", room=staff)
    assert notice["content"]["body"] == (
        'Verzoek 1: Joost Bakker · ambtenaar, gemeente Purmerend · "Ik werk aan jeugdzorg" · '
        "✅ toelaten ❌ afwijzen"
    )
    await sanne.reacts(staff, notice["event_id"], "✅")
    chat = await joost.chat_with(plein.bot)
    await joost.hears("U bent welkom; neem de uitnodiging aan.", room=chat)
    await joost.joins((await joost.invitations())["Zaanstreek"])
    await joost.hears(
        "In Zaanstreek: 1 Leden 2 Jeugdzorg 3 Werk. Antwoord met nummers om mee te doen.", room=chat
    )


async def test_a_document_becomes_a_post(synapse: Synapse, plein: Plein) -> None:
    await organisations(plein)
    sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")
    await says(sanne, plein, "deelsite nieuw Streek --zichtbaarheid openbaar --deelname verzoek")
    await says(sanne, plein, "ja")
    for name in ("Streek", "Leden", "Publiek"):
        await sanne.joins((await sanne.invitations())[name])
    chat = await sanne.chat_with(plein.bot)
    text = b"# Bezoek aan Woudenberg\n\nWij zagen een **wijkteam**."

    file = await sanne.sends_file(chat, "verslag.md", text, "text/markdown")
    asked = await sanne.is_answered(file, plein.bot)
    assert asked["content"]["body"] == "Wat wilt u hiermee? 1 Blog 2 Bestand 3 Niets"
    assert await says(sanne, plein, "1") == (
        "Titel: “Bezoek aan Woudenberg”. Waar? 1 Streek/Leden (1 lid) · "
        "2 Streek/Publiek (iedereen, ook zonder account)"
    )
    shown = await says(sanne, plein, "1")
    assert shown.startswith(
        "Zo ziet het eruit:\n\nBezoek aan Woudenberg\n\nWij zagen een wijkteam."
    )
    assert shown.endswith("Plaatsen? ja / nee / titel …")
    placed = await says(sanne, plein, "Ja.")
    assert re.fullmatch(r"Geplaatst: .*\. Wijzigen: `blog wijzig \d+`\.", placed)
