import asyncio

import pytest

from plein_bot.actions import acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.effects import Ban, Effect, PutState
from plein_bot.domain.ids import RoomId
from plein_bot.index import members
from tests.fakes.square import Square

NOWHERE = RoomId("!nowhere")


async def test_a_room_that_the_homeserver_refuses_does_not_stop_the_others(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    rooms = (subsite.room, NOWHERE, leden.room)
    seen: list[int] = []

    async def each() -> None:
        seen.append(len(seen))

    act, joost = square.by(square.sanne), square.joost.user_id
    refused = await act.perform_by_room({room: [Ban(room, joost)] for room in rooms}, each)

    assert list(refused) == [NOWHERE]
    assert refused[NOWHERE].code == "M_FORBIDDEN"
    assert len(seen) == 2
    assert await members.memberships(square.index, joost, rooms) == {
        subsite.room: "ban",
        leden.room: "ban",
    }


async def test_effects_of_one_room_go_in_their_order(square: Square) -> None:
    leden = await square.group(await square.subsite())
    topics = [PutState(leden.room, "m.room.topic", {"topic": str(n)}) for n in range(20)]

    async with asyncio.timeout(acts.PATIENCE / 2):  # it waits for the last of them only
        await square.by(square.sanne).perform_by_room({leden.room: topics})

    said = [
        raw["content"]["topic"]
        for raw in square.homeserver.room(leden.room).timeline
        if raw["type"] == "m.room.topic"
    ]
    assert said == [str(n) for n in range(20)]


async def test_side_by_side_everything_is_tried_before_a_refusal_goes_on(square: Square) -> None:
    subsite = await square.subsite()
    joost = square.joost.user_id
    effects: list[Effect] = [Ban(NOWHERE, joost), Ban(subsite.room, joost)]

    with pytest.raises(HomeserverError):
        await square.by(square.sanne).perform_together(effects)

    await square.homeserver.settled()
    there = await members.memberships(square.index, joost, [subsite.room])
    assert there == {subsite.room: "ban"}


async def test_a_token_that_is_no_good_is_nothing_to_go_on_with(square: Square) -> None:
    subsite = await square.subsite()

    def revoked() -> None:
        raise TokenRevoked("M_UNKNOWN_TOKEN", "who are you?", 401)

    square.homeserver.step = revoked
    with pytest.raises(TokenRevoked):
        await square.by(square.sanne).perform_by_room(
            {subsite.room: [Ban(subsite.room, square.joost.user_id)]}
        )
