"""A report betrays its reporter to nobody in the room, also not to who keeps everything."""

import json
from pathlib import Path

import pytest

from plein_bot.actions import client_reports
from tests.fakes.reports import one_is_told_once
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import Json, safe


async def since_of(person: Person) -> str:
    since: str = (await person.call("GET", "sync", query=[("timeout", "0")]))["next_batch"]
    return since


async def all_since(person: Person, since: str) -> tuple[Json, str]:
    """The raw answer of /sync without presence, which says who is there, and as one text."""
    answer = await person.call("GET", "sync", query=[("since", since), ("timeout", "0")])
    answer.pop("presence", None)
    return answer, json.dumps(answer, ensure_ascii=False)


async def reported_with_the_client(scene: Scene, person: Person, room: str, event: str) -> None:
    async def press() -> None:
        body = {"reason": "Dit is reclame", "score": -100}
        await person.call("POST", f"rooms/{safe(room)}/report/{safe(event)}", body)

    acts = scene.plein.parts.acts
    assert acts.reported
    one = await one_is_told_once(acts.reported, press)
    assert (one.room, one.event, one.reporter) == (room, event, person.user_id)
    assert one.words == "Dit is reclame"
    await client_reports.look(acts)


@pytest.mark.any_profile
async def test_who_keeps_everything_learns_nothing_of_who_reported(
    synapse: Synapse, tmp_path: Path
) -> None:
    server: dict[str, object] = {"admin_token": synapse.admin.token}
    async with scene_on(synapse, tmp_path, homeserver=server) as scene:
        sanne, joost, wim, fatima = scene.sanne, scene.joost, scene.wim, scene.fatima
        open_to_all = "--zichtbaarheid openbaar --deelname vrij"
        await scene.says(sanne, f"deelsite nieuw Meldplein {open_to_all}")
        assert "Klaar" in await scene.says(sanne, "set meldplein/publiek posting everyone")
        room, staff = await scene.room("meldplein/publiek"), await scene.staff_room("meldplein")
        await sanne.joins(await scene.room("meldplein"))
        await sanne.joins(staff)
        watcher = await synapse.person("kijker", "Kijker")
        for person in (sanne, joost, wim, fatima, watcher):
            await person.joins(room)
        for person in (joost, wim, fatima):
            await person.chat_with(scene.plein.bot)
        said = await fatima.says(room, "Koop nu pillen")
        await watcher.sees(lambda _, event: event.get("event_id") == said)
        for person in (wim, fatima):
            await scene.says(person, "help")
        since = await since_of(watcher)

        link = f"https://matrix.to/#/{room}/{said}?via={synapse.server_name}"
        receipt = await scene.says(joost, f"melden {link} Fatima maakt reclame")
        assert "heeft nummer 1." in receipt
        await reported_with_the_client(scene, wim, room, said)
        await wim.hears("Uw melding over Meldplein/Publiek heeft nummer 2.")
        notice = await sanne.hears("2 keer gemeld:", room=staff)
        assert "▶ Fatima el Amrani: “Koop nu pillen”" in notice["content"]["body"]
        for reporter in (joost, wim):
            assert reporter.user_id not in json.dumps(notice)

        quiet, _ = await all_since(watcher, since)
        assert room not in quiet.get("rooms", {}).get("join", {})

        done = await scene.says(sanne, "zaak weghalen 1 Geen reclame")
        assert done == "Zaak 1: het bericht is weggehaald."
        for number, reporter in ((1, joost), (2, wim)):
            await reporter.hears(f"Uw melding {number}")
        await fatima.hears("Geen reclame")

        answer, text = await all_since(watcher, quiet["next_batch"])
        (redaction,) = answer["rooms"]["join"][room]["timeline"]["events"]
        assert redaction["type"] == "m.room.redaction"
        assert redaction["sender"] == scene.plein.bot
        assert "reason" not in redaction["content"]
        names = (joost.user_id, wim.user_id, "Joost", "Wim Jansen", "Geen reclame", "case", "zaak")
        assert [name for name in names if name in text] == []
