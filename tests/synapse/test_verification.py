"""Proving an address by mail, and what somebody counts as after it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plein_bot.demo.mailboxes import Mailbox
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.harness import Synapse
from tests.synapse.square import organisations


@pytest.fixture
async def plein(synapse: Synapse, tmp_path: Path, port: int) -> AsyncIterator[Plein]:
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "plein@plein.example"}
    async with running(await settings_on(synapse, tmp_path, mail=mail)) as plein:
        await organisations(plein)
        yield plein


def code_in(mail: object) -> str:
    found = re.search(r"\d{6}", str(mail["Subject"]))  # type: ignore[index]
    assert found
    return found[0]


async def test_the_code_from_the_mail_makes_an_official(
    synapse: Synapse, plein: Plein, mailbox: Mailbox
) -> None:
    sanne = await synapse.person("sanne", "Sanne de Vries")
    assert "Als burger" in await says(sanne, plein, "deelsite nieuw Koggenland")

    assert "Welke code" in await says(sanne, plein, "verifieer Sanne@Zaanstad.example")
    mail = await mailbox.to("sanne@zaanstad.example")
    assert "15 minuten" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"

    assert await says(sanne, plein, code_in(mail)) == (
        "Dank u. U doet nu mee als: Sanne de Vries · ambtenaar, gemeente Zaanstad."
    )
    assert "Wie mag het vinden?" in await says(sanne, plein, "deelsite nieuw Koggenland")


async def test_a_wrong_code_may_be_typed_again_but_not_for_ever(
    synapse: Synapse, plein: Plein, mailbox: Mailbox
) -> None:
    mallory = await synapse.person("mallory")
    await says(mallory, plein, "verifieer mallory@zaanstad.example")
    right = code_in(await mailbox.to("mallory@zaanstad.example"))
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    for _ in range(5):
        assert "Dat is niet de code" in await says(mallory, plein, wrong)

    assert "te vaak fout" in await says(mallory, plein, right)


async def test_only_three_codes_go_out_in_an_hour(
    synapse: Synapse, plein: Plein, mailbox: Mailbox
) -> None:
    mallory = await synapse.person("mallory")
    for _ in range(3):
        await says(mallory, plein, "verifieer burgemeester@zaanstad.example")

    answer = await says(mallory, plein, "verifieer burgemeester@zaanstad.example")

    assert answer == "Ik heb al 3 codes verstuurd. Probeer het over een uur opnieuw."


async def test_whoever_had_the_address_before_hears_that_it_moved(
    synapse: Synapse, plein: Plein, mailbox: Mailbox
) -> None:
    old, new = await synapse.person("sanne"), await synapse.person("sanne")
    for person in (old, new):
        before = len(mailbox.mails)
        await says(person, plein, "verifieer sanne@zaanstad.example")
        code = code_in(await mailbox.to("sanne@zaanstad.example", after=before))
        assert "gemeente Zaanstad" in await says(person, plein, code)

    told = await old.hears("hoort nu bij", room=await old.chat_with(plein.bot))
    assert new.user_id in told["content"]["body"]
    assert "burger" in await says(old, plein, "deelsite nieuw Koggenland")


async def test_what_is_no_address_gets_a_sentence(synapse: Synapse, plein: Plein) -> None:
    piet = await synapse.person("piet")

    assert "is geen e-mailadres" in await says(piet, plein, "verifieer piet at zaanstad")
