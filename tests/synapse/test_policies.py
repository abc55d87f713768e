"""A policy list of another bot, in the form in which Draupnir writes it, on a real homeserver."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import Json
from tests.synapse.subsites import does, where
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("policies")) as scene:
        yield scene


async def rule(keeper: Person, room: str, kind: str, content: Json) -> tuple[str, str]:
    """Write a rule as Draupnir does, whose newer versions hash the state key; its event and key."""
    advised = f"{content['entity']}{content['recommendation']}"
    key = sha256(advised.encode()).hexdigest()
    return await keeper.sets(room, kind, content, key), key


async def test_what_draupnir_bans_is_banned_here_and_let_in_when_it_says_so(scene: Scene) -> None:
    line = "deelsite nieuw Lijsten --zichtbaarheid openbaar --deelname verzoek"
    assert "Klaar" in await scene.says(scene.sanne, line)
    rooms = {"": str(await scene.room("lijsten")), "beheer": str(await scene.staff_room("lijsten"))}
    rooms |= {one: await scene.room(f"lijsten/{one}") for one in ("leden", "publiek")}
    for one in rooms.values():
        await scene.sanne.joins(one)
    spammer = await scene.synapse.person("spammer", "Spammer")
    troll = await scene.synapse.person("trol", "Trol")
    official = await scene.newcomer("ilse", "Ilse Smit")
    for person in (spammer, troll, official):
        await person.chat_with(scene.plein.bot)
        await person.joins(rooms["publiek"])
    keeper = await scene.synapse.person("draupnir")
    room = await keeper.creates_room(
        preset="public_chat",
        room_alias_name="coc-lijst",
        creation_content={"type": "support.feline.policy.lists.msc.v1"},
        name="Code of conduct",
    )
    alias = f"#coc-lijst:{scene.synapse.server_name}"

    assert "als proef" in await scene.says(scene.sanne, f"banlijst volgen lijsten {alias}")
    await does(scene, scene.sanne, "banlijst toepassen 1")
    by_glob, _ = await rule(
        keeper,
        room,
        "m.policy.rule.user",
        {"entity": f"{spammer.user_id[:6]}*", "recommendation": "m.ban", "reason": "spam"},
    )
    _, key = await rule(
        keeper,
        room,
        "org.matrix.mjolnir.rule.user",
        {"entity": troll.user_id, "recommendation": "org.matrix.mjolnir.ban", "reason": "spam"},
    )
    for person in (spammer, troll):
        for name in ("", "publiek", "beheer"):
            await scene.sanne.sees(membership(rooms[name], person.user_id, "ban"))
        assert set((await where(scene, rooms, person)).values()) == {"ban"}
        assert len(await where(scene, rooms, person)) == len(rooms)
        await person.hears("De reden: “spam”")

    for entity in (f"*:{scene.synapse.server_name}", official.user_id, scene.plein.bot):
        content = {"entity": entity, "recommendation": "m.ban", "reason": "mis"}
        await rule(keeper, room, "m.policy.rule.user", content)
    asked = await scene.sanne.hears("banlijst bevestigen", room=rooms["beheer"])
    assert "Ilse Smit · ambtenaar" in asked["content"]["body"]

    await keeper.sets(room, "org.matrix.mjolnir.rule.user", {}, key)
    await keeper.redacts(room, by_glob)
    for person in (spammer, troll):
        await person.hears("U hebt weer toegang tot Lijsten.")
        assert set((await where(scene, rooms, person)).values()) == {"leave"}
    there = await scene.sanne.members(rooms["publiek"])
    assert there[official.user_id] == there[scene.plein.bot] == "join"

    await scene.sanne.reacts(rooms["beheer"], asked["event_id"], "✅")
    await official.hears("De toegang tot Lijsten is u ontzegd")
