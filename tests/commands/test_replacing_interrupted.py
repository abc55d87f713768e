"""A room that is being replaced when Plein dies: taken up anew, nothing is done twice or half."""

import pytest

from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Joining, Visibility
from tests.commands.test_interruptions import attended, last, typed
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import Square


async def a_busy_square(square: Square) -> None:
    """Somebody in it, somebody invited, somebody who waits and somebody who is shut out."""
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.REQUEST)
    public = await square.group(subsite, "publiek")
    await square.joost.opens_chat()
    await square.peter.opens_chat()
    for room in (subsite.room, public.room):
        await square.sanne.invites(room, square.joost.user_id)
        await square.joost.joins(room)
        await square.sanne.bans(RoomId(room), square.fatima.user_id)
    await square.sanne.invites(public.room, square.peter.user_id)
    await square.peter.knocks(subsite.room, "Ik werk aan jeugdzorg")
    await attended(square)


@pytest.mark.parametrize(
    "line",
    [
        "vernieuwen zaanstreek",
        "instellen zaanstreek zichtbaarheid verborgen --nieuw --anderen verwijderen",
        "instellen zaanstreek/leden zichtbaarheid openbaar --nieuw",
    ],
)
async def test_a_new_room(squares: Squares, line: str) -> None:
    async def scene(square: Square) -> Deed:
        await a_busy_square(square)
        await typed(square, line, "ja")
        return await last(square)

    assert await survives_every_interruption(squares, scene) > 15
