"""Thinking along on a real homeserver: from the question to what was done with the answers."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from plein_bot.domain.polls import RESPONSES, STARTS
from tests.synapse.harness import Synapse
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import Json, safe

pytestmark = pytest.mark.any_profile

OUTCOME = "Er komt een **schommel**."


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("thinking")) as scene:
        await scene.says(
            scene.sanne, "deelsite nieuw Wijk --zichtbaarheid openbaar --deelname vrij"
        )
        await scene.sanne.joins(await scene.room("wijk"))
        room = await scene.sanne.joins(await scene.room("wijk/publiek"))
        for person in (scene.fatima, scene.wim):
            await person.joins(room)
        yield scene


async def test_from_question_to_outcome(scene: Scene) -> None:
    room, sanne, fatima, wim = (
        await scene.room("wijk/publiek"),
        scene.sanne,
        scene.fatima,
        scene.wim,
    )
    line = "!plein blog Speelplek --meedenken over 4 weken\nWat wilt u hier?"
    event = await sanne.says(room, line)
    card: Json = (await sanne.is_answered(event, scene.plein.bot))["content"]
    assert "💬 Denk mee tot" in card["body"]

    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": event}}
    await fatima.comments(room, event, "Een schommel")
    question = {
        "question": {"body": "Welk toestel?"},
        "answers": [{"id": "a", "org.matrix.msc1767.text": "Schommel"}],
        "kind": "org.matrix.msc3381.poll.disclosed",
    }
    poll = await sanne.sends(room, STARTS[1], {STARTS[1]: question, **thread})
    vote = {"rel_type": "m.reference", "event_id": poll}
    await wim.sends(room, RESPONSES[1], {RESPONSES[1]: {"answers": ["a"]}, "m.relates_to": vote})
    assert "Speelplek" in await scene.says(fatima, "meedenken")

    await scene.says(sanne, "blog sluiten 1")
    result = await sanne.hears("Deze peiling is gesloten: Welk toestel?", room=room)
    assert result["content"]["m.relates_to"]["event_id"] == event
    chat = await fatima.chat_with(scene.plein.bot)
    late = await fatima.comments(room, event, "Nog iets")
    await fatima.hears("Reageren op “Speelplek” kan niet meer", room=chat)
    there = await sanne.call("GET", f"rooms/{safe(room)}/event/{safe(late)}")
    assert not there["content"].get("body")

    answer = await scene.says(sanne, f"blog uitkomst 1\n{OUTCOME}")
    assert "iedereen die meedacht" in answer
    told = await fatima.hears("U dacht mee over “Speelplek” in Wijk/Publiek.", room=chat)
    assert "<strong>schommel</strong>" in told["content"]["formatted_body"]
    assert "Wat is ermee gedaan" in await scene.says(fatima, "blog toon 1")

    page = f"{scene.plein.settings.web.address}/s/wijk/publiek/p/speelplek"
    async with aiohttp.ClientSession() as http, http.get(page) as response:
        text = await response.text()
    assert re.search(r"Meedenken kon tot", text)
    assert "Er komt een <strong>schommel</strong>." in text
