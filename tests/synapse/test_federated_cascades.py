"""What befalls somebody in a subsite reaches all its rooms on every homeserver, away or not."""

from collections.abc import AsyncIterator

import pytest

from tests.synapse.federation import Homeservers
from tests.synapse.scenes import Scene, scene_among
from tests.synapse.strangers import Json, safe
from tests.synapse.subsites import comes_in, does, member, subsite, where
from tests.synapse.watchers import membership

GROUPS = ("leden", "jeugdzorg", "kern", "agenda")


@pytest.fixture(scope="module")
async def scene(
    federated: Homeservers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    async with scene_among(federated, tmp_path_factory.mktemp("federated-cascades")) as scene:
        yield scene


async def test_a_ban_holds_in_all_rooms_on_all_homeservers(scene: Scene) -> None:
    rooms = await subsite(scene, "Gooi", joining="vrij")
    ilse = await member(scene, "gooi", rooms, "jeugdzorg", "agenda")
    for witness in (scene.joost, scene.wim):
        await comes_in(scene, witness, "gooi", rooms, *GROUPS)

    told = await does(scene, scene.sanne, f"ban gooi {ilse.user_id}")

    assert told == "Ilse Smit is de toegang tot Gooi en alle groepen ervan ontzegd."
    assert await where(scene, rooms, ilse) == dict.fromkeys(rooms, "ban")
    for witness in (scene.joost, scene.wim):
        for name in ("", *GROUPS):
            await witness.sees(membership(rooms[name], ilse.user_id, "ban"))
            assert (await witness.members(rooms[name]))[ilse.user_id] == "ban"
    via = [("via", scene.synapse.server_name), ("via", scene.joost.user_id.partition(":")[2])]
    for room in rooms.values():
        for door in ("join", "knock"):
            status, answer = await ilse.tries("POST", f"{door}/{safe(room)}", {}, via)
            assert status in {403, 404}, answer
    said = f"rooms/{safe(rooms['jeugdzorg'])}/send/m.room.message/1"
    assert (await ilse.tries("PUT", said, {"msgtype": "m.text", "body": "Toch"}))[0] == 403

    told = await does(scene, scene.sanne, f"ban opheffen gooi {ilse.user_id}")
    assert "heeft weer toegang tot Gooi" in told
    assert await ilse.joins(rooms[""], via=scene.via) == rooms[""]


async def test_a_homeserver_that_stops_in_the_middle_holds_up_nobody(scene: Scene) -> None:
    rooms = await subsite(scene, "Vecht")
    for number in range(8):
        path = f"vecht/kring-{number}"
        assert "Klaar" in await scene.says(scene.sanne, f"groep nieuw vecht Kring {number}")
        rooms[f"kring-{number}"] = await scene.room(path)
        await scene.sanne.joins(rooms[f"kring-{number}"])
    circles = [name for name in rooms if name.startswith("kring")]
    await comes_in(scene, scene.wim, "vecht", rooms, *GROUPS, *circles)
    lena = await scene.homeservers.partner.person("lena")
    partner = scene.homeservers.partner.process

    def goes(room: str, event: Json) -> bool:
        return any(membership(r, scene.wim.user_id, "leave")(room, event) for r in rooms.values())

    await scene.says(scene.sanne, f"verwijderen vecht {scene.wim.user_id}")
    yes = await scene.sanne.says(await scene.sanne.chat_with(scene.plein.bot), "ja")
    await scene.sanne.sees(goes)
    await partner.kill()
    try:
        answer = await scene.sanne.is_answered(yes, scene.plein.bot)
        told = answer["content"]["body"]
        assert told.startswith("Wim Jansen is verwijderd uit Vecht, en daarmee ook uit Leden")
        assert "homeserver weigerde" not in told
        away = {name: "leave" for name in ("", *GROUPS, *circles)} | {"agenda": "join"}
        assert await where(scene, rooms, scene.wim) == away
        # Others go on as if nothing were the matter, and hear what cannot be done now.
        assert "Vecht" in await scene.says(scene.joost, "deelsite toon vecht")
        invited = await scene.says(scene.sanne, f"uitnodigen vecht {lena.user_id}")
        assert invited.startswith(f"De homeserver {scene.homeservers.partner.server_name}")
        assert "kan ik lena-1 niet uitnodigen" in invited
        assert "ontzegd" in await does(scene, scene.sanne, f"ban vecht {lena.user_id}")
    finally:
        await partner.start()

    # By this Plein's homeserver hears that the other is back; else it tries once in some minutes.
    await scene.wim.says(rooms["agenda"], "Hier ben ik nog")
    await scene.sanne.hears("Hier ben ik nog", room=rooms["agenda"], within=120)
    for name, value in away.items():
        if value == "leave":
            await scene.wim.sees(membership(rooms[name], scene.wim.user_id, "leave"), within=120)
    for name in ("leden", *circles):
        send = f"rooms/{safe(rooms[name])}/send/m.room.message/{name}"
        status, _ = await scene.wim.tries("PUT", send, {"msgtype": "m.text", "body": "Toch"})
        assert status == 403, name
    via = [("via", scene.synapse.server_name)]
    assert (await lena.tries("POST", f"knock/{safe(rooms[''])}", {}, via))[0] == 403
