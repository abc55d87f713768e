"""What is a direct chat, and what only looks like one."""

from plein_bot.actions import chats
from plein_bot.domain.ids import UserId
from plein_bot.domain.sentences import say
from tests.synapse.conftest import Plein, says
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.watchers import membership


async def welcome(synapse: Synapse, plein: Plein, host: Person) -> str:
    """A room for everybody, into which the homeserver puts the bot as it puts everybody."""
    room = await host.creates_room(preset="public_chat", name="Welkom")
    await plein.parts.api.call("POST", f"v3/rooms/{room}/join")
    await host.sees(membership(room, plein.bot, "join"))
    return room


async def test_where_everybody_may_come_nothing_private_is_said(
    synapse: Synapse, plein: Plein
) -> None:
    noor = await synapse.person("noor", "Noor Visser")
    room = await welcome(synapse, plein, noor)

    act = plein.parts.acts.by(plein.bot, f"test {noor.user_id}")
    said = await chats.tell(act, UserId(noor.user_id), say("All right, I leave it."), "test")

    assert said
    assert not await noor.may_read(room, said)


async def test_where_everybody_may_come_the_bot_stays_and_is_silent(
    synapse: Synapse, plein: Plein
) -> None:
    noor = await synapse.person("noor", "Noor Visser")
    piet = await synapse.person("piet", "Piet Mulder")
    room = await welcome(synapse, plein, noor)

    await piet.joins(room)
    await noor.says(room, "help")
    assert "deelsite" in await says(noor, plein, "help")

    await noor.catches_up()
    said = [e for e in noor.seen if e["room_id"] == room and e["sender"] == plein.bot]
    assert [e["type"] for e in said] == ["m.room.member"]
    assert (await noor.members(room))[plein.bot] == "join"


async def test_a_chat_that_the_bot_opens_bears_the_name_of_who_is_in_it(
    synapse: Synapse, plein: Plein
) -> None:
    noor = await synapse.person("noor", "Noor Visser")
    act = plein.parts.acts.by(plein.bot, f"test {noor.user_id}")
    room = await noor.joins(await chats.with_person(act, UserId(noor.user_id)))

    state = await noor.state(room)

    assert ("m.room.name", "") not in state
    assert state["m.room.canonical_alias", ""] == {}
