"""A subsite with more groups than one space shows: the others hang in a space within it."""

import os
from collections.abc import AsyncIterator

import pytest

from plein_bot.domain import spaces
from plein_bot.domain.spaces import MOST_GROUPS
from plein_bot.index import places
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.scenes import Scene, scene_on

# Making as many groups as a space really holds takes minutes: `make chaos` does so.
MOST = MOST_GROUPS if os.environ.get("PLEIN_CHAOS") else 3
CHILD = "m.space.child"

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(spaces, "MOST_GROUPS", MOST)
        async with scene_on(synapse, tmp_path_factory.mktemp("inner_spaces")) as scene:
            await fill(scene)
            yield scene


async def fill(scene: Scene) -> None:
    """With `leden` and `publiek` two groups more than the space holds."""
    line = "deelsite nieuw Regio --zichtbaarheid openbaar --deelname vrij --kort regio"
    assert "Klaar" in await scene.says(scene.sanne, line)
    chat = await scene.sanne.chat_with(scene.plein.bot)
    lines = [f"groep nieuw regio Groep {n} --zichtbaarheid vindbaar" for n in range(1, MOST + 1)]
    asked = [await scene.sanne.says(chat, line) for line in lines]
    for event in asked:
        answer = await scene.sanne.is_answered(event, scene.plein.bot, within=120)
        assert "Klaar" in answer["content"]["body"]


async def inner_space(scene: Scene) -> str:
    found = await places.inner_spaces(scene.plein.parts.index, await scene.room("regio"))
    assert list(found.values()) == [2]
    return next(iter(found))


async def children(scene: Scene, space: str) -> set[str]:
    state = await bot(scene).state(space)
    return {key for (kind, key), content in state.items() if kind == CHILD and content.get("via")}


def bot(scene: Scene) -> Person:
    token = scene.plein.settings.homeserver.access_token
    assert token
    return Person(scene.synapse.http, scene.synapse.url, scene.plein.bot, token.get_secret_value())


async def test_a_stranger_finds_every_group_and_each_hangs_once(scene: Scene) -> None:
    space, inner = await scene.room("regio"), await inner_space(scene)
    own, within = await children(scene, space), await children(scene, inner)
    assert len(own) == MOST + 1
    assert inner in own
    assert len(within) == 2
    assert not own & within

    seen = await scene.joost.hierarchy(space)
    shown = {room["name"]: room for room in seen}
    assert len(seen) == len(shown)
    assert {f"Groep {n}" for n in range(1, MOST + 1)} <= set(shown)
    assert shown["Regio · 2"]["room_type"] == "m.space"
    state = await bot(scene).state(next(iter(within)))
    assert state["m.space.parent", space] == {"via": [scene.synapse.server_name], "canonical": True}
    assert state["m.room.join_rules", ""]["join_rule"] == "knock"


async def test_what_a_stranger_sees_of_the_inner_space_is_no_more_than_of_the_subsite(
    scene: Scene,
) -> None:
    inner = await inner_space(scene)
    assert inner not in {room["room_id"] for room in await scene.joost.directory()}
    for path in ("state", "members", "joined_members", "messages"):
        status, _ = await scene.fatima.tries("GET", f"rooms/{inner}/{path}", query=[("dir", "b")])
        assert status == 403, path
    status, _ = await scene.fatima.tries("POST", f"join/{inner}", {})
    assert status == 403


async def test_who_knocks_at_it_hears_how_to_take_part(scene: Scene) -> None:
    inner = await inner_space(scene)
    await scene.wim.chat_with(scene.plein.bot)
    await scene.wim.knocks(inner)
    word = await scene.wim.hears("deelnemen regio")
    assert "toont alleen groepen van Regio" in word["content"]["body"]
    assert (await bot(scene).members(inner))[scene.wim.user_id] == "leave"


async def test_who_is_in_the_subsite_walks_in_and_goes_out_with_it(scene: Scene) -> None:
    space, inner = await scene.room("regio"), await inner_space(scene)
    ilse = await scene.newcomer("ilse", "Ilse Smit")
    await ilse.chat_with(scene.plein.bot)
    await ilse.joins(space)
    await ilse.hears("In Regio:")
    await ilse.joins(inner)

    await scene.sanne.joins(space)
    await scene.sanne.removes(space, ilse.user_id)
    await ilse.hears("U bent verwijderd uit Regio")
    assert (await bot(scene).members(inner))[ilse.user_id] == "leave"

    await says_yes(scene, f"verban regio {ilse.user_id}")
    assert (await bot(scene).members(inner))[ilse.user_id] == "ban"
    await says_yes(scene, f"ban opheffen regio {ilse.user_id}")
    assert (await bot(scene).members(inner))[ilse.user_id] == "leave"


async def test_it_closes_and_opens_with_the_subsite(scene: Scene) -> None:
    inner = await inner_space(scene)
    await says_yes(scene, "deelsite archiveren regio")
    rules = (await bot(scene).state(inner))["m.room.join_rules", ""]
    assert rules["join_rule"] == "restricted"
    await says_yes(scene, "deelsite heropenen regio")
    rules = (await bot(scene).state(inner))["m.room.join_rules", ""]
    assert rules["join_rule"] == "knock_restricted"


async def test_a_group_that_is_hidden_hangs_nowhere_and_comes_back_where_there_is_room(
    scene: Scene,
) -> None:
    space, inner = await scene.room("regio"), await inner_space(scene)
    group = await scene.room("regio/groep-1")
    await says_yes(scene, "instellen regio/groep-1 zichtbaarheid verborgen")
    assert group not in await children(scene, space) | await children(scene, inner)
    await says_yes(scene, "instellen regio/groep-1 zichtbaarheid leden")
    assert group in await children(scene, space)


async def test_where_the_subsite_goes_on_in_a_new_room_its_inner_space_comes_along(
    scene: Scene,
) -> None:
    old, inner = await scene.room("regio"), await inner_space(scene)
    within = await children(scene, inner)
    chat = await scene.sanne.chat_with(scene.plein.bot)
    await scene.says(scene.sanne, "vernieuwen regio")
    asked = await scene.sanne.says(chat, "ja")
    await scene.sanne.is_answered(asked, scene.plein.bot, within=120)

    new = await scene.room("regio")
    assert new != old
    assert await inner_space(scene) == inner
    assert inner in await children(scene, new)
    assert len(await children(scene, new)) == MOST + 1
    assert await children(scene, inner) == within
    state = await bot(scene).state(inner)
    assert state["m.room.join_rules", ""]["allow"][0]["room_id"] == new
    assert state["m.space.parent", new]["canonical"] is True
    assert not state["m.space.parent", old]


async def says_yes(scene: Scene, line: str) -> None:
    preview = await scene.says(scene.sanne, line)
    assert "✅" in preview, preview
    chat = await scene.sanne.chat_with(scene.plein.bot)
    asked = await scene.sanne.says(chat, "ja")
    await scene.sanne.is_answered(asked, scene.plein.bot, within=60)
