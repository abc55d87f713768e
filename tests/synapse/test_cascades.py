"""Removing, shutting out, letting in again and archiving, in all rooms of a subsite."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe
from tests.synapse.subsites import does, member, subsite, where
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("cascades")) as scene:
        yield scene


async def is_kept_out(scene: Scene, slug: str, room: str, person: Person) -> None:
    """Their own client neither joins nor knocks, by address or by id, and reads nothing new."""
    said = await scene.sanne.says(room, "Dit is voor wie er nog is.")
    assert not await person.may_read(room, said)
    for door in (
        f"join/{safe(room)}",
        f"rooms/{safe(room)}/join",
        f"join/{safe(scene.alias(slug))}",
        f"knock/{safe(room)}",
        f"knock/{safe(scene.alias(slug))}",
    ):
        status, answer = await person.tries("POST", door, {})
        assert status in {403, 404}, (door, answer)


async def events_of(person: Person, rooms: dict[str, str]) -> str:
    """All state with the members, as raw JSON."""
    return str([await person.call("GET", f"rooms/{safe(room)}/state") for room in rooms.values()])


async def test_removed_from_a_subsite(scene: Scene) -> None:
    rooms = await subsite(scene, "Verwijderd")
    ilse = await member(scene, "verwijderd", rooms, "leden", "jeugdzorg", "kern", "agenda")

    preview = await scene.says(scene.sanne, "verwijderen verwijderd Ilse Smit Verkoopt stofzuigers")
    assert preview.startswith(
        "Ik verwijder Ilse Smit (ambtenaar, gemeente Purmerend) uit Verwijderd, en daarmee "
        "ook uit Leden, Jeugdzorg, Kern."
    )
    assert "Ilse Smit blijft in Agenda, want daar mogen ook mensen van buiten in." in preview
    assert "binnenlopen" not in preview
    told = await scene.says(scene.sanne, "ja")

    assert told == (
        "Ilse Smit is verwijderd uit Verwijderd, en daarmee ook uit Leden, Jeugdzorg, Kern."
    )
    assert await where(scene, rooms, ilse) == {
        "": "leave",
        "leden": "leave",
        "jeugdzorg": "leave",
        "kern": "leave",
        "agenda": "join",
    }
    word = await ilse.hears("U bent verwijderd uit Verwijderd")
    assert "De reden: “Verkoopt stofzuigers”" in word["content"]["body"]
    assert "Maak bezwaar: `bezwaar " in word["content"]["body"]
    assert "stofzuigers" not in await events_of(scene.sanne, rooms)
    for group in ("jeugdzorg", "kern"):
        await is_kept_out(scene, f"verwijderd/{group}", rooms[group], ilse)
    # Nothing of it echoes: asking again is possible, and goes on request.
    assert "Waarom wilt u meedoen?" in await scene.says(ilse, "deelnemen verwijderd")
    await scene.says(ilse, "stop")
    again = await scene.says(scene.sanne, f"verwijderen verwijderd {ilse.user_id}")
    assert again == "Ilse Smit doet niet mee in Verwijderd."


async def test_shut_out_of_a_subsite_and_let_in_again_in_english(scene: Scene) -> None:
    rooms = await subsite(scene, "Gesloten")
    ilse = await member(scene, "gesloten", rooms, "jeugdzorg")
    await scene.says(ilse, "language en")
    await scene.says(scene.sanne, "taal en")

    preview = await scene.says(scene.sanne, "ban gesloten Ilse Smit Sells vacuum cleaners")
    assert preview.startswith("I shut Ilse Smit (official, gemeente Purmerend) out of Gesloten")
    told = await scene.says(scene.sanne, "yes")

    assert told == "Ilse Smit is shut out of Gesloten and of all its groups."
    assert set((await where(scene, rooms, ilse)).values()) == {"ban"}
    assert len(await where(scene, rooms, ilse)) == len(rooms)
    word = await ilse.hears("You have been shut out of Gesloten")
    assert "The reason: “Sells vacuum cleaners”" in word["content"]["body"]
    assert "vacuum" not in await events_of(scene.sanne, rooms)
    for name in ("", "jeugdzorg", "agenda"):
        slug = f"gesloten/{name}" if name else "gesloten"
        await is_kept_out(scene, slug, rooms[name], ilse)
    assert "shut you out" in await scene.says(ilse, "join gesloten")
    listed = await scene.says(scene.sanne, "bans gesloten")
    assert f"official, gemeente Purmerend · `{ilse.user_id}` · since" in listed
    assert "by Sanne de Vries" in listed

    told = await does(scene, scene.sanne, "unban gesloten 1")
    assert told == "Ilse Smit is no longer shut out of Gesloten, and can join again."
    assert set((await where(scene, rooms, ilse)).values()) == {"leave"}
    await ilse.hears("You are no longer shut out of Gesloten.")
    await ilse.knocks(rooms[""])
    await scene.says(scene.sanne, "taal nl")


async def test_a_ban_of_a_groups_own_outlives_that_of_the_subsite(scene: Scene) -> None:
    rooms = await subsite(scene, "Eigen")
    ilse = await member(scene, "eigen", rooms)
    await scene.sanne.bans(rooms["agenda"], ilse.user_id)
    await does(scene, scene.sanne, f"ban eigen/jeugdzorg {ilse.user_id}")
    await does(scene, scene.sanne, f"ban eigen {ilse.user_id}")

    await does(scene, scene.sanne, f"ban opheffen eigen {ilse.user_id}")

    there = await where(scene, rooms, ilse)
    assert {name for name, one in there.items() if one == "ban"} == {"agenda", "jeugdzorg"}


async def test_by_hand_it_is_the_same_and_nothing_echoes(scene: Scene) -> None:
    rooms = await subsite(scene, "Handmatig")
    ilse = await member(scene, "handmatig", rooms, "leden", "jeugdzorg")
    sanne = scene.sanne

    await sanne.removes(rooms[""], ilse.user_id)
    await ilse.hears("U bent verwijderd uit Handmatig, en daarmee ook uit Leden, Jeugdzorg.")
    await sanne.hears("heeft Ilse Smit verwijderd uit Handmatig", room=rooms["beheer"])
    assert set((await where(scene, rooms, ilse)).values()) == {"leave"}

    await sanne.bans(rooms[""], ilse.user_id, "Zo is het genoeg")
    await sanne.hears("de toegang tot Handmatig ontzegd", room=rooms["beheer"])
    assert set((await where(scene, rooms, ilse)).values()) == {"ban"}
    assert len(await where(scene, rooms, ilse)) == len(rooms)
    await is_kept_out(scene, "handmatig/agenda", rooms["agenda"], ilse)

    await sanne.unbans(rooms[""], ilse.user_id)
    await sanne.hears("weer toegang gegeven tot Handmatig", room=rooms["beheer"])
    assert set((await where(scene, rooms, ilse)).values()) == {"leave"}
    # What Plein did itself was no new reason to do anything.
    await sanne.says(rooms["beheer"], "!plein help")
    changes = [
        event
        for event in sanne.seen
        if event["type"] == "m.room.member" and event.get("state_key") == ilse.user_id
    ]
    by_plein = [event for event in changes if event["sender"] == scene.plein.bot]
    moved = [e["content"]["membership"] for e in by_plein if e["room_id"] == rooms["jeugdzorg"]]
    assert moved == ["invite", "leave", "ban", "leave"]


async def test_who_walks_back_in_is_shut_out_by_number(scene: Scene) -> None:
    rooms = await subsite(scene, "Inloop", joining="vrij")
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    await ilse.chat_with(scene.plein.bot)
    await ilse.joins(rooms[""])
    await ilse.hears("In Inloop:")

    preview = await scene.says(scene.sanne, f"verwijderen inloop {ilse.user_id}")
    assert "kan zo weer binnenlopen: de deelname is “vrij”" in preview
    assert "Ik ontzeg Ilse Smit (ambtenaar, gemeente Purmerend)" in await scene.says(
        scene.sanne, "1"
    )
    assert "ontzegd" in await scene.says(scene.sanne, "ja")

    await is_kept_out(scene, "inloop", rooms[""], ilse)


async def test_a_group_that_is_external_by_choice_is_spared(scene: Scene) -> None:
    rooms = await subsite(scene, "Keuze")
    ilse = await member(scene, "keuze", rooms, "leden", "jeugdzorg")
    assert "Klaar" in await scene.says(scene.sanne, "instellen keuze/jeugdzorg extern ja")

    await does(scene, scene.sanne, f"verwijderen keuze {ilse.user_id}")
    there = await where(scene, rooms, ilse)
    assert (there["leden"], there["jeugdzorg"]) == ("leave", "join")


async def test_a_ban_of_somebody_on_a_dead_homeserver_waits_for_nobody(scene: Scene) -> None:
    rooms = await subsite(scene, "Dood")
    told = await does(scene, scene.sanne, "ban dood @kwaad:dood.invalid Spam")
    assert "ontzegd" in told
    for room in rooms.values():
        assert (await scene.sanne.members(room))["@kwaad:dood.invalid"] == "ban"


async def archived_state(scene: Scene, rooms: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, room in rooms.items():
        state = await scene.sanne.state(room)
        found[name] = {
            key: content
            for key, content in state.items()
            if key[0] not in ("m.room.member", "nl.plein.archive")
        }
    return found


async def test_archived_it_is_read_and_no_more_and_comes_back_as_it_was(scene: Scene) -> None:
    rooms = await subsite(scene, "Archief", joining="vrij")
    ilse = await member(scene, "archief", rooms, "leden")
    said = await ilse.says(rooms["leden"], "Nog net")
    await does(scene, scene.sanne, "groep archiveren archief/jeugdzorg")
    before = await archived_state(scene, rooms)

    told = await does(scene, scene.sanne, "deelsite archiveren archief")
    assert told.startswith("Archief is gearchiveerd, en daarmee ook Leden, Publiek, Agenda, Kern.")
    await scene.sanne.hears("Sanne de Vries heeft Archief gearchiveerd", room=rooms["beheer"])

    during = await archived_state(scene, rooms)
    assert during["beheer"] == before["beheer"]
    for name in ("", "leden", "publiek", "agenda", "kern"):
        levels = during[name]["m.room.power_levels", ""]
        assert set(levels["events"].values()) == {150}, name
        verbs = ("invite", "kick", "ban", "redact", "events_default", "state_default")
        assert {levels[verb] for verb in verbs} == {150}, name
        assert during[name]["m.room.join_rules", ""] == {"join_rule": "invite"}, name
    assert await ilse.may_read(rooms["leden"], said)
    message = {"msgtype": "m.text", "body": "Mag dit nog?"}
    sending = f"rooms/{safe(rooms['leden'])}/send/m.room.message/1"
    status, _ = await ilse.tries("PUT", sending, message)
    assert status == 403
    listed = {one["room_id"] for one in await scene.joost.directory()}
    assert not listed & set(rooms.values())
    for name, slug in (("", "archief"), ("publiek", "archief/publiek")):
        for verb in ("join", "knock"):
            status, _ = await scene.joost.tries("POST", f"{verb}/{safe(scene.alias(slug))}", {})
            assert status in {403, 404}, (verb, name)
    assert "Archief is gearchiveerd" in await scene.says(scene.joost, "deelnemen archief")
    assert "Archief is gearchiveerd" in await scene.says(
        scene.sanne, "instellen archief burgers ja"
    )
    await scene.sanne.says(rooms["beheer"], "Hier praten wij nog")

    told = await does(scene, scene.sanne, "subsite reopen archief")
    assert told.startswith("Archief is weer open, en daarmee ook Leden, Publiek, Agenda, Kern.")
    assert await archived_state(scene, rooms) == before
    listed = {one["room_id"] for one in await scene.joost.directory()}
    assert {rooms[""], rooms["publiek"], rooms["agenda"]} <= listed
    await ilse.says(rooms["leden"], "Weer open")
    await scene.joost.joins(scene.alias("archief"))


async def test_leaving_goes_by_the_same_rules(scene: Scene) -> None:
    rooms = await subsite(scene, "Weggaan")
    ilse = await member(scene, "weggaan", rooms, "leden", "kern", "agenda")

    told = await does(scene, ilse, "verlaten weggaan")

    assert told == "U hebt Weggaan verlaten, en daarmee ook Leden, Kern."
    there = await where(scene, rooms, ilse)
    assert {name for name, one in there.items() if one == "join"} == {"agenda"}
    noor = await member(scene, "weggaan", rooms, "leden", "kern", "agenda")
    await noor.leaves(rooms[""])
    for name in ("leden", "kern"):
        await scene.sanne.sees(membership(rooms[name], noor.user_id, "leave"))
    assert (await where(scene, rooms, noor))["agenda"] == "join"
