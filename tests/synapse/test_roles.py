"""Roles on a real homeserver: given and taken, offered and agreed to, lost and given back."""

from collections.abc import AsyncIterator

import pytest

from plein_bot.domain.ids import RoomId
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("roles")) as scene:
        yield scene


async def started(scene: Scene, name: str) -> list[RoomId]:
    """A subsite of Sanne's with a group more, in which Joost takes part; all its rooms."""
    slug = name.lower()
    await scene.says(scene.sanne, f"deelsite nieuw {name} --zichtbaarheid vindbaar --deelname vrij")
    await scene.says(scene.sanne, f"groep nieuw {slug} Werk")
    rooms = [await scene.room(path) for path in (slug, f"{slug}/leden", f"{slug}/werk")]
    rooms.append(await scene.staff_room(slug))
    for room in rooms:
        await scene.sanne.joins(room)
    await takes_part(scene, scene.joost, slug)
    return rooms


async def takes_part(scene: Scene, person: Person, slug: str) -> None:
    """Somebody joins, and reads which groups there are."""
    chat = await person.chat_with(scene.plein.bot)
    await scene.says(person, f"deelnemen {slug}")
    await person.joins(await scene.room(slug))
    await person.hears("Antwoord met nummers om mee te doen.", room=chat)


async def levels(scene: Scene, room: str) -> dict[str, int]:
    """Who has which power level in a room, as Sanne sees it."""
    state = await scene.sanne.state(room)
    users: dict[str, int] = state["m.room.power_levels", ""]["users"]
    return users


async def test_a_role_counts_in_all_rooms_of_a_subsite_and_goes_again(scene: Scene) -> None:
    rooms = await started(scene, "Rollen")
    space, leden, werk, staff = rooms
    sanne, joost = scene.sanne, scene.joost

    preview = await scene.says(sanne, "rol rollen Joost Bakker moderator")
    assert preview.startswith(
        "Joost Bakker (ambtenaar, gemeente Purmerend) in Rollen en de 2 groepen daarin: "
        "lid → moderator."
    )
    done = await scene.says(sanne, "ja")

    assert done == "Klaar. Joost Bakker is nu moderator van Rollen en de 2 groepen daarin."
    for room in rooms:
        assert await levels(scene, room) == {sanne.user_id: 100, joost.user_id: 50}
    await joost.hears("Sanne de Vries heeft u moderator van Rollen gemaakt.")
    await joost.is_invited_to(staff)
    await joost.joins(staff)
    state = await sanne.state(space)
    assert state["nl.plein.roles", ""] == {"users": {sanne.user_id: 100, joost.user_id: 50}}
    assert (await sanne.state(leden))["nl.plein.roles", ""] == {"users": {}}
    assert (await sanne.state(werk))["nl.plein.roles", ""] == {"users": {sanne.user_id: 100}}

    # A moderator moderates: the homeserver lets him change a name.
    await joost.joins(leden)
    await joost.sets(leden, "m.room.topic", {"topic": "Over Rollen"})

    await scene.says(sanne, "rol rollen Joost Bakker lid")
    assert "Joost Bakker is nu lid" in await scene.says(sanne, "ja")
    for room in rooms:
        assert await levels(scene, room) == {sanne.user_id: 100}
    await joost.sees(membership(staff, joost.user_id, "leave"))
    await joost.hears("Sanne de Vries heeft uw rol in Rollen beëindigd.")
    listed = await scene.says(sanne, "leden rollen")
    assert "Sanne de Vries · ambtenaar, gemeente Zaanstad · eigenaar" in listed
    assert "Joost Bakker · ambtenaar, gemeente Purmerend · lid" in listed


