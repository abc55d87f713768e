"""A citizen with a mail program, an official with a Matrix client, Plein and Postfix between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bridges.email import postfix
from tests.bridges.email.bridges import DOMAIN, running, settings
from tests.bridges.email.postfix import Postfix
from tests.synapse.harness import Synapse, free_port
from tests.synapse.scenes import Scene, scene_on

pytestmark = pytest.mark.synapse

CITIZEN = "burger@buiten.example"


@dataclass
class World:
    scene: Scene
    postfix: Postfix


@pytest.fixture(scope="module")
async def world(
    bridged: tuple[Synapse, int], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    if reason := postfix.missing("swaks", "s-nail"):
        pytest.skip(reason)
    synapse, port = bridged
    smtp = free_port()
    async with scene_on(synapse, tmp_path_factory.mktemp("plein")) as scene:
        folder = tmp_path_factory.mktemp("programs")
        chosen = settings(folder, synapse.url, scene.plein.bot, port, smtp)
        lmtp = chosen.incoming.lmtp_port
        assert lmtp
        async with postfix.running(smtp, lmtp) as mail, running(chosen):
            yield World(scene, mail)


async def program(*words: str, given: str = "") -> None:
    child = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate(given.encode())
    assert child.returncode == 0, said.decode()


async def answers_with_s_nail(mail: Postfix, text: str) -> None:
    """Answer the mail that came last, as the program does by itself: quoted, in its thread."""
    number = len(await mail.delivered(1))
    options = (
        *("-S", "v15-compat", "-S", f"mta=smtp://127.0.0.1:{mail.port}"),
        *("-S", "smtp-config=none", "-S", "smtp-auth=none", "-S", "reply-to-honour"),
        *("-S", f"from=Truus Bakker <{CITIZEN}>", "-S", "hostname=buiten.example"),
        *("-S", "quote", "-S", "indentprefix=> ", "-S", "autosort=date", "-S", "sendwait"),
    )
    await program(
        *("s-nail", "-#", "-:/", *options, "-R", "-f", str(mail.box)),
        given=f"reply {number}\n{text}\n~.\nxit\n",
    )


async def test_citizen_and_official_talk_in_one_thread(world: World, tmp_path: Path) -> None:
    scene, mail = world.scene, world.postfix
    made = await scene.says(scene.sanne, "deelsite nieuw Buurt --zichtbaarheid openbaar")
    assert "Klaar" in made or "?" in made
    if "?" in made:
        await scene.says(scene.sanne, "2")
    made = await scene.says(scene.sanne, "groep nieuw buurt Straat --zichtbaarheid openbaar")
    assert "Klaar" in made
    room = await scene.sanne.joins(await scene.room("buurt/straat"))

    await program(
        *("swaks", "--server", f"127.0.0.1:{mail.port}", "--from", CITIZEN),
        *("--to", f"buurt+straat@{DOMAIN}", "--header", "Subject: De lantaarn op de hoek"),
        *("--h-From", f"Truus Bakker <{CITIZEN}>", "--body", "De lantaarn is al een week uit."),
    )
    (asked,) = await mail.delivered(1)
    assert "De lantaarn op de hoek" in asked.get_content()
    await answers_with_s_nail(mail, "ja")

    said = await scene.sanne.hears("De lantaarn is al een week uit.", room)
    assert said["sender"].startswith("@mail_")
    assert CITIZEN not in str(said)

    await scene.sanne.comments(room, said["event_id"], "Morgen komt er iemand kijken.")
    reply = (await mail.delivered(2))[-1]
    body = reply.get_body(("plain",))
    assert body
    assert "Morgen komt er iemand kijken." in body.get_content()
    assert reply["Subject"] == "Re: De lantaarn op de hoek"
    assert "Sanne de Vries" in reply["From"]
    await answers_with_s_nail(mail, "Fijn, dank u wel!")

    thanks = await scene.sanne.hears("Fijn, dank u wel!", room)
    assert thanks["content"]["body"] == "Fijn, dank u wel!"
    assert thanks["content"]["m.relates_to"]["rel_type"] == "m.thread"
    assert thanks["content"]["m.relates_to"]["event_id"] == said["event_id"]
    assert thanks["sender"] == said["sender"]


async def test_who_may_only_answer_is_told_so_and_reads_along(world: World) -> None:
    """The public group of a new subsite is for its authors; else Plein would take the mail away."""
    scene, mail = world.scene, world.postfix
    before = len(mail.mails())

    await program(
        *("swaks", "--server", f"127.0.0.1:{mail.port}", "--from", CITIZEN),
        *("--to", f"buurt@{DOMAIN}", "--header", "Subject: Een idee", "--body", "Meer groen!"),
    )
    told = (await mail.delivered(before + 1))[-1]
    assert told["Subject"] == "Over uw bericht: Een idee"
    assert "niet geplaatst" in told.get_content()
    members = await scene.sanne.members(await scene.room("buurt/publiek"))
    assert any(member.startswith("@mail_") for member in members)
