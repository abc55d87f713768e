"""Changing what is decided about a place: previews, a yes, a tap, and what follows."""

from collections.abc import AsyncIterator

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.scenes import Scene, scene_on


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("settings")) as scene:
        yield scene


async def test_a_setting_that_opens_up_is_previewed_and_done_after_a_yes(scene: Scene) -> None:
    await scene.says(
        scene.sanne, "deelsite nieuw Opening --zichtbaarheid vindbaar --deelname verzoek"
    )
    room = await scene.room("opening")
    await scene.sanne.joins(room)
    preview = await scene.says(scene.sanne, "instellen opening burgers ja")
    assert "Klopt dat?" in preview
    assert (await scene.place("opening")).settings.citizens is False
    assert "Antwoord met `ja` of `nee`." in await scene.says(scene.sanne, "misschien")
    assert await scene.says(scene.sanne, "ja") == "Klaar. Opening: burgers is nu ja."
    state = await scene.sanne.state(room)
    assert state["nl.plein.subsite", ""]["citizens"] is True
    # The group of the members has no citizens, so it no longer lets the whole subsite in.
    leden = await scene.room("opening/leden")
    await scene.sanne.joins(leden)
    rules = (await scene.sanne.state(leden))["m.room.join_rules", ""]
    assert rules == {"join_rule": "invite"}
    assert "Er staat geen vraag open" in await scene.says(scene.sanne, "ja")


async def test_a_tap_is_a_yes(scene: Scene) -> None:
    bot, sanne = scene.plein.bot, scene.sanne
    await scene.says(sanne, "deelsite nieuw Tikken --zichtbaarheid vindbaar --deelname verzoek")
    chat = await sanne.chat_with(bot)
    line = await sanne.says(chat, "set tikken visibility hidden")
    preview = await sanne.is_answered(line, bot)
    assert "vindbaar → verborgen" in preview["content"]["body"]
    assert "verzoek → uitnodiging" in preview["content"]["body"]
    tap = await sanne.reacts(chat, preview["event_id"], "✅")
    done = await sanne.is_answered(tap, bot)
    assert done["content"]["body"] == "Klaar. Tikken: zichtbaarheid is nu verborgen."
    stranger = scene.synapse.stranger
    assert await stranger.resolves(scene.alias("tikken")) is None
    assert await stranger.summary(await scene.room("tikken")) is None
    listed = {one["room_id"] for one in await scene.joost.directory()}
    assert await scene.room("tikken") not in listed

    line = await sanne.says(chat, "set tikken visibility listed")
    preview = await sanne.is_answered(line, bot)
    await sanne.reacts(chat, preview["event_id"], "❌")
    await sanne.hears("Goed, ik laat het zo.", room=chat)
    assert (await scene.place("tikken")).settings.visibility == "hidden"


async def test_a_situation_that_changed_is_previewed_again(scene: Scene) -> None:
    await scene.says(scene.sanne, "deelsite nieuw Wissel --zichtbaarheid openbaar --deelname vrij")
    preview = await scene.says(scene.sanne, "instellen wissel zichtbaarheid vindbaar")
    assert "Wissel/Publiek" in preview
    joost = scene.joost
    # Before he comes in: else the bot opens a chat of its own to offer him the groups in.
    chat = await joost.chat_with(scene.plein.bot)
    await joost.joins(await scene.room("wissel"))
    await joost.hears("In Wissel:", room=chat)
    again = await scene.says(scene.sanne, "ja")
    assert "Klopt dat?" in again
    assert "Klaar." in await scene.says(scene.sanne, "ja")
    public = await scene.place("wissel/publiek")
    assert public.settings.visibility == "listed"
    await scene.sanne.joins(public.room)
    state = await scene.sanne.state(public.room)
    assert state["m.room.history_visibility", ""] == {"history_visibility": "shared"}


async def test_leaving_a_subsite_is_leaving_its_groups(scene: Scene) -> None:
    await scene.says(scene.sanne, "deelsite nieuw Vertrek --zichtbaarheid vindbaar --deelname vrij")
    room, leden = await scene.room("vertrek"), await scene.room("vertrek/leden")
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    told = await scene.says(ilse, "deelnemen vertrek")
    assert told == "U hebt een uitnodiging voor Vertrek; neem die aan."
    await ilse.joins(room)
    await ilse.joins(leden)
    assert "Klopt dat?" in await scene.says(ilse, "verlaten vertrek")
    assert await scene.says(ilse, "ja") == "U hebt Vertrek verlaten, en daarmee ook Leden."
    for left in (room, leden):
        await scene.sanne.joins(left)
        assert (await scene.sanne.members(left))[ilse.user_id] == "leave"
    last = await scene.says(scene.sanne, "verlaten vertrek/leden")
    assert "laatste eigenaar" in last
