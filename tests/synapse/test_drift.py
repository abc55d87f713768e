"""What others change in a client, on a real homeserver: followed, or put back and explained.

In rooms of version 12 only the bot and the reserve account can change what Plein keeps.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plein_bot.domain.effects import Invite
from plein_bot.domain.ids import RoomId, UserId, localpart
from plein_bot.index import places
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.harness import PASSWORD, Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.square import ZAANSTAD, organisations, somebody_of


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("drift")) as scene:
        yield scene


async def reserve_in(synapse: Synapse, plein: Plein, *rooms: RoomId) -> Person:
    """The account from the safe, taken into rooms."""
    reserve = plein.parts.plein.reserve
    assert reserve
    account = await synapse.accounts.register(localpart(reserve), PASSWORD)
    person = Person(
        synapse.http, synapse.url, account.user_id, account.access_token, account.device_id
    )
    act = plein.parts.acts.by(plein.bot, "the safe is opened")
    await act.perform([Invite(room, UserId(person.user_id)) for room in rooms])
    for room in rooms:
        await person.joins(room)
    return person


async def started(scene: Scene, name: str) -> tuple[RoomId, RoomId, RoomId]:
    """A subsite of Sanne's: its space, its group of members and its staff room."""
    slug = name.lower()
    await scene.says(
        scene.sanne, f"deelsite nieuw {name} --zichtbaarheid vindbaar --deelname verzoek"
    )
    rooms = (
        await scene.room(slug),
        await scene.room(f"{slug}/leden"),
        await scene.staff_room(slug),
    )
    for room in rooms:
        await scene.sanne.joins(room)
    return rooms


async def invited(scene: Scene, person: Person, slug: str) -> None:
    await person.chat_with(scene.plein.bot)
    await scene.says(scene.sanne, f"uitnodigen {slug} {person.user_id}")
    await person.joins(await scene.room(slug))


async def explained(scene: Scene, staff: RoomId, what: str) -> str:
    heard = await scene.sanne.hears(what, room=staff)
    return str(heard["content"]["body"])


def without_people(state: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    return {key: content for key, content in state.items() if key[0] != "m.room.member"}


async def test_what_plein_keeps_of_a_group_is_put_back(scene: Scene) -> None:
    space, leden, staff = await started(scene, "Drift")
    reserve = await reserve_in(scene.synapse, scene.plein, leden)
    before = without_people(await scene.sanne.state(leden))
    server = scene.synapse.server_name
    for kind, content, what in (
        ("m.room.join_rules", {"join_rule": "public"}, "wie er binnen mag"),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}, "teruglezen"),
        ("m.room.guest_access", {"guest_access": "can_join"}, "toegang voor gasten"),
        ("m.room.server_acl", {"allow": [server], "deny": []}, "welke homeservers"),
        ("m.room.canonical_alias", {}, ""),
        ("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, "de versleuteling"),
        ("nl.plein.group", {"slug": "leden", "visibility": "public"}, "de instellingen"),
        ("nl.plein.roles", {"users": {reserve.user_id: 100}}, "de rollen"),
    ):
        await reserve.sets(leden, kind, content)
        if what:
            told = await explained(scene, staff, what)
            assert "heeft in een app iets gewijzigd van Drift/Leden" in told
    await reserve.sets(leden, "m.space.parent", {"via": [server]}, "!elders")
    await explained(scene, staff, "iets gewijzigd van Drift/Leden: de deelsite")

    after = without_people(await scene.sanne.state(leden))
    # What was never there can only be emptied; an empty list of servers would admit nobody.
    assert after.pop(("m.room.server_acl", ""))["allow"] == ["*"]
    assert after.pop(("m.room.encryption", "")) == {}
    assert after.pop(("m.space.parent", "!elders")) == {}
    assert after == before
    assert "Drift/Leden" in await scene.says(scene.sanne, "groep drift/leden")
    assert space


async def test_the_links_of_a_space_are_put_back(scene: Scene) -> None:
    space, leden, staff = await started(scene, "Ruimte")
    reserve = await reserve_in(scene.synapse, scene.plein, space)
    await reserve.sets(space, "m.space.child", {}, leden)
    await explained(scene, staff, "de lijst van groepen")
    await reserve.sets(space, "m.space.child", {"via": ["elders.example"]}, "!elders")
    await explained(scene, staff, "de lijst van groepen")

    state = await scene.sanne.state(space)
    assert state["m.space.child", leden] == {"via": [scene.synapse.server_name]}
    assert state["m.space.child", "!elders"] == {}
    hierarchy = {one["room_id"] for one in await scene.sanne.hierarchy(space)}
    assert leden in hierarchy


async def test_a_moderator_who_redacts_state_takes_nothing_away(scene: Scene) -> None:
    _, leden, staff = await started(scene, "Veegplan")
    state: Any = await scene.sanne.call("GET", f"rooms/{leden}/state")
    marker = next(one for one in state if one["type"] == "nl.plein.group")

    await scene.sanne.redacts(leden, marker["event_id"])

    told = await explained(scene, staff, "de instellingen")
    assert "Sanne de Vries heeft in een app iets gewijzigd" in told
    after = await scene.sanne.state(leden)
    assert after["nl.plein.group", ""] == marker["content"]
    assert "Veegplan/Leden" in await scene.says(scene.sanne, "groep veegplan/leden")


