"""Asking to take part, and who decides: by command, by a tap, and with the client's own buttons."""

from collections.abc import AsyncIterator

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.watchers import membership

ONLY_ON_REQUEST = "--zichtbaarheid vindbaar --deelname verzoek"


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("requests")) as scene:
        await scene.says(scene.sanne, f"deelsite nieuw Kennemerland {ONLY_ON_REQUEST}")
        await scene.sanne.joins(await scene.room("kennemerland"))
        await scene.sanne.joins(await scene.staff_room("kennemerland"))
        yield scene


async def knocks(scene: Scene, person: Person, reason: str) -> int:
    """Knock, and the number of the request in the staff room."""
    # The answers come there.
    await person.chat_with(scene.plein.bot)
    await person.knocks(await scene.room("kennemerland"), reason)
    notice = await scene.sanne.hears(f'"{reason}"', room=await scene.staff_room("kennemerland"))
    return int(notice["content"]["body"].split()[1].rstrip(":"))


async def chat(scene: Scene, person: Person) -> str:
    return await person.chat_with(scene.plein.bot)


async def test_one_finds_knocks_is_approved_and_joins(scene: Scene) -> None:
    joost, space = scene.joost, await scene.room("kennemerland")
    found = {one["room_id"]: one for one in await joost.directory()}
    assert found[space]["join_rule"] == "knock"
    assert [one["room_id"] for one in await joost.hierarchy(space)] == [space]

    number = await knocks(scene, joost, "Ik werk aan jeugdzorg")
    waiting = await scene.says(scene.sanne, "verzoeken kennemerland")
    assert f"Verzoek {number} voor Kennemerland: Joost Bakker · ambtenaar" in waiting

    answer = await scene.says(scene.sanne, f"goedkeuren {number}")
    assert (
        answer == f"Verzoek {number}: Joost Bakker (ambtenaar, gemeente Purmerend) is toegelaten."
    )
    await joost.hears("U bent welkom; neem de uitnodiging aan.", room=await chat(scene, joost))
    await joost.joins(space)
    await joost.hears("In Kennemerland: 1 Leden", room=await chat(scene, joost))
    assert await scene.says(joost, "1") == (
        "U hebt al een uitnodiging voor Kennemerland/Leden; neem die aan."
    )
    assert "Joost Bakker · ambtenaar" in await scene.says(joost, "leden kennemerland")
    await joost.joins(await scene.room("kennemerland/leden"))

    again = await scene.says(scene.sanne, f"goedkeuren {number}")
    assert again == f"Verzoek {number} staat niet meer open: toegelaten."
    assert "Er wacht niemand" in await scene.says(scene.sanne, "verzoeken kennemerland")


async def test_clients_without_knocking_ask_by_command(scene: Scene) -> None:
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    assert "Waarom wilt u meedoen?" in await scene.says(ilse, "deelnemen kennemerland")
    told = await scene.says(ilse, "overslaan")
    assert told.startswith("Uw verzoek voor Kennemerland heeft nummer ")
    number = told.split("nummer ")[1].split(".")[0]
    assert f"nummer {number}." in await scene.says(ilse, "join kennemerland")
    await scene.says(scene.sanne, f"approve kennemerland {ilse.user_id}")
    await ilse.joins(await scene.room("kennemerland"))


async def test_a_citizen_is_refused_with_the_reason(scene: Scene) -> None:
    fatima, space = scene.fatima, await scene.room("kennemerland")
    reason = "de instelling `burgers` staat op “nee”"
    assert reason in await scene.says(fatima, "deelnemen kennemerland")
    await fatima.knocks(space, "Mag ik erin?")
    await fatima.hears(reason, room=await chat(scene, fatima))
    await scene.sanne.sees(membership(space, fatima.user_id, "leave"))
    assert "Er wacht niemand" in await scene.says(scene.sanne, "verzoeken kennemerland")


async def test_an_invitation_by_hand_against_the_rule_is_withdrawn(scene: Scene) -> None:
    fatima, sanne = scene.fatima, scene.sanne
    leden = await scene.room("kennemerland/leden")
    await sanne.joins(leden)
    for room in (await scene.room("kennemerland"), leden):
        await sanne.invites(room, fatima.user_id)
        await sanne.hears("Uw uitnodiging van Fatima el Amrani", room=await chat(scene, sanne))
        assert (await sanne.members(room))[fatima.user_id] == "leave"
    refused = await scene.says(sanne, f"uitnodigen kennemerland {fatima.user_id}")
    assert "Fatima el Amrani doet mee als burger" in refused


