"""What is hidden stays so: from every door of the homeservers, and in what Plein says."""

from collections.abc import AsyncIterator

import pytest

from tests.synapse import doors
from tests.synapse.federation import Homeservers
from tests.synapse.hidden_places import (
    SECRET_PLACES,
    an_event_in,
    secret_rooms,
    secrets_in,
    square_with_secrets,
)
from tests.synapse.peers import peer
from tests.synapse.people import Person
from tests.synapse.scenes import Scene
from tests.synapse.strangers import Stranger, safe


@pytest.fixture(scope="module")
async def scene(
    homeservers: Homeservers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("leaks")
    async with square_with_secrets(homeservers, folder) as scene:
        await with_a_colleague_inside(scene)
        yield scene


async def with_a_colleague_inside(scene: Scene) -> None:
    """Joost has one: so his homeserver knows of rooms that he must not."""
    bea = await scene.newcomer("bea", "Bea Vos")
    for path in ("geheim-project", "geheim-project/onderzoek"):
        told = await scene.says(scene.sanne, f"uitnodigen {path} {bea.user_id}")
        assert "heeft een uitnodiging" in told
        await bea.joins(await scene.room(path))
    await bea.joins(await scene.room("geheim-project/leden"))


def onlookers(scene: Scene) -> dict[str, Stranger]:
    return {
        "a stranger": scene.synapse.stranger,
        "a partner": scene.wim,
        "a citizen": scene.fatima,
        "an official": scene.joost,
    }


async def test_no_door_of_a_homeserver_gives_a_hidden_room_away(scene: Scene) -> None:
    for path, room in (await secret_rooms(scene)).items():
        event = await an_event_in(scene, room)
        for who, onlooker in onlookers(scene).items():
            for door in doors.of_clients(room, event, scene.via):
                status, answer = await onlooker.tries(
                    door.method, door.path, door.body, list(door.query)
                )
                assert status in {401, 403, 404}, (who, path, door, answer)
                assert secrets_in(answer) == [], (who, path, door)


@pytest.mark.several_homeservers
async def test_no_homeserver_is_given_what_its_people_are_not(scene: Scene) -> None:
    inside = {"geheim-project", "geheim-project/leden", "geheim-project/onderzoek"}
    for person, server, away in (
        (scene.wim, scene.homeservers.partner, set[str]()),
        (scene.fatima, scene.homeservers.elsewhere, set[str]()),
        (scene.joost, scene.homeservers.municipality, inside),
    ):
        asking = peer(scene.homeservers, server)
        for path, room in (await secret_rooms(scene)).items():
            if path in away:
                continue
            event = await an_event_in(scene, room)
            for door in doors.of_servers(room, event, person.user_id):
                status, answer = await asking.tries(
                    door.method, door.path, door.body, **dict(door.query)
                )
                assert status in {403, 404}, (asking.name, path, door, answer)
                assert secrets_in(answer) == [], (asking.name, path, door)


@pytest.mark.several_homeservers
async def test_a_homeserver_that_asks_for_names_hears_none(scene: Scene) -> None:
    asking = peer(scene.homeservers, scene.homeservers.elsewhere)
    status, listed = await asking.tries("GET", "v1/publicRooms", limit="1000")
    assert status == 200
    assert await scene.room("noordkop") in str(listed)
    assert secrets_in(listed) == []
    assert not [room for room in (await secret_rooms(scene)).values() if room in str(listed)]
    status, around = await asking.tries("GET", f"v1/hierarchy/{safe(await scene.room('noordkop'))}")
    assert status == 200
    assert secrets_in(around) == []
    for path in SECRET_PLACES:
        status, _ = await asking.tries("GET", "v1/query/directory", room_alias=scene.alias(path))
        assert status == 404
    status, _ = await asking.tries("GET", "v1/query/directory", room_alias=scene.alias("noordkop"))
    assert status == 200


async def test_a_single_event_of_a_hidden_room_is_nobodys_business(scene: Scene) -> None:
    for path in ("geheim-project/onderzoek", "noordkop/jeugdzorg"):
        room = await scene.room(path)
        await scene.sanne.joins(room)
        event = await scene.sanne.says(room, "nergens anders te lezen")
        for who, onlooker in onlookers(scene).items():
            for where in ("event", "context"):
                status, answer = await onlooker.tries(
                    "GET", f"rooms/{safe(room)}/{where}/{safe(event)}"
                )
                assert status in {401, 403, 404}, (who, path)
                assert secrets_in(answer) == []


async def test_directory_hierarchy_and_aliases_do_not_name_them(scene: Scene) -> None:
    secret = await secret_rooms(scene)
    for person in (scene.wim, scene.fatima, scene.joost):
        listed = await person.directory(scene.synapse.server_name)
        assert await scene.room("noordkop") in {one["room_id"] for one in listed}
        assert secrets_in(listed) == []
        assert not {one["room_id"] for one in listed} & set(secret.values())
        around = await person.hierarchy(await scene.room("noordkop"), scene.via)
        assert "Noordkop" in str(around)
        assert secrets_in(around) == []
        # Of a group that its members see only the id shows; of a hidden one not even that.
        assert secret["noordkop/vertrouwelijk"] not in str(around)
        for path in SECRET_PLACES:
            assert await person.resolves(scene.alias(path)) is None
        assert await person.resolves(scene.alias("noordkop"))


def same(told: str, typed: str) -> str:
    return told.replace(typed, "…")


@pytest.mark.one_homeserver
@pytest.mark.parametrize(
    "line",
    [
        "deelsite toon {}",
        "groep toon {}",
        "deelsite {}",
        "groepen {}",
        "deelnemen {}",
        "leden {}",
        "verzoeken {}",
        "verlaten {}",
        "instellen {} burgers ja",
        "instellen {} naam Anders",
        "uitnodigen {} Sanne de Vries",
        "goedkeuren {} @sanne-1:plein.localhost",
        "afwijzen {} @sanne-1:plein.localhost",
        "groep nieuw {} Nieuw",
        "verwijderen {} Sanne de Vries",
        "ban {} Sanne de Vries",
        "ban opheffen {} Sanne de Vries",
        "bans {}",
        "deelsite archiveren {}",
        "groep heropenen {}",
    ],
)
async def test_a_hidden_place_and_no_place_get_the_same_words(scene: Scene, line: str) -> None:
    unknown = same(await scene.says(scene.wim, line.format("nergens")), "nergens")
    assert "Ik ken geen plek" in unknown
    for person, typed in (
        (scene.wim, "geheim-project"),
        (scene.wim, "geheim"),
        (scene.wim, "onderzoek"),
        (scene.wim, "noordkop/jeugdzorg"),
        (scene.wim, "noordkop/vertrouwelijk"),
        (scene.fatima, "geheim-project/onderzoek"),
    ):
        assert same(await scene.says(person, line.format(typed)), typed) == unknown


@pytest.mark.one_homeserver
async def test_lists_and_beginnings_do_not_name_them(scene: Scene) -> None:
    for person in (scene.wim, scene.fatima, scene.joost):
        assert secrets_in(await scene.says(person, "deelsites")) == []
        assert secrets_in(await scene.says(person, "groepen noordkop")) == []
        # "Noordse geheimen" begins so too; whoever may not know it is not asked which is meant.
        assert "Noordkop · `noordkop`" in await scene.says(person, "deelsite noord")
        assert secrets_in(await scene.says(person, "deelsite toon noordkop")) == []
    assert "Noordse geheimen" in await scene.says(scene.sanne, "deelsite noord")


@pytest.mark.one_homeserver
async def test_the_short_name_of_a_hidden_subsite_is_not_taken(scene: Scene) -> None:
    told = await scene.says(scene.wim, "deelsite nieuw Geheim project")
    assert told.startswith("Wie mag het vinden?")
    await scene.says(scene.wim, "stop")
    assert "bezet" in await scene.says(scene.sanne, "deelsite nieuw Geheim project")
    assert "bezet" in await scene.says(scene.wim, "deelsite nieuw Noordkop")


@pytest.mark.one_homeserver
async def test_who_is_in_a_listed_place_is_not_to_be_tried_out(scene: Scene) -> None:
    member = await scene.says(scene.wim, "uitnodigen noordkop Sanne de Vries")
    nobody = await scene.says(scene.wim, "uitnodigen noordkop Niemand de Niet")
    assert member == nobody
    assert "Alleen leden" in await scene.says(scene.wim, "leden noordkop")


@pytest.mark.one_homeserver
async def test_who_was_removed_knows_it_no_more(scene: Scene) -> None:
    pim: Person = await scene.newcomer("pim", "Pim de Wit")
    room = await scene.room("geheim-project")
    await scene.says(scene.sanne, f"uitnodigen geheim-project {pim.user_id}")
    # Before joining: else Plein opens a chat to offer the groups in.
    chat = await pim.chat_with(scene.plein.bot)
    await pim.joins(room)
    await pim.hears("In Geheim project", room=chat)
    assert "Geheim project" in await scene.says(pim, "deelsite geheim")
    await scene.sanne.joins(room)
    await scene.sanne.call("POST", f"rooms/{safe(room)}/kick", {"user_id": pim.user_id})
    await pim.sees(
        lambda where, event: (
            where == room
            and event["type"] == "m.room.member"
            and event["state_key"] == pim.user_id
            and event["content"]["membership"] == "leave"
        )
    )
    for line in ("deelsite", "groepen", "leden", "verzoeken"):
        assert "Welke plek bedoelt u?" in await scene.says(pim, line)
    assert "Ik ken geen plek" in await scene.says(pim, "deelsite geheim")