async def saves(scene: Scene, room: RoomId, **changed: object) -> None:
    """Sanne saves other power levels in her client."""
    levels = (await scene.sanne.state(room))["m.room.power_levels", ""]
    await scene.sanne.sets(room, "m.room.power_levels", {**levels, **changed})


async def test_roles_that_an_owner_gives_in_a_client_are_followed(scene: Scene) -> None:
    space, leden, staff = await started(scene, "Navolgen")
    sanne, joost = scene.sanne, scene.joost
    await invited(scene, joost, "navolgen")

    await saves(scene, space, users={sanne.user_id: 100, joost.user_id: 50})

    await joost.hears("Sanne de Vries heeft u moderator van Navolgen gemaakt.")
    for room in (space, leden, staff):
        levels = (await sanne.state(room))["m.room.power_levels", ""]["users"]
        assert levels == {sanne.user_id: 100, joost.user_id: 50}
    await joost.is_invited_to(staff)
    assert "Joost Bakker · ambtenaar, gemeente Purmerend · moderator" in await scene.says(
        sanne, "leden navolgen"
    )

    await saves(scene, space, users={sanne.user_id: 100})
    await joost.hears("Sanne de Vries heeft uw rol in Navolgen beëindigd.")
    for room in (space, leden, staff):
        levels = (await sanne.state(room))["m.room.power_levels", ""]["users"]
        assert levels == {sanne.user_id: 100}


async def test_what_an_owner_may_not_change_in_a_client_is_put_back(scene: Scene) -> None:
    space, leden, staff = await started(scene, "Grenzen")
    sanne, joost = scene.sanne, scene.joost
    await invited(scene, joost, "grenzen")
    right = (await sanne.state(leden))["m.room.power_levels", ""]

    await saves(scene, leden, users_default=50, events={**right["events"], "m.room.name": 0})
    assert "wie wat mag doen" in await explained(scene, staff, "van Grenzen/Leden")
    assert (await sanne.state(leden))["m.room.power_levels", ""] == right

    await saves(scene, space, users={})
    told = await explained(scene, staff, "Sanne de Vries in een app lid gemaakt")
    assert "U bent de laatste eigenaar van Grenzen" in told

    await saves(scene, space, users={sanne.user_id: 100, joost.user_id: 100})
    told = await explained(scene, staff, "ongevraagd eigenaar")
    assert f"`rol grenzen {joost.user_id} beheerder`" in told
    await joost.hears("eigenaar van Grenzen wilt worden")
    assert (await sanne.state(space))["m.room.power_levels", ""]["users"] == {sanne.user_id: 100}
    assert await scene.says(joost, "ja") == "U bent nu eigenaar van Grenzen."
    assert (await sanne.state(leden))["m.room.power_levels", ""]["users"] == {
        sanne.user_id: 100,
        joost.user_id: 100,
    }


async def test_a_name_and_a_topic_are_followed(scene: Scene) -> None:
    space, _, staff = await started(scene, "Namen")
    await scene.sanne.sets(space, "m.room.name", {"name": "Namen en rugnummers"})
    await scene.sanne.sets(space, "m.room.topic", {"topic": "Wie is wie"})
    told = await scene.says(scene.sanne, "deelsite namen")
    assert "Namen en rugnummers" in told
    assert "Wie is wie" in told
    state = await scene.sanne.state(space)
    assert state["m.room.name", ""] == {"name": "Namen en rugnummers"}
    await scene.sanne.catches_up()
    said = [e for e in scene.sanne.seen if e["room_id"] == staff and e["type"] == "m.room.message"]
    assert said == []


async def test_what_changed_while_plein_was_away_is_seen_to(
    synapse: Synapse, tmp_path: Path
) -> None:
    settings = await settings_on(synapse, tmp_path)
    async with running(settings) as plein:
        await organisations(plein)
        sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")
        line = "deelsite nieuw Afwezig --zichtbaarheid vindbaar --deelname vrij"
        assert "Klaar." in await says(sanne, plein, line)
        (subsite,) = await places.subsites(plein.parts.index)
        leden = (await places.groups_of(plein.parts.index, subsite))[0].room
        staff = await places.staff_room(plein.parts.index, subsite)
        assert staff
        for room in (subsite.room, leden, staff):
            await sanne.joins(room)
        reserve = await reserve_in(synapse, plein, leden)
    rules = (await sanne.state(leden))["m.room.join_rules", ""]
    await reserve.sets(leden, "m.room.join_rules", {"join_rule": "public"})
    right = (await sanne.state(leden))["m.room.power_levels", ""]
    await sanne.sets(leden, "m.room.power_levels", {**right, "kick": 0})

    async with running(settings):
        await sanne.hears("wie er binnen mag", room=staff)
        await sanne.hears("wie wat mag doen", room=staff)
        assert await says(sanne, plein, "help")
    state = await sanne.state(leden)
    assert state["m.room.join_rules", ""] == rules
    assert state["m.room.power_levels", ""] == right
    said = [e for e in sanne.seen if e["room_id"] == staff and e["type"] == "m.room.message"]
    assert len(said) == 2