async def test_who_is_turned_down_hears_the_reason_and_nobody_else(scene: Scene) -> None:
    ruud = await scene.newcomer("ruud", "Ruud de Boer")
    number = await knocks(scene, ruud, "Nieuwsgierig")
    told = await scene.says(scene.sanne, f"afwijzen {number} Dit is alleen voor de regio")
    assert told == f"Verzoek {number}: Ruud de Boer (ambtenaar, gemeente Purmerend) is afgewezen."
    await ruud.hears(
        "Uw verzoek voor Kennemerland is afgewezen: “Dit is alleen voor de regio”",
        room=await chat(scene, ruud),
    )
    space = await scene.room("kennemerland")
    event = (await scene.sanne.state(space))["m.room.member", ruud.user_id]
    assert event["membership"] == "leave"
    assert "reason" not in event


async def test_a_request_is_named_by_its_place_and_person_too(scene: Scene) -> None:
    tom = await scene.newcomer("tom", "Tom Post")
    number = await knocks(scene, tom, "Tom klopt aan")
    told = await scene.says(scene.sanne, f"afwijzen kennemerland {tom.user_id} Nu niet")
    assert told == f"Verzoek {number}: Tom Post (ambtenaar, gemeente Purmerend) is afgewezen."
    await tom.hears("Uw verzoek voor Kennemerland is afgewezen: “Nu niet”")


async def test_who_withdraws_a_knock_waits_no_more(scene: Scene) -> None:
    anna = await scene.newcomer("anna", "Anna Visser")
    number = await knocks(scene, anna, "Even kijken")
    await anna.leaves(await scene.room("kennemerland"))
    await scene.sanne.sees(membership(await scene.room("kennemerland"), anna.user_id, "leave"))
    # What happens in a room is taken up in its order.
    await knocks(scene, await scene.newcomer("bea", "Bea Klok"), "Bea komt na Anna")
    told = await scene.says(scene.sanne, f"goedkeuren {number}")
    assert told == f"Verzoek {number} staat niet meer open: ingetrokken."


async def test_staff_accept_with_the_clients_own_button(scene: Scene) -> None:
    mark = await scene.newcomer("mark", "Mark Dekker")
    number = await knocks(scene, mark, "Ik hoor bij de regio")
    space, leden = await scene.room("kennemerland"), await scene.room("kennemerland/leden")
    await scene.sanne.invites(space, mark.user_id)
    await mark.is_invited_to(leden)
    told = await scene.says(scene.sanne, f"goedkeuren {number}")
    assert told == f"Verzoek {number} staat niet meer open: toegelaten."
    await mark.joins(space)
    await mark.joins(leden)


async def test_a_tap_in_the_staff_room_turns_down(scene: Scene) -> None:
    bas = await scene.newcomer("bas", "Bas Mulder")
    staff = await scene.staff_room("kennemerland")
    await chat(scene, bas)
    await bas.knocks(await scene.room("kennemerland"), "Bas klopt aan")
    notice = await scene.sanne.hears('"Bas klopt aan"', room=staff)
    await scene.sanne.reacts(staff, notice["event_id"], "❌")
    await bas.hears("Uw verzoek voor Kennemerland is afgewezen.", room=await chat(scene, bas))
    await scene.sanne.hears("Bas Mulder is afgewezen.", room=staff)


async def test_inviting_somebody_who_waits_approves_them(scene: Scene) -> None:
    noor = await scene.newcomer("noor", "Noor Bos")
    number = await knocks(scene, noor, "Noor klopt aan")
    told = await scene.says(scene.sanne, "uitnodigen kennemerland Noor Bos")
    assert (
        told == "Noor Bos (ambtenaar, gemeente Purmerend) heeft een uitnodiging voor Kennemerland."
    )
    told = await scene.says(scene.sanne, f"afwijzen {number}")
    assert "staat niet meer open: toegelaten" in told
    await noor.joins(await scene.room("kennemerland"))
    assert "doet al mee" in await scene.says(scene.sanne, f"uitnodigen kennemerland {noor.user_id}")


async def test_whoever_belongs_to_the_organisation_walks_in(scene: Scene) -> None:
    await scene.says(
        scene.sanne,
        "deelsite nieuw Purmerring --zichtbaarheid vindbaar --deelname organisatie "
        "--organisaties purmerend",
    )
    karin = await scene.newcomer("karin", "Karin Vos")
    assert await scene.says(karin, "deelnemen purmerring") == (
        "U hebt een uitnodiging voor Purmerring; neem die aan."
    )
    lotte = await scene.newcomer("lotte", "Lotte Kok")
    space = await scene.room("purmerring")
    await lotte.knocks(space)
    await lotte.is_invited_to(space)
    assert "Waarom wilt u meedoen?" in await scene.says(scene.wim, "deelnemen purmerring")
    await scene.says(scene.wim, "stop")


async def test_a_request_of_another_subsite_does_not_exist_for_its_neighbours(scene: Scene) -> None:
    eva = await scene.newcomer("eva", "Eva Prins")
    number = await knocks(scene, eva, "Eva klopt aan")
    for line in ("goedkeuren {}", "afwijzen {}"):
        unknown = await scene.says(scene.wim, line.format(999))
        theirs = await scene.says(scene.wim, line.format(number))
        assert theirs == unknown.replace("999", str(number))
