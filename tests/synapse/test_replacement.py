"""A place that goes on in a new room, as people and strangers see it on a real homeserver."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plein_bot.operations import rebuild
from tests.conftest import opened
from tests.index.snapshots import projection
from tests.synapse.conftest import running, says, settings_on
from tests.synapse.harness import PASSWORD, Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.square import ZAANSTAD, organisations, somebody_of
from tests.synapse.strangers import Json, safe
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("replacement")) as scene:
        yield scene


async def started(scene: Scene, name: str, options: str) -> None:
    told = await scene.says(scene.sanne, f"deelsite nieuw {name} {options}")
    assert told.startswith("Klaar."), told
    for room in (await scene.room(name.lower()), await scene.staff_room(name.lower())):
        await scene.sanne.joins(room)


async def confirmed(scene: Scene, line: str) -> str:
    preview = await scene.says(scene.sanne, line)
    assert "Klopt dat?" in preview, preview
    return await scene.says(scene.sanne, "ja")


async def listed(person: Person) -> set[str]:
    return {one["room_id"] for one in await person.directory()}


async def children(person: Person, space: str) -> set[str]:
    return {one["room_id"] for one in await person.hierarchy(space)} - {space}


async def leads_to(person: Person, old: str) -> str:
    found = await person.sees(
        lambda where, event: where == old and event["type"] == "m.room.tombstone"
    )
    return str(found["content"]["replacement_room"])


async def reserve_of(scene: Scene) -> Person:
    user = scene.plein.settings.homeserver.reserve_account
    assert user
    account = await scene.synapse.accounts.register(user[1:].partition(":")[0], PASSWORD)
    return Person(scene.synapse.http, scene.synapse.url, user, account.access_token)


async def test_an_upgraded_group_keeps_address_child_listing_and_people(scene: Scene) -> None:
    await started(scene, "Waterkant", "--zichtbaarheid openbaar --deelname vrij")
    space, old = await scene.room("waterkant"), await scene.room("waterkant/publiek")
    stranger, sanne, joost = scene.synapse.stranger, scene.sanne, scene.joost
    await sanne.joins(old)
    await joost.joins(old)
    said = await joost.says(old, "Dit stond er al")

    done = await confirmed(scene, "vernieuwen waterkant/publiek")
    assert "Waterkant/Publiek gaat verder in een nieuwe kamer, met 2 uitnodigingen" in done

    new = await scene.room("waterkant/publiek")
    assert await leads_to(joost, old) == new
    await joost.is_invited_to(new)
    await joost.joins(new)
    assert await stranger.resolves(scene.alias("waterkant/publiek")) == new
    assert new in await listed(scene.wim)
    assert old not in await listed(scene.wim)
    assert new in await children(scene.wim, space)
    assert old not in await children(scene.wim, space)
    # The old room: read by who was in it, closed for everybody else.
    assert await joost.may_read(old, said)
    word: Json = {"msgtype": "m.text", "body": "Nog even"}
    status, _ = await joost.tries("PUT", f"rooms/{safe(old)}/send/m.room.message/1", word)
    assert status == 403
    assert (await scene.wim.tries("POST", f"join/{safe(old)}", {}))[0] == 403
    assert await stranger.summary(old) is None
    summary = await stranger.summary(new)
    assert summary
    assert summary["name"] == "Publiek"
    create = (await joost.state(new))["m.room.create", ""]
    assert create["predecessor"]["room_id"] == old


async def test_an_upgraded_subsite_keeps_its_groups(scene: Scene) -> None:
    await started(scene, "Landkant", "--zichtbaarheid vindbaar --deelname vrij")
    old, leden = await scene.room("landkant"), await scene.room("landkant/leden")
    sanne = scene.sanne
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    await scene.says(ilse, "deelnemen landkant")
    await ilse.joins(old)
    await ilse.joins(leden)
    pim = await scene.newcomer("pim", "Pim de Wit")

    await confirmed(scene, "vernieuwen landkant")

    new = await scene.room("landkant")
    assert await leads_to(ilse, old) == new
    for person in (sanne, ilse):
        await person.is_invited_to(new)
        await person.joins(new)
    assert await scene.room("landkant/leden") == leden
    assert await children(ilse, new) == {leden}
    # Whoever comes into the subsite now walks into its groups by the new space.
    await scene.says(pim, "deelnemen landkant")
    await pim.joins(new)
    await pim.joins(leden)
    # And whoever leaves it leaves them.
    await ilse.leaves(new)
    await sanne.joins(leden)
    await sanne.sees(membership(leden, ilse.user_id, "leave"))


async def test_a_public_group_that_begins_anew_leaves_the_world_behind(scene: Scene) -> None:
    await started(scene, "Markt", "--zichtbaarheid openbaar --deelname vrij")
    old = await scene.room("markt/publiek")
    sanne, fatima, wim = scene.sanne, scene.fatima, scene.wim
    await sanne.joins(old)
    await fatima.chat_with(scene.plein.bot)
    await fatima.joins(old)
    said = await sanne.says(old, "Nog voor iedereen")
    assert await wim.may_read(old, said)

    preview = await scene.says(
        sanne, "instellen markt/publiek zichtbaarheid leden --anderen verwijderen --nieuw"
    )
    assert "is 1 persoon die niet in Markt zit: Fatima el Amrani. Die worden verwijderd." in preview
    assert "blijven leesbaar voor wie de link ernaar heeft" in preview
    assert "Er komt een nieuwe, lege kamer voor Markt/Publiek" in preview
    assert "Klaar." in await scene.says(sanne, "ja")
    await fatima.hears("U doet niet meer mee in Markt/Publiek")

    new = await scene.room("markt/publiek")
    await sanne.is_invited_to(new)
    await sanne.joins(new)
    later = await sanne.says(new, "Alleen voor ons")
    for person in (wim, fatima):
        assert not await person.may_read(new, later)
        for room in (old, new):
            assert (await person.tries("POST", f"join/{safe(room)}", {}))[0] == 403
    for room in (old, new):
        assert await scene.synapse.stranger.summary(room) is None
        assert room not in await listed(wim)
    assert await wim.resolves(scene.alias("markt/publiek")) is None
    # What the preview said: its link still opens what was public when it was sent.
    assert await wim.may_read(old, said)


async def test_what_an_administrator_upgrades_goes_on_where_plein_says(scene: Scene) -> None:
    await started(scene, "Haven", "--zichtbaarheid openbaar --deelname vrij")
    space, old = await scene.room("haven"), await scene.room("haven/publiek")
    sanne, joost = scene.sanne, scene.joost
    await sanne.joins(old)
    await joost.joins(old)
    reserve = await reserve_of(scene)
    await sanne.invites(old, reserve.user_id)
    await reserve.joins(old)

    answer = await reserve.call("POST", f"rooms/{safe(old)}/upgrade", {"new_version": "12"})
    other = answer["replacement_room"]

    def by_plein(where: str, event: Json) -> bool:
        tombstone = event["type"] == "m.room.tombstone" and event["sender"] == scene.plein.bot
        return where == old and tombstone

    found = await joost.sees(by_plein)
    new = await scene.room("haven/publiek")
    assert found["content"]["replacement_room"] == new != other
    staff = await scene.staff_room("haven")
    await sanne.hears("heeft de kamer van Haven/Publiek gesloten", room=staff)
    await joost.is_invited_to(new)
    assert await joost.resolves(scene.alias("haven/publiek")) == new
    assert new in await children(joost, space)
    assert other not in await children(joost, space)
    assert new in await listed(joost)
    await joost.joins(new)
    levels = (await joost.state(old))["m.room.power_levels", ""]
    assert levels["events_default"] == 150


@pytest.mark.any_profile
async def test_a_rebuild_says_the_same(synapse: Synapse, tmp_path: Path) -> None:
    settings = await settings_on(synapse, tmp_path)
    async with running(settings) as plein:
        await organisations(plein)
        sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne")
        for line in (
            "deelsite nieuw Herhaling --zichtbaarheid openbaar --deelname vrij",
            "vernieuwen herhaling/publiek",
            "ja",
            "vernieuwen herhaling",
            "ja",
            "instellen herhaling zichtbaarheid verborgen --nieuw",
            "ja",
        ):
            assert "Klopt dat?" in (told := await says(sanne, plein, line)) or "Klaar." in told
        before = await projection(plein.parts.index)
    assert len(before["rooms"]) == 10
    assert len(before["places"]) == 3

    assert await rebuild.main(settings, argparse.Namespace(dry_run=False)) == 0

    async with opened(settings.database.url) as index:
        assert await projection(index) == before
