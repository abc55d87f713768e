"""Places where only chosen people start something, and everybody comments."""

from collections.abc import AsyncIterator

import pytest

from plein_bot.domain.ids import EventId
from plein_bot.domain.posts import MARK
from plein_bot.index import posts
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("authors")) as scene:
        await scene.says(
            scene.sanne, "deelsite nieuw Krant --zichtbaarheid vindbaar --deelname verzoek"
        )
        await scene.sanne.joins(await scene.room("krant"))
        await scene.says(scene.sanne, "groep nieuw krant Redactie --plaatsen schrijvers")
        room = await scene.sanne.joins(await scene.room("krant/redactie"))
        for person in (scene.wim, scene.joost):
            await scene.says(scene.sanne, f"uitnodigen krant {person.user_id}")
            await person.joins(await scene.room("krant"))
            await scene.says(person, "deelnemen krant/redactie")
            await person.joins(room)
        yield scene


async def body_of(person: Person, room: str, event: str) -> str | None:
    event_there = await person.call("GET", f"rooms/{room}/event/{event}")
    body: str | None = event_there["content"].get("body")
    return body


async def test_what_others_start_is_taken_away_with_a_word(scene: Scene) -> None:
    room, wim = await scene.room("krant/redactie"), scene.wim
    chat = await wim.chat_with(scene.plein.bot)
    stray = await wim.says(room, "Ik heb ook iets te zeggen")
    await wim.hears("beginnen alleen gekozen schrijvers", room=chat)
    assert await body_of(wim, room, stray) is None
    own = await scene.sanne.says(room, "Beheer mag altijd")
    reply = await wim.replies(room, own, "Ik antwoord dan maar")
    await wim.sees(lambda _, e: e["type"] == "m.room.redaction" and reply in str(e))
    assert await body_of(wim, room, reply) is None

    chosen = await scene.says(scene.sanne, f"schrijver erbij krant/redactie {wim.user_id}")
    assert chosen == "Wim Jansen is nu schrijver in Krant/Redactie."
    assert "Wim Jansen" in await scene.says(wim, "schrijvers krant/redactie")
    kept = await wim.says(room, "Nu mag het wel")
    event = await wim.says(room, "!plein blog Van Wim\nEen stuk tekst")
    card = (await wim.is_answered(event, scene.plein.bot))["content"]
    assert await body_of(wim, room, kept) == "Nu mag het wel"
    assert await body_of(scene.sanne, room, own) == "Beheer mag altijd"

    comment = await scene.joost.comments(room, event, "Mooi stuk")
    await scene.says(wim, f"blog sluiten {card[MARK]['number']}")
    joost_chat = await scene.joost.chat_with(scene.plein.bot)
    late = await scene.joost.comments(room, event, "Nog iets")
    await scene.joost.hears("Reageren op “Van Wim” kan niet meer", room=joost_chat)
    assert await body_of(wim, room, late) is None
    assert await body_of(wim, room, comment) == "Mooi stuk"

    gone = await scene.says(scene.sanne, f"schrijver weg krant/redactie {wim.user_id}")
    assert gone == "Wim Jansen is geen schrijver meer in Krant/Redactie."
    told = await wim.says(room, "!plein blog Nog een\nTekst")
    answer = (await wim.is_answered(told, scene.plein.bot))["content"]["body"]
    assert "plaatsen alleen gekozen schrijvers" in answer
    assert await posts.of_event(scene.plein.parts.index, EventId(event)) is not None


async def test_authors_are_chosen_by_staff_from_who_takes_part(scene: Scene) -> None:
    assert "moderator" in await scene.says(
        scene.joost, f"schrijver erbij krant/redactie {scene.joost.user_id}"
    )
    told = await scene.says(scene.sanne, f"schrijver erbij krant/redactie {scene.fatima.user_id}")
    assert "doet niet mee" in told
    assert "Ik ken geen plek" in await scene.says(scene.fatima, "schrijvers krant/redactie")
    told = await scene.says(scene.sanne, "schrijvers krant/leden")
    assert "instellen krant/leden plaatsen schrijvers" in told
