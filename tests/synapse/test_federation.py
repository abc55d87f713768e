"""People of other homeservers take part: by the register, by asking, and not at all."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.synapse.conftest import running, says, settings_on
from tests.synapse.federation import Homeservers
from tests.synapse.people import Person
from tests.synapse.scenes import Scene
from tests.synapse.square import ZAANSTAD, somebody_of
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(
    federated: Homeservers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("federation")
    operator = await federated.plein.person("beheer", "Beheer")
    operators: dict[str, object] = {"operators": [operator.user_id]}
    async with running(await settings_on(federated.plein, folder, plein=operators)) as plein:
        await says(
            operator,
            plein,
            "organisatie nieuw gemeente Zaanstad --kort zaanstad --domeinen zaanstad.example",
        )
        for name, kind, server in (
            ("gemeente Purmerend", "overheid", federated.municipality.server_name),
            ("WerkSaam", "partner", federated.partner.server_name),
        ):
            slug = name.rpartition(" ")[2].lower()
            told = await says(
                operator,
                plein,
                f"organisatie nieuw {name} --kort {slug} --soort {kind} --servers {server}",
            )
            assert told == (
                f"{name} · `{slug}` · {kind}\nHomeservers: {server}\nE-maildomeinen: geen"
            )
        scene = Scene(
            federated,
            federated.plein,
            plein,
            await somebody_of(ZAANSTAD, federated.plein, plein, "sanne", "Sanne de Vries"),
            await federated.municipality.person("joost", "Joost Bakker"),
            await federated.partner.person("wim", "Wim Jansen"),
            await federated.elsewhere.person("fatima", "Fatima el Amrani"),
            operator,
        )
        await scene.says(
            scene.sanne,
            "deelsite nieuw Waterland --zichtbaarheid vindbaar --deelname organisatie "
            "--organisaties purmerend",
        )
        for room in (
            await scene.room("waterland"),
            await scene.room("waterland/leden"),
            await scene.staff_room("waterland"),
        ):
            await scene.sanne.joins(room)
        yield scene


async def chat(scene: Scene, person: Person) -> str:
    return await person.chat_with(scene.plein.bot)


async def test_an_official_of_a_named_organisation_walks_in_by_knocking(scene: Scene) -> None:
    joost, space = scene.joost, await scene.room("waterland")
    found = {one["room_id"]: one for one in await joost.directory(scene.synapse.server_name)}
    assert found[space]["join_rule"] == "knock"
    here = await chat(scene, joost)

    await joost.knocks(space, via=scene.via)
    await joost.is_invited_to(space)
    await joost.joins(space)

    await joost.hears("In Waterland: 1 Leden.", room=here)
    await joost.joins(await scene.room("waterland/leden"))
    await scene.sanne.sees(membership(await scene.room("waterland/leden"), joost.user_id, "join"))
    assert "Er wacht niemand" in await scene.says(scene.sanne, "verzoeken waterland")


async def test_an_official_of_a_named_organisation_walks_in_by_command(scene: Scene) -> None:
    ilse = await scene.homeservers.municipality.person("ilse", "Ilse Smit")
    told = await scene.says(ilse, "deelnemen waterland")
    assert told == "U hebt een uitnodiging voor Waterland; neem die aan."
    await ilse.joins((await ilse.invitations())["Waterland"])
    assert "Ilse Smit · ambtenaar, gemeente Purmerend" in await scene.says(ilse, "leden waterland")


async def test_a_partner_knocks_and_the_staff_decide(scene: Scene) -> None:
    wim, sanne, space = scene.wim, scene.sanne, await scene.room("waterland")
    staff_room = await scene.staff_room("waterland")
    here = await chat(scene, wim)
    await wim.knocks(space, "Ik werk aan jeugdzorg", via=scene.via)
    notice = await sanne.hears("Ik werk aan jeugdzorg", room=staff_room)
    number = notice["content"]["body"].split()[1].rstrip(":")
    assert notice["content"]["body"] == (
        f'Verzoek {number}: Wim Jansen · partner, WerkSaam · "Ik werk aan jeugdzorg" · '
        "✅ toelaten ❌ afwijzen"
    )
    await sanne.reacts(staff_room, notice["event_id"], "✅")
    await wim.hears("U bent welkom; neem de uitnodiging aan.", room=here)
    await wim.joins(space)
    await wim.hears("In Waterland: 1 Leden", room=here)
    assert "Wim Jansen · partner, WerkSaam" in await scene.says(sanne, "leden waterland")


async def test_an_account_of_nowhere_is_a_citizen_and_hears_why_not(scene: Scene) -> None:
    fatima, space = scene.fatima, await scene.room("waterland")
    here = await chat(scene, fatima)
    reason = "de instelling `burgers` staat op “nee”"
    assert reason in await scene.says(fatima, "deelnemen waterland")
    await fatima.knocks(space, "Mag ik erin?", via=scene.via)
    await fatima.hears(reason, room=here)
    await scene.sanne.sees(membership(space, fatima.user_id, "leave"))
    refused = await scene.says(scene.sanne, f"uitnodigen waterland {fatima.user_id}")
    assert "Fatima el Amrani doet mee als burger" in refused


async def test_whoever_opens_a_chat_is_answered_however_early(scene: Scene) -> None:
    """The bot may see the invitation before the other homeserver lets it in.

    What is said while it comes in its own homeserver may hold back (it answers 500 when asked for
    it, about once in eighty times on a busy machine); it comes along with what is said next.
    """

    async def opens_and_asks(number: int) -> str:
        server = (scene.homeservers.municipality, scene.homeservers.partner)[number % 2]
        person = await server.person("vroeg", f"Vroege Vogel {number}")
        room = await person.creates_room(
            scene.plein.bot,
            is_direct=True,
            preset="public_chat",
            initial_state=[
                {"type": "m.room.join_rules", "content": {"join_rule": "invite"}, "state_key": ""}
            ],
        )
        asked = await person.says(room, "deelsite toon waterland")
        await person.hears("Goedendag", room=room)
        await person.says(room, "help")
        answer = await person.is_answered(asked, scene.plein.bot)
        return str(answer["content"]["body"])

    for told in await asyncio.gather(*(opens_and_asks(number) for number in range(12))):
        assert "Deelname: organisatie" in told


async def test_a_subsite_may_be_started_from_elsewhere(scene: Scene) -> None:
    joost = scene.joost
    assert "Wie mag het vinden?" in await scene.says(joost, "Deelsite nieuw Beemster")
    assert "Hoe doet men mee?" in await scene.says(joost, "2")
    assert "U bent eigenaar" in await scene.says(joost, "2")
    invited = await joost.invitations()
    for name in ("Beemster", "Leden", "Beemster · Beheer"):
        await joost.joins(invited[name])
    assert "Klaar" in await scene.says(joost, "groep nieuw beemster Kaas")
    kaas = await scene.room("beemster/kaas")
    await joost.is_invited_to(kaas)
    await joost.joins(kaas)
    # What owners may do, they may do from their own homeserver.
    await joost.sets(kaas, "m.room.topic", {"topic": "Van de koe"})
    told = await scene.says(joost, "groep toon beemster/kaas")
    assert "Van de koe" in told
    assert "eigenaar" in await scene.says(joost, "leden beemster")


async def test_rooms_are_joined_by_alias_and_by_way_of_the_plein(scene: Scene) -> None:
    await scene.says(
        scene.sanne, "deelsite nieuw Open dag --zichtbaarheid openbaar --deelname vrij"
    )
    for server in (scene.homeservers.municipality, scene.homeservers.elsewhere):
        by_alias, by_id = await server.person("alie"), await server.person("ids")
        space = await scene.room("open-dag")
        assert await by_alias.joins(scene.alias("open-dag")) == space
        assert await by_id.joins(space, via=scene.via) == space
        public = await scene.room("open-dag/publiek")
        around = {one["room_id"]: one for one in await by_id.hierarchy(space)}
        assert around[public]["join_rule"] == "public"
        children = {e["state_key"]: e["content"] for e in around[space]["children_state"]}
        assert children[public]["via"] == [scene.synapse.server_name]
        # As a client does it that only knows the space.
        await by_id.joins(public, via=tuple(children[public]["via"]))
        parents = await by_id.state(public)
        assert parents["m.space.parent", space]["via"] == [scene.synapse.server_name]


async def test_who_leaves_from_elsewhere_leaves_the_groups_too(scene: Scene) -> None:
    ruud = await scene.homeservers.municipality.person("ruud", "Ruud de Boer")
    space, leden = await scene.room("waterland"), await scene.room("waterland/leden")
    await scene.says(ruud, "deelnemen waterland")
    await ruud.joins(space)
    await ruud.joins(leden)
    assert "Klopt dat?" in await scene.says(ruud, "verlaten waterland")
    assert await scene.says(ruud, "ja") == "U hebt Waterland verlaten, en daarmee ook Leden."
    for room in (space, leden):
        await ruud.sees(membership(room, ruud.user_id, "leave"))

    carla = await scene.homeservers.municipality.person("carla", "Carla Kok")
    await scene.says(carla, "deelnemen waterland")
    await carla.joins(space)
    await carla.joins(leden)
    await carla.call("POST", f"rooms/{space}/leave")
    await carla.sees(membership(leden, carla.user_id, "leave"))
