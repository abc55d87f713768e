"""The people of the other tests, tried on each other."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.synapse.harness import Synapse, running_synapse
from tests.synapse.people import Person
from tests.synapse.strangers import Json

pytestmark = pytest.mark.any_profile


@pytest.fixture(scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path_factory.mktemp("synapse")) as synapse:
        yield synapse


async def answers(bot: Person, text: str) -> None:
    """Be a bot for one question: accept the invitation, reply with a notice."""
    invitation = await bot.sees(lambda _, e: e["content"].get("membership") == "invite")
    room = await bot.joins(invitation["room_id"])
    question = await bot.hears("", room)
    await bot.says(room, "wait", msgtype="m.notice")
    relation = {"m.in_reply_to": {"event_id": question["event_id"]}}
    await bot.says(room, text, msgtype="m.notice", **{"m.relates_to": relation})


async def test_names_are_fresh(synapse: Synapse) -> None:
    first, second = await synapse.person("alice"), await synapse.person("alice", "Alice V.")

    assert first.user_id != second.user_id
    assert await second.display_name(first.user_id) == "Alice"
    assert await first.display_name(second.user_id) == "Alice V."


async def test_an_answer_is_the_notice_that_replies(synapse: Synapse) -> None:
    alice, bot = await synapse.person("alice"), await synapse.person("plein")
    answering = asyncio.create_task(answers(bot, "pong"))

    answer = await alice.asks(bot.user_id, "ping")

    await answering
    assert answer["body"] == "pong"
    room = await alice.chat_with(bot.user_id)
    assert await alice.members(room) == {alice.user_id: "join", bot.user_id: "join"}
    assert ("m.room.encryption", "") not in await alice.state(room)


async def test_encrypted_people_understand_each_other(synapse: Synapse) -> None:
    alice = await synapse.encrypted_person("alice")
    bot = await synapse.encrypted_person("plein")
    answering = asyncio.create_task(answers(bot, "geheim"))

    answer = await alice.asks(bot.user_id, "ping")

    await answering
    assert answer["body"] == "geheim"
    outsider = await synapse.person("outsider")
    room = await alice.chat_with(bot.user_id)
    await alice.invites(room, outsider.user_id)
    await outsider.joins(room)
    sealed = await outsider.sees(
        lambda _, e: e["sender"] == bot.user_id and "ciphertext" in e["content"]
    )
    assert "body" not in sealed["content"]


async def test_nothing_is_lost_between_two_looks(synapse: Synapse) -> None:
    alice, bob = await synapse.person("alice"), await synapse.person("bob")
    room = await alice.creates_room(bob.user_id)
    await bob.is_invited_to(room)
    await bob.joins(room)
    await bob.catches_up()
    said = [await alice.says(room, f"line {number}") for number in range(120)]

    await bob.hears("line 119")
    await bob.hears("line 3")

    lines = [e["event_id"] for e in bob.seen if e["type"] == "m.room.message"]
    assert lines == said


async def test_one_waits_for_several_things_at_once(synapse: Synapse) -> None:
    alice, bob = await synapse.person("alice"), await synapse.person("bob")
    room = await alice.creates_room(bob.user_id)
    await bob.joins(room)
    waiting = asyncio.gather(bob.hears("two"), bob.hears("one"), bob.hears("three"))

    for word in ("one", "two", "three"):
        await alice.says(room, word)

    assert [event["content"]["body"] for event in await waiting] == ["two", "one", "three"]


async def test_what_came_instead_is_told(synapse: Synapse) -> None:
    alice, bob = await synapse.person("alice"), await synapse.person("bob")
    room = await alice.creates_room(bob.user_id)
    await bob.joins(room)
    await alice.says(room, "something else")

    with pytest.raises(AssertionError, match="something else"):
        await bob.hears("the word", within=0.5)


async def test_relations_are_matrix_own(synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    room = await alice.creates_room()
    event = await alice.says(room, "first")

    await alice.reacts(room, event, "✅")
    await alice.edits(room, event, "second")
    await alice.comments(room, event, "third")

    bundled = (await alice.call("GET", f"rooms/{room}/event/{event}"))["unsigned"]["m.relations"]
    assert bundled["m.replace"]["content"]["m.new_content"]["body"] == "second"
    assert bundled["m.thread"]["count"] == 1
    relations = await alice.call("GET", f"/_matrix/client/v1/rooms/{room}/relations/{event}")
    keys = [e["content"]["m.relates_to"].get("key") for e in relations["chunk"]]
    assert "✅" in keys

    await alice.redacts(room, event, "gone")
    assert (await alice.call("GET", f"rooms/{room}/event/{event}"))["content"] == {}


async def test_a_stranger_sees_a_knockable_room_and_no_other(synapse: Synapse) -> None:
    alice, bob = await synapse.person("plein"), await synapse.person("bob")
    rules = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}
    alias = f"knockable-{alice.user_id[1:8]}"
    open_to_asking = await alice.creates_room(
        name="Vraag maar", room_alias_name=alias, initial_state=[rules], visibility="public"
    )
    closed = await alice.creates_room(name="Dicht")
    stranger = synapse.stranger

    assert await stranger.resolves(f"#{alias}:{synapse.server_name}") == open_to_asking
    assert (await stranger.summary(open_to_asking) or {})["name"] == "Vraag maar"
    assert await stranger.summary(closed) is None
    assert (await stranger.tries("GET", f"rooms/{closed}/state"))[0] == 401
    listed = {room["room_id"] for room in await bob.directory()}
    assert open_to_asking in listed
    assert closed not in listed

    await bob.knocks(f"#{alias}:{synapse.server_name}", "Mag ik?")
    knock = await alice.sees(lambda _, e: e["content"].get("membership") == "knock")
    assert knock["content"]["reason"] == "Mag ik?"
    assert not await bob.may_read(open_to_asking, knock["event_id"])


async def test_a_space_shows_its_children(synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    space = await alice.creates_room(creation_content={"type": "m.space"})
    child = await alice.creates_room(name="Kind")
    await alice.sets(space, "m.space.child", {"via": [synapse.server_name]}, child)

    shown = [room["room_id"] for room in await alice.hierarchy(space)]

    assert shown == [space, child]
    await alice.leaves(child)
    assert (await alice.tries("GET", f"rooms/{child}/state"))[0] == 200, "one's own past stays"


async def test_files_arrive(synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    room = await alice.creates_room()

    await alice.sends_file(room, "verslag.md", b"# Verslag", "text/markdown")

    def is_file(_: str, event: Json) -> bool:
        return bool(event["content"].get("msgtype") == "m.file")

    content = (await alice.sees(is_file))["content"]
    assert content["body"] == "verslag.md"
    assert content["info"] == {"mimetype": "text/markdown", "size": 9}
    assert content["url"].startswith(f"mxc://{synapse.server_name}/")


async def test_history_can_be_purged(synapse: Synapse) -> None:
    alice = await synapse.person("alice")
    room = await alice.creates_room()
    old, new = await alice.says(room, "old"), await alice.says(room, "new")

    await synapse.accounts.purge_history(room, new)

    assert not await alice.may_read(room, old)
    assert await alice.may_read(room, new)
