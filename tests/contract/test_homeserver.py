"""What every `Homeserver` does. It holds for the one in memory as for a real one."""

import asyncio
from dataclasses import replace

import pytest

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.effects import (
    Ban,
    CreateRoom,
    DropAlias,
    Effect,
    EndPoll,
    Invite,
    Join,
    Leave,
    Publish,
    PutAlias,
    PutState,
    React,
    Redact,
    Remove,
    Say,
    Unban,
)
from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId
from plein_bot.domain.polls import STARTS
from plein_bot.domain.sentences import say
from plein_bot.index import members, polls
from tests.contract.conftest import Human, Side, body, room_of, twice

NOWHERE = RoomId("!nowhere:plein.test")


async def refused(side: Side, effect: Effect) -> HomeserverError:
    with pytest.raises(HomeserverError) as refusal:
        await side.homeserver.perform(effect, "$cause")
    return refusal.value


def user(person: Human) -> UserId:
    return UserId(person.user_id)


async def test_a_room_is_made_whole(side: Side) -> None:
    alice = await side.person()

    room = await room_of(side, "knock", alice.user_id)

    create = await side.content(room, "m.room.create")
    assert create["nl.plein.kind"] == "group"
    assert create["nl.plein.cause"] == side.plein.mark("$made", "room")
    assert await side.content(room, "m.room.join_rules") == {"join_rule": "knock"}
    assert await side.content(room, "m.room.name") == {"name": "Jeugdzorg"}
    assert await side.membership(room, alice) == "invite"
    assert not await side.homeserver.is_listed(room)


async def test_the_same_cause_and_step_find_the_same_room(side: Side) -> None:
    effect = CreateRoom("room", body())

    room = await side.homeserver.create_room(effect, "$made")
    await side.homeserver.perform(effect, "$made")

    assert await side.homeserver.create_room(effect, "$made") == room
    assert await side.homeserver.create_room(effect, "$other") != room
    assert await side.homeserver.create_room(replace(effect, step="other"), "$made") != room


async def test_a_room_under_our_lock_that_is_not_ours_is_refused(side: Side) -> None:
    room = await room_of(side)
    lock = RoomAlias(f"#plein_{side.plein.mark('$cause', 'room')}:{side.plein.server}")
    await side.homeserver.perform(PutAlias(lock, room), "$cause")

    refusal = await refused(side, CreateRoom("room", body()))

    assert refusal.code == "M_ROOM_IN_USE"


async def test_state_that_stands_is_not_put_again(side: Side) -> None:
    room = await room_of(side)

    await twice(side, PutState(room, "m.room.topic", {"topic": "Hulp"}))
    before = await side.state_events(room)
    await side.homeserver.perform(PutState(room, "m.room.topic", {"topic": "Hulp"}), "$other")

    assert await side.content(room, "m.room.topic") == {"topic": "Hulp"}
    assert await side.state_events(room) == before


async def test_nobody_above_power_levels_can_be_listed_in_them(side: Side) -> None:
    room = await room_of(side)
    levels = await side.content(room, "m.room.power_levels")
    wrong = {**levels, "users": {side.plein.bot: 100}}

    refusal = await refused(side, PutState(room, "m.room.power_levels", wrong))

    assert refusal.status == 400


async def test_somebody_is_invited_once(side: Side) -> None:
    alice = await side.person()
    room = await room_of(side)

    await twice(side, Invite(room, user(alice)))
    assert await side.membership(room, alice) == "invite"

    await alice.joins(room)
    await twice(side, Invite(room, user(alice)))
    assert await side.membership(room, alice) == "join"


async def test_a_knock_is_answered_by_an_invitation(side: Side) -> None:
    alice = await side.person()
    room = await room_of(side, "knock")
    await alice.knocks(room, "Ik werk hier")
    assert await side.membership(room, alice) == "knock"

    await side.homeserver.perform(Invite(room, user(alice)), "$cause")

    assert await side.membership(room, alice) == "invite"