async def test_a_successor_agrees_before_the_last_owner_goes(scene: Scene) -> None:
    rooms = await started(scene, "Opvolging")
    sanne, joost = scene.sanne, scene.joost
    refused = await scene.says(sanne, "rol opvolging Sanne de Vries lid")
    assert "U bent de laatste eigenaar van Opvolging" in refused
    assert "`rol opvolging <wie> eigenaar`" in refused

    assert "Joost Bakker wordt eerst gevraagd." in await scene.says(
        sanne, "rol opvolging Joost Bakker eigenaar"
    )
    assert "Ik heb Joost Bakker (ambtenaar, gemeente Purmerend) gevraagd" in await scene.says(
        sanne, "ja"
    )
    chat = await joost.chat_with(scene.plein.bot)
    asked = await joost.hears("wilt worden", room=chat)
    tap = await joost.reacts(chat, asked["event_id"], "✅")
    assert tap
    await joost.hears("U bent nu eigenaar van Opvolging.", room=chat)
    await sanne.hears("Joost Bakker is nu eigenaar van Opvolging, zoals u aanbood.")

    await scene.says(sanne, "verlaten opvolging")
    assert "U hebt Opvolging verlaten" in await scene.says(sanne, "ja")
    staff = rooms[3]
    await joost.joins(staff)
    state = await joost.state(rooms[0])
    assert state["nl.plein.roles", ""] == {"users": {joost.user_id: 100}}
    assert state["m.room.power_levels", ""]["users"] == {joost.user_id: 100}


async def test_an_offer_is_declined(scene: Scene) -> None:
    await started(scene, "Weigering")
    await scene.says(scene.sanne, "rol weigering Joost Bakker eigenaar")
    await scene.says(scene.sanne, "ja")
    chat = await scene.joost.chat_with(scene.plein.bot)
    await scene.joost.hears("eigenaar van Weigering wilt worden", room=chat)

    assert await scene.says(scene.joost, "nee") == "Goed, u wordt geen eigenaar van Weigering."
    await scene.sanne.hears("Joost Bakker wil geen eigenaar van Weigering worden.")


async def test_the_last_owner_who_leaves_in_a_client_is_invited_back(scene: Scene) -> None:
    space, *_, staff = await started(scene, "Terugkeer")
    sanne, joost = scene.sanne, scene.joost
    await scene.says(sanne, "rol terugkeer Joost Bakker beheerder")
    await scene.says(sanne, "ja")
    await joost.joins(staff)

    await sanne.leaves(space)

    await sanne.is_invited_to(space)
    await sanne.hears(
        "U bent de laatste eigenaar van Terugkeer. Daarom heb ik u opnieuw uitgenodigd."
    )
    told = await joost.hears("Sanne de Vries, de laatste eigenaar van Terugkeer", room=staff)
    assert "`rol terugkeer <wie> eigenaar`" in told["content"]["body"]
    await sanne.joins(space)
    assert (await levels(scene, space))[sanne.user_id] == 100


async def test_an_owner_whose_account_is_gone_is_missed(scene: Scene) -> None:
    gone = await scene.newcomer("gert", "Gert Mol")
    await scene.says(gone, "deelsite nieuw Verweesd --zichtbaarheid vindbaar --deelname vrij")
    space, staff = await scene.room("verweesd"), await scene.staff_room("verweesd")
    await gone.joins(space)
    await takes_part(scene, scene.joost, "verweesd")
    await scene.says(gone, "rol verweesd Joost Bakker beheerder")
    await scene.says(gone, "ja")
    await scene.joost.joins(staff)

    where = f"/_synapse/admin/v1/deactivate/{safe(gone.user_id)}"
    await scene.synapse.admin.call("POST", where, {})

    told = await scene.joost.hears("Gert Mol, de laatste eigenaar van Verweesd", room=staff)
    assert "dan kan een beheerder van dit Plein iemand aanwijzen" in told["content"]["body"]
    assert "Joost Bakker · ambtenaar" in await scene.says(scene.joost, "leden verweesd")
    # It is too early for the operators, who have no say here.
    refused = await scene.says(scene.operator, "rol verweesd Joost Bakker eigenaar")
    assert "moet u moderator van Verweesd zijn" in refused


async def test_who_may_not_gets_a_reason(scene: Scene) -> None:
    await started(scene, "Rechten")
    for person, line, told in (
        (scene.joost, "rol rechten Sanne de Vries lid", "moet u moderator van Rechten zijn"),
        (scene.wim, "rol rechten Joost Bakker lid", "en u doet daar niet mee"),
        (scene.sanne, "rol rechten Wim Jansen moderator", "Ik vind hier niemand met de naam"),
        (scene.sanne, f"rol rechten {scene.wim.user_id} moderator", "doet niet mee in Rechten"),
        (scene.sanne, f"rol rechten {scene.plein.bot} lid", "is een account van Plein zelf"),
        (scene.wim, "rol verborgen-iets Joost lid", "Ik ken geen plek"),
    ):
        assert told in await scene.says(person, line), line
