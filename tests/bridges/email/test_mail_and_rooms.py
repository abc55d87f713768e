import re
from email.message import EmailMessage

import aiohttp
import pytest

from tests.bridges.email.bridges import DOMAIN, Square

pytestmark = pytest.mark.synapse


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


async def test_a_stranger_confirms_and_takes_part_in_one_thread_to_and_fro(square: Square) -> None:
    room = await square.group("zaanstreek", "publiek")
    jan = "jan@buiten.example"

    first = await square.receives(
        jan, f"zaanstreek@{DOMAIN}", "De schommel is stuk.", name="Jan", Subject="Schommel"
    )
    asked = await square.mailbox.to(jan)
    link = re.search(r"http://\S+/mail/confirm/\S+", plain(asked))
    assert link
    async with aiohttp.ClientSession() as browser:
        async with browser.get(link[0]) as page:
            assert "<button>" in await page.text()
        async with browser.post(link[0]) as page:
            assert page.status == 200
        async with browser.post(link[0]) as page:
            assert page.status == 200

    said = await square.bot.hears("De schommel is stuk.", room)
    assert said["sender"] == square.ghost(jan)
    assert said["content"]["body"] == "Schommel\n\nDe schommel is stuk."
    assert "jan" not in said["sender"]

    official = await square.synapse.person("ambtenaar", "Annelies")
    await official.joins(room)
    before = len(square.mailbox.mails)
    comment = await official.comments(room, said["event_id"], "Die maken wij.")
    mail = await square.mailbox.to(jan, before)
    assert "Die maken wij." in plain(mail)
    assert mail["Subject"] == "Re: Schommel"
    assert first in str(mail["References"])
    assert "Annelies" in str(mail["From"])

    await square.receives(
        jan,
        str(mail["Reply-To"]),
        "Dank!\n\n> Die maken wij.\n",
        Subject=str(mail["Subject"]),
        In_Reply_To=str(mail["Message-ID"]),
    )
    thanks = await square.bot.hears("Dank!", room)
    assert thanks["content"]["body"] == "Dank!"
    assert thanks["content"]["m.relates_to"]["event_id"] == said["event_id"]
    assert thanks["sender"] == square.ghost(jan)

    before = len(square.mailbox.mails)
    own = re.search(r"<mailto:([^>]+)>", str(mail["List-Help"]))
    assert own
    await square.receives(jan, own[1], "Wijzigingen ja")
    told = await square.mailbox.to(jan, before)
    assert "ook een mail als een bericht achteraf wordt gewijzigd" in plain(told)
    before = len(square.mailbox.mails)
    await official.edits(room, comment, "Die maken wij morgen.")
    changed = await square.mailbox.to(jan, before)
    assert "Die maken wij morgen." in plain(changed)
    assert (changed["Subject"], changed["In-Reply-To"]) == (mail["Subject"], mail["Message-ID"])


async def test_who_is_not_known_hears_of_hidden_places_what_everybody_hears(square: Square) -> None:
    await square.group("assendelft", "publiek")
    await square.group("assendelft", "verborgen", joining="invite")
    stranger = "iemand@buiten.example"
    before = len(square.mailbox.mails)

    for place in ("assendelft+er-is-niets", "er-is-niets", "assendelft"):
        await square.receives(stranger, f"{place}@{DOMAIN}", "Hallo")
    await square.mailbox.to(stranger, before)

    assert len(square.mailbox.mails) == before + 1, "only the place in sight is asked about"
