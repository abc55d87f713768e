"""What a stranger, an outsider and a member see of a place, before and after it changes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on
from tests.synapse.strangers import safe
from tests.synapse.watchers import membership


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("visibility")) as scene:
        yield scene


@dataclass(frozen=True)
class Seen:
    """By which doors a room shows, and to whom its newest message."""

    alias: bool
    summary: bool
    directory: bool
    child: bool
    read_by_outsider: bool


PUBLIC = Seen(alias=True, summary=True, directory=True, child=True, read_by_outsider=True)
LISTED = Seen(alias=True, summary=True, directory=True, child=True, read_by_outsider=False)
MEMBERS = Seen(alias=False, summary=False, directory=False, child=True, read_by_outsider=False)
HIDDEN = Seen(alias=False, summary=False, directory=False, child=False, read_by_outsider=False)


async def confirmed(scene: Scene, line: str) -> str:
    """The preview of a change that was then carried out."""
    preview = await scene.says(scene.sanne, line)
    assert "Klopt dat?" in preview, preview
    assert "Klaar." in await scene.says(scene.sanne, "ja")
    return preview


async def is_listed(person: Person, room: str) -> bool:
    return room in {one["room_id"] for one in await person.directory()}


async def seen(scene: Scene, path: str, member: Person) -> tuple[Seen, str]:
    """What shows of a group now, and the message by which that was tried.

    The stranger has no account, Wim has one and is in nothing, the member is in the subsite.
    """
    stranger, outsider = scene.synapse.stranger, scene.wim
    room, space = await scene.room(path), await scene.room(path.partition("/")[0])
    said = await scene.sanne.says(room, "Wie leest dit?")
    children = {one["room_id"] for one in await member.hierarchy(space)}
    found = Seen(
        alias=await stranger.resolves(scene.alias(path)) == room,
        summary=await stranger.summary(room) is not None,
        directory=await is_listed(outsider, room),
        child=room in children,
        read_by_outsider=await outsider.may_read(room, said),
    )
    assert await scene.sanne.may_read(room, said)
    return found, said


async def test_a_group_shows_what_its_visibility_says_there_and_back(scene: Scene) -> None:
    sanne, joost = scene.sanne, scene.joost
    for line in (
        "deelsite nieuw Venster --zichtbaarheid openbaar --deelname vrij",
        "groep nieuw venster Kring --burgers",
    ):
        assert "Klaar" in await scene.says(sanne, line)
    space, room = await scene.room("venster"), await scene.room("venster/kring")
    for person in (sanne, joost):
        await person.joins(space)
    await sanne.joins(room)

    assert (await seen(scene, "venster/kring", joost))[0] == MEMBERS
    before = ""
    for word, wanted in (
        ("vindbaar", LISTED),
        ("openbaar", PUBLIC),
        ("vindbaar", LISTED),
        ("openbaar", PUBLIC),
        ("leden", MEMBERS),
        ("verborgen", HIDDEN),
        # What hid became by invitation, and stays so: members see it in Plein's list only.
        ("leden", HIDDEN),
    ):
        preview = await confirmed(scene, f"instellen venster/kring zichtbaarheid {word}")
        assert f"→ {word}" in preview
        found, said = await seen(scene, "venster/kring", joost)
        assert found == wanted, word
        if wanted is PUBLIC:
            before = said
        # Said in the preview: what was once open stays so for who has the link, and only that.
        if before:
            assert await scene.wim.may_read(room, before), word


async def test_a_subsite_that_hides_takes_all_its_traces_away(scene: Scene) -> None:
    sanne, wim, stranger = scene.sanne, scene.wim, scene.synapse.stranger
    told = await scene.says(
        sanne, "deelsite nieuw Spiegel --zichtbaarheid openbaar --deelname vrij"
    )
    assert "Klaar" in told
    paths = ("spiegel", "spiegel/publiek")
    rooms = {path: await scene.room(path) for path in paths}
    for room in rooms.values():
        await sanne.joins(room)
    for path, room in rooms.items():
        assert await stranger.resolves(scene.alias(path)) == room
        assert await is_listed(wim, room)
    said = await sanne.says(rooms["spiegel/publiek"], "Nog open")
    assert await wim.may_read(rooms["spiegel/publiek"], said)

    await confirmed(scene, "instellen spiegel zichtbaarheid verborgen")

    for path, room in rooms.items():
        assert await stranger.resolves(scene.alias(path)) is None
        assert await stranger.summary(room) is None
        assert not await is_listed(wim, room)
        assert (await wim.tries("POST", f"join/{safe(room)}", {}))[0] == 403
        assert (await wim.tries("POST", f"knock/{safe(room)}", {}))[0] == 403
    later = await sanne.says(rooms["spiegel/publiek"], "Nu onder ons")
    assert not await wim.may_read(rooms["spiegel/publiek"], later)
    assert "Ik ken geen plek" in await scene.says(wim, "deelsite toon spiegel")

    # Raised again the subsite shows, and nothing in it does by itself.
    await confirmed(scene, "instellen spiegel zichtbaarheid openbaar")
    assert await stranger.resolves(scene.alias("spiegel")) == rooms["spiegel"]
    assert await stranger.resolves(scene.alias("spiegel/publiek")) is None
    assert (await scene.place("spiegel/publiek")).settings.visibility == "members"


async def test_a_lowered_cap_lowers_what_stands_above_it(scene: Scene) -> None:
    told = await scene.says(
        scene.sanne, "deelsite nieuw Plafond --zichtbaarheid openbaar --deelname vrij"
    )
    assert "Klaar" in told
    public = await scene.room("plafond/publiek")

    await scene.says(scene.sanne, "instellen plafond grens leden")
    assert "Plafond/Publiek" in await scene.says(scene.sanne, "ja")

    assert await scene.synapse.stranger.resolves(scene.alias("plafond")) is not None
    assert await scene.synapse.stranger.summary(public) is None
    refused = await scene.says(scene.sanne, "instellen plafond/publiek zichtbaarheid openbaar")
    assert "instellen plafond grens" in refused


async def test_after_citizens_no_they_are_out_and_stay_out(scene: Scene) -> None:
    sanne, fatima = scene.sanne, scene.fatima
    told = await scene.says(
        sanne, "deelsite nieuw Drempel --zichtbaarheid vindbaar --deelname vrij"
    )
    assert "Klaar" in told
    for path in ("drempel", "drempel/leden"):
        await confirmed(scene, f"instellen {path} burgers ja")
    space, leden = await scene.room("drempel"), await scene.room("drempel/leden")
    for room in (space, leden):
        await sanne.joins(room)
    await fatima.chat_with(scene.plein.bot)
    await fatima.joins(space)
    await fatima.joins(leden)

    preview = await confirmed(scene, "instellen drempel burgers nee --burgers verwijderen")
    assert "is 1 burger die er niet meer bij hoort: Fatima el Amrani" in preview
    await fatima.hears("die plek is niet meer voor burgers")
    for room in (space, leden):
        assert (await sanne.members(room))[fatima.user_id] == "leave"

    # By hand against the rule, however quick: undone, and the inviter hears it.
    assert "Klaar." in await scene.says(sanne, "instellen drempel/leden burgers nee")
    for room in (space, leden):
        assert (await fatima.tries("POST", f"join/{safe(room)}", {}))[0] == 403
        await sanne.invites(room, fatima.user_id)
        await fatima.tries("POST", f"join/{safe(room)}", {})
        await sanne.hears("Uw uitnodiging van Fatima el Amrani")
        await sanne.sees(membership(room, fatima.user_id, "leave"))
        assert (await sanne.members(room))[fatima.user_id] == "leave"