async def test_whoever_is_in_or_invited_or_knocks_is_removed(side: Side) -> None:
    alice, bob, carol = [await side.person(name) for name in ("alice", "bob", "carol")]
    room = await room_of(side, "knock", alice.user_id, bob.user_id)
    await alice.joins(room)
    await carol.knocks(room)

    for person in (alice, bob, carol):
        await twice(side, Remove(room, user(person)))

        assert await side.membership(room, person) == "leave"


async def test_whoever_was_never_there_is_removed_already(side: Side) -> None:
    alice = await side.person()
    room = await room_of(side)

    await twice(side, Remove(room, user(alice)))

    assert await side.membership(room, alice) in (None, "leave")


async def test_whoever_is_in_or_not_is_shut_out(side: Side) -> None:
    people = [await side.person(name) for name in ("alice", "bob", "carol", "dirk")]
    alice, bob, carol, dirk = people
    room = await room_of(side, "knock", alice.user_id, bob.user_id)
    await alice.joins(room)
    await carol.knocks(room)

    for person in (alice, bob, carol, dirk):
        await twice(side, Ban(room, user(person)))

        assert await side.content(room, "m.room.member", person.user_id) == {"membership": "ban"}
        assert (await refused(side, Invite(room, user(person)))).status == 403
        await twice(side, Remove(room, user(person)))
        assert await side.membership(room, person) == "ban"


async def test_whoever_is_let_in_again_is_away(side: Side) -> None:
    alice = await side.person()
    room = await room_of(side, "public")
    await alice.joins(room)
    await side.homeserver.perform(Ban(room, user(alice)), "$cause")

    await twice(side, Unban(room, user(alice)))
    assert await side.membership(room, alice) == "leave"

    await alice.joins(room)
    await twice(side, Unban(room, user(alice)))
    assert await side.membership(room, alice) == "join"


async def test_an_alias_leads_to_a_room_until_it_is_dropped(side: Side) -> None:
    room = await room_of(side)
    alias = RoomAlias(f"#zaanstreek-{side.plein.mark('alias', room)}:{side.plein.server}")
    assert await side.homeserver.resolve(alias) is None

    await twice(side, PutAlias(alias, room))
    assert await side.homeserver.resolve(alias) == room

    await side.homeserver.perform(
        PutState(room, "m.room.canonical_alias", {"alias": alias}), "$cause"
    )
    await twice(side, DropAlias(alias))
    assert await side.homeserver.resolve(alias) is None


async def test_an_alias_leads_to_one_room(side: Side) -> None:
    room = await room_of(side)
    other = await side.homeserver.create_room(CreateRoom("other", body()), "$made")
    alias = RoomAlias(f"#werk-{side.plein.mark('alias', room)}:{side.plein.server}")
    await side.homeserver.perform(PutAlias(alias, room), "$cause")

    refusal = await refused(side, PutAlias(alias, other))

    assert refusal.status == 409
    assert await side.homeserver.resolve(alias) == room


async def test_a_room_cannot_bear_an_alias_that_leads_elsewhere(side: Side) -> None:
    room = await room_of(side)
    alias = RoomAlias(f"#nergens-{side.plein.mark('alias', room)}:{side.plein.server}")

    refusal = await refused(side, PutState(room, "m.room.canonical_alias", {"alias": alias}))

    assert refusal.code == "M_BAD_ALIAS"


async def test_a_room_stands_in_the_directory_or_not(side: Side) -> None:
    room = await room_of(side)

    await twice(side, Publish(room, listed=True))
    assert await side.homeserver.is_listed(room)

    await twice(side, Publish(room, listed=False))
    assert not await side.homeserver.is_listed(room)


async def test_a_room_can_be_made_listed(side: Side) -> None:
    made = CreateRoom("listed", body("public", visibility="public"))

    room = await side.homeserver.create_room(made, "$made")

    assert await side.homeserver.is_listed(room)


