"""Encrypted direct chats, as Element makes them, with a bot whose device is vouched for."""

from pathlib import Path

import pytest

from plein_bot.actions import chats
from plein_bot.domain.ids import UserId
from plein_bot.domain.sentences import say
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.harness import Synapse

pytestmark = pytest.mark.every_profile


async def test_a_question_in_an_encrypted_chat_is_answered_encrypted(
    synapse: Synapse, plein: Plein
) -> None:
    noor = await synapse.encrypted_person("noor", "Noor Visser")

    answer = await says(noor, plein, "help")

    assert "deelsite nieuw" in answer


async def test_the_bots_device_is_signed_by_its_self_signing_key(
    synapse: Synapse, plein: Plein
) -> None:
    other = await synapse.person("piet")

    found = await other.call("POST", "keys/query", {"device_keys": {plein.bot: []}})

    (self_signing,) = found["self_signing_keys"][plein.bot]["keys"].values()
    device = found["device_keys"][plein.bot][plein.parts.account.device_id]
    assert f"ed25519:{self_signing}" in device["signatures"][plein.bot]


async def test_an_encrypted_chat_goes_on_after_a_restart(synapse: Synapse, tmp_path: Path) -> None:
    settings = await settings_on(synapse, tmp_path)
    noor = await synapse.encrypted_person("noor", "Noor Visser")
    async with running(settings) as plein:
        await says(noor, plein, "help")

    async with running(settings) as plein:
        assert "nl of en" in await says(noor, plein, "help taal")


async def test_a_private_answer_opens_an_encrypted_chat_with_somebody_who_has_keys(
    synapse: Synapse, plein: Plein
) -> None:
    noor = await synapse.encrypted_person("noor", "Noor Visser")
    piet = await synapse.person("piet", "Piet Mulder")

    for person, encrypted in ((noor, True), (piet, False)):
        act = plein.parts.acts.by(plein.bot, f"test {person.user_id}")
        event = await chats.tell(act, UserId(person.user_id), say("All right, I leave it."), "test")
        # Some homeservers accept invitations to direct chats for people; joining twice is no harm.
        room = await person.joins(await chats.with_person(act, UserId(person.user_id)))
        assert (("m.room.encryption", "") in await person.state(room)) is encrypted
        heard = await person.hears("Goed, ik laat het zo.", room=room)
        assert heard["event_id"] == event
