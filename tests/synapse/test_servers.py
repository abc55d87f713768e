"""A subsite chooses whose homeservers take part, and those that are left out are left out."""

from collections.abc import AsyncIterator

import pytest

from plein_bot.domain.ids import RoomId
from tests.synapse.federation import Homeservers
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_among
from tests.synapse.strangers import safe
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(
    federated: Homeservers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    async with scene_among(federated, tmp_path_factory.mktemp("servers")) as scene:
        yield scene


async def started(scene: Scene, name: str) -> tuple[RoomId, RoomId]:
    """A subsite where Joost and Wim take part; its space and its group of members."""
    slug = name.lower()
    await scene.says(scene.sanne, f"deelsite nieuw {name} --zichtbaarheid openbaar --deelname vrij")
    space, leden = await scene.room(slug), await scene.room(f"{slug}/leden")
    for room in (space, leden, await scene.staff_room(slug)):
        await scene.sanne.joins(room)
    for person in (scene.joost, scene.wim):
        chat = await person.chat_with(scene.plein.bot)
        await person.joins(space, via=scene.via)
        await person.hears(f"In {name}: 1 Leden", room=chat)
        await person.joins(leden, via=scene.via)
        await scene.sanne.sees(membership(leden, person.user_id, "join"))
    return space, leden


async def refused(person: Person, method: str, where: str, scene: Scene) -> bool:
    via = [("via", scene.synapse.server_name)]
    status, answer = await person.tries(method, where, {}, via)
    return status == 403 and answer["errcode"] == "M_FORBIDDEN"


async def test_who_is_left_out_goes_and_does_not_come_back(scene: Scene) -> None:
    space, leden = await started(scene, "Schermer")
    sanne, joost, wim = scene.sanne, scene.joost, scene.wim
    own, his = scene.synapse.server_name, scene.homeservers.municipality.server_name
    theirs = scene.homeservers.partner.server_name

    preview = await scene.says(sanne, "instellen schermer servers purmerend")
    assert preview.split("\n\n")[:2] == [
        "Alleen deze homeservers mogen dan meedoen aan Schermer en alles wat daarin is:\n"
        f"{own}, die van dit Plein\n{his}, van gemeente Purmerend",
        f"Deze mensen doen dan niet meer mee, en horen waarom:\n{theirs}: 1 persoon",
    ]
    assert (await scene.place("schermer")).settings.servers is None
    assert await scene.says(sanne, "ja") == (
        "Klaar. Deze homeservers doen mee aan Schermer: eigen, purmerend.\n\n"
        "1 persoon doet niet meer mee en hoort waarom."
    )
    await wim.hears("U doet niet meer mee aan Schermer", room=await wim.chat_with(scene.plein.bot))
    for room in (space, leden):
        await wim.sees(membership(room, wim.user_id, "leave"))
        content = (await sanne.state(room))["m.room.server_acl", ""]
        assert content == {"allow": sorted([own, his]), "deny": [], "allow_ip_literals": True}

    assert await refused(wim, "POST", f"join/{safe(space)}", scene)
    assert await refused(scene.fatima, "POST", f"join/{safe(space)}", scene)
    assert "de instelling `servers`" in await scene.says(wim, "deelnemen schermer")
    invited = await scene.says(sanne, f"uitnodigen schermer {wim.user_id}")
    assert f"account op de homeserver {theirs}" in invited

    # Whoever is not left out notices nothing.
    await joost.says(leden, "wij zijn er nog")
    await sanne.hears("wij zijn er nog", room=leden)
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    assert await ilse.joins(space, via=scene.via) == space


async def test_what_is_said_reaches_nobody_who_was_left_out(scene: Scene) -> None:
    _, leden = await started(scene, "Wieringen")
    await scene.says(scene.sanne, "instellen wieringen servers purmerend")
    await scene.says(scene.sanne, "ja")
    await scene.wim.sees(membership(leden, scene.wim.user_id, "leave"))
    await scene.sanne.says(leden, "onder ons")
    await scene.joost.hears("onder ons", room=leden)
    await scene.sanne.says(await scene.sanne.chat_with(scene.plein.bot), "help")
    # What comes after it from the same homeserver has come: so it never does.
    await scene.says(scene.wim, "help")
    await scene.wim.catches_up()
    assert not [one for one in scene.wim.seen if "onder ons" in str(one["content"])]


async def test_a_new_group_is_closed_to_them_from_its_first_instant(scene: Scene) -> None:
    await started(scene, "Koggenland")
    await scene.says(scene.sanne, "instellen koggenland servers eigen")
    assert "Klaar" in await scene.says(scene.sanne, "ja")
    await scene.says(
        scene.sanne, "groep nieuw koggenland Markt --zichtbaarheid openbaar --deelname vrij"
    )
    room = await scene.room("koggenland/markt")
    await scene.sanne.joins(room)
    assert (await scene.sanne.state(room))["m.room.server_acl", ""]["allow"] == [
        scene.synapse.server_name
    ]
    assert await refused(scene.wim, "POST", f"join/{safe(room)}", scene)
    assert "Homeservers: eigen" in await scene.says(scene.sanne, "deelsite koggenland")

    again = await scene.says(scene.sanne, "instellen koggenland servers alle")
    assert again.startswith("Alle homeservers mogen dan meedoen aan Koggenland")
    assert "Klaar" in await scene.says(scene.sanne, "ja")
    assert (await scene.sanne.state(room))["m.room.server_acl", ""]["allow"] == ["*"]
    assert await scene.wim.joins(room, via=scene.via) == room


async def test_an_organisation_without_a_homeserver_is_said_to_have_none(scene: Scene) -> None:
    await scene.says(scene.sanne, "deelsite nieuw Opmeer --zichtbaarheid vindbaar --deelname vrij")
    preview = await scene.says(scene.sanne, "instellen opmeer servers zaanstad purmerend")
    assert "gemeente Zaanstad heeft geen homeserver in het register" in preview
    await scene.says(scene.sanne, "nee")
    unknown = await scene.says(scene.sanne, "instellen opmeer servers almere")
    assert "Ik ken geen organisatie “almere”" in unknown
    group = await scene.says(scene.sanne, "instellen opmeer/leden servers purmerend")
    assert "kiest u voor een hele deelsite" in group
    again = await scene.says(scene.sanne, "instellen opmeer servers alle")
    assert again == "Opmeer staat al zo ingesteld."
    refused = await scene.says(scene.joost, "instellen opmeer servers purmerend")
    assert "Hiervoor moet u beheerder van Opmeer zijn" in refused


async def test_nobody_shuts_out_themselves_from_elsewhere(scene: Scene) -> None:
    await scene.says(
        scene.joost, "deelsite nieuw Landsmeer --zichtbaarheid vindbaar --deelname vrij"
    )
    await scene.joost.joins(await scene.room("landsmeer"))
    told = await scene.says(scene.joost, "instellen landsmeer servers werksaam")
    assert told.startswith("Dan kunt u zelf niet meer meedoen")


async def test_the_lists_follow_the_register_after_a_yes_of_the_operator(scene: Scene) -> None:
    space, leden = await started(scene, "Hollands")
    sanne, operator = scene.sanne, scene.operator
    theirs = scene.homeservers.partner.server_name
    await scene.says(sanne, "instellen hollands servers purmerend werksaam")
    assert "Klaar" in await scene.says(sanne, "ja")

    preview = await scene.says(operator, "organisatie instellen werksaam servers -")
    assert preview.startswith(
        "In 1 deelsite doen alleen genoemde homeservers mee. Daar moeten deze mensen dan uit:\n"
        f"{theirs}: 1 persoon\n\nKlopt dat?"
    )
    assert "Homeservers: geen" in await scene.says(operator, "ja")
    await sanne.hears("Het register van organisaties is veranderd.")
    for room in (space, leden):
        await scene.wim.sees(membership(room, scene.wim.user_id, "leave"))

    told = await scene.says(operator, f"organisatie instellen werksaam servers {theirs}")
    assert f"Homeservers: {theirs}" in told
    assert theirs in (await sanne.state(space))["m.room.server_acl", ""]["allow"]
    assert await scene.wim.joins(space, via=scene.via) == space

    assert "Daar moeten deze mensen dan uit" in await scene.says(
        operator, "organisatie verwijderen werksaam"
    )
    assert "staat niet meer in het register" in await scene.says(operator, "ja")
    await scene.wim.sees(membership(space, scene.wim.user_id, "leave"))
    again = "organisatie nieuw WerkSaam --kort werksaam --soort partner --servers"
    await scene.says(operator, f"{again} {theirs}")