async def test_the_bot_comes_and_goes(side: Side) -> None:
    alice = await side.person()
    room = RoomId(await alice.creates_room(side.plein.bot))

    await twice(side, Join(room))
    await side.index.until(lambda: members.memberships(side.index, user(alice), [room]))
    there = await members.of_room(side.index, room)
    assert there[side.plein.bot] == "join"

    await side.homeserver.perform(Leave(room), "$cause")
    refusal = await refused(side, Say(room, say("Done. You are the owner."), "step", "nl"))
    assert refusal.code == "M_FORBIDDEN"


async def test_a_notice_is_said_once_in_the_readers_language(side: Side) -> None:
    room = await room_of(side)
    notice = Say(room, say("Done. You are the owner."), "answer", "nl")

    event = await side.homeserver.say(notice, "$cause")
    await side.homeserver.perform(notice, "$cause")

    assert await side.homeserver.say(notice, "$cause") == event
    assert await side.homeserver.say(notice, "$other") != event
    assert await side.homeserver.say(replace(notice, step="other"), "$cause") != event


async def test_a_notice_takes_the_place_of_an_earlier_one(side: Side) -> None:
    room = await room_of(side)
    first = await side.homeserver.say(Say(room, say("Done. You are the owner."), "s", "nl"), "$c")
    later = Say(room, say("All right, I leave it."), "later", "nl", edits=first)

    second = await side.homeserver.say(later, "$c")
    assert await side.homeserver.say(later, "$c") == second

    content = await side.said(second)
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": first}
    assert content["m.new_content"]["body"] == "Goed, ik laat het zo."
    assert content["body"] == "* Goed, ik laat het zo."


@pytest.mark.parametrize("stable", [True, False])
async def test_a_poll_of_somebody_else_is_closed(side: Side, stable: bool) -> None:
    alice = await side.person()
    room = await room_of(side, "public")
    await alice.joins(room)
    asked = {"question": {"m.text": "Gaat het door?"}, "answers": [{"id": "a", "m.text": "Ja"}]}
    kind = STARTS[0] if stable else STARTS[1]
    poll = EventId(await alice.sends(room, kind, {kind: asked}))

    await twice(side, EndPoll(room, poll, say("Done. You are the owner."), "nl", stable))

    async def is_closed() -> bool:
        found = await polls.of_event(side.index, poll)
        return found is not None and found.is_closed

    async with asyncio.timeout(60):
        await side.index.until(is_closed)


async def test_what_is_said_can_be_reacted_to_and_redacted_once(side: Side) -> None:
    room = await room_of(side)
    event = await side.homeserver.say(Say(room, say("Done. You are the owner."), "s", "nl"), "$c")

    await twice(side, React(room, event, "✅"))
    await side.homeserver.perform(React(room, event, "✅"), "$other")
    await twice(side, Redact(room, event))


async def test_a_message_of_somebody_else_is_redacted(side: Side) -> None:
    alice = await side.person()
    room = await room_of(side, "public")
    await alice.joins(room)
    said = await alice.says(room, "Wat een onzin")

    await twice(side, Redact(room, EventId(said), say("Done. You are the owner."), "nl"))


async def test_nothing_is_done_in_a_room_that_is_not_there(side: Side) -> None:
    alice = await side.person()

    for effect in (
        PutState(NOWHERE, "m.room.topic", {"topic": "Hulp"}),
        Invite(NOWHERE, user(alice)),
        Remove(NOWHERE, user(alice)),
        Ban(NOWHERE, user(alice)),
        Unban(NOWHERE, user(alice)),
        Say(NOWHERE, say("Done. You are the owner."), "answer", "nl"),
    ):
        assert (await refused(side, effect)).status in (403, 404)
    with pytest.raises(HomeserverError):
        await side.homeserver.state(NOWHERE)


async def test_names_are_those_of_profiles(side: Side) -> None:
    alice = await side.person("alice", "Alice Jansen")

    assert await side.homeserver.display_name(user(alice)) == "Alice Jansen"
    assert await side.homeserver.display_name(UserId(f"@nobody:{side.plein.server}")) is None
