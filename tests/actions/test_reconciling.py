"""The walk past all places: what slipped by is put right, and where all is well nothing is done."""

from datetime import UTC, datetime

from plein_bot.actions import reconciling
from plein_bot.domain.events import Batch, InvitedHere, Work
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index.intake import take_in
from tests.commands.test_drift import reserve_in, with_levels
from tests.commands.test_roles import brought, given, levels
from tests.fakes.interruptions import BreakableIndex, Interruption
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def walk(square: Square) -> bool:
    complete = await reconciling.walk(square.acts, NOW)
    await square.homeserver.settled()
    return complete


async def steps_of_a_walk(square: Square) -> int:
    """How often it does something to the homeserver or writes in the database."""
    counter = Interruption()
    index, square.index = square.index, BreakableIndex(square.index, counter)
    square.homeserver.step = counter.step
    await walk(square)
    square.index = index
    return counter.taken


async def said_to_staff(square: Square, subsite: Place) -> list[str]:
    return square.homeserver.room(await square.staff_room(subsite)).said_by(PLEIN.bot)


async def test_where_all_is_well_nothing_is_done(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    await brought(square, subsite, square.joost)

    assert await steps_of_a_walk(square) == 0


async def test_what_slipped_by_is_put_right_once(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    room = square.homeserver.room(leden.room)
    before = dict(room.content("m.room.join_rules"))
    reserve = await reserve_in(square, leden.room)
    # There is no desk in this test, so that nobody attends to the change as it happens.
    await reserve.sets(leden.room, "m.room.join_rules", {"join_rule": "public"})
    room.listed = True

    assert await walk(square)

    assert room.content("m.room.join_rules") == before
    assert room.listed is False
    (told,) = await said_to_staff(square, subsite)
    assert "Reserve heeft in een app iets gewijzigd van Zaanstreek/Leden" in told
    assert await steps_of_a_walk(square) == 0


async def test_roles_that_slipped_by_are_followed(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    users = {square.sanne.user_id: 100, square.joost.user_id: 50}
    await with_levels(square, square.sanne, subsite.room, users=users)

    await walk(square)

    assert given(square, subsite) == levels(square, leden.room) == users
    assert await steps_of_a_walk(square) == 0


async def test_who_is_gone_has_no_role_any_more(square: Square) -> None:
    subsite = await square.subsite()
    await brought(square, subsite, square.joost)
    users = {square.sanne.user_id: 100, square.joost.user_id: 50}
    await with_levels(square, square.sanne, subsite.room, users=users)
    await walk(square)

    await square.joost.leaves(subsite.room)
    await walk(square)

    assert given(square, subsite) == {square.sanne.user_id: 100}
    assert await steps_of_a_walk(square) == 0


async def test_an_older_room_gets_roles_of_its_own(square: Square) -> None:
    subsite = await square.subsite()
    leden, sanne = await square.group(subsite), square.sanne.user_id
    for place in (subsite, leden):
        # As it was before roles stood in a state of their own.
        room = square.homeserver.room(place.room)
        older: Json = {**room.content("m.room.power_levels")}
        older["users"] = {sanne: 100} | ({"@joost:plein.test": 75} if place is leden else {})
        room.puts(PLEIN.bot, "m.room.power_levels", older)
        room.puts(PLEIN.bot, "nl.plein.roles", {})
    await square.homeserver.settled()
    await brought(square, subsite, square.joost)
    await square.joost.joins(leden.room)

    await walk(square)

    assert given(square, subsite) == {sanne: 100}
    assert given(square, leden) == {square.joost.user_id: 75}
    assert await said_to_staff(square, subsite) == []
    assert await steps_of_a_walk(square) == 0


async def test_what_is_under_way_is_left_to_finish(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    reserve = await reserve_in(square, leden.room)
    await reserve.sets(leden.room, "m.room.join_rules", {"join_rule": "public"})
    work = Work("$set", leden.room, InvitedHere(leden.room, square.sanne.user_id, direct=False))
    await take_in(square.index, Batch("token", work=(work,)), PLEIN.bot)
    await square.by(square.sanne, "$set").begin("set.joining", leden.room)

    assert not await walk(square)

    room = square.homeserver.room(leden.room)
    assert room.content("m.room.join_rules") == {"join_rule": "public"}


async def test_rooms_of_others_are_not_looked_at(square: Square) -> None:
    await square.subsite()
    room = await square.sanne.creates_room(PLEIN.bot)
    square.homeserver.join(room, PLEIN.bot)
    await square.sanne.sets(room, "nl.plein.group", {"slug": "nep"})

    assert await steps_of_a_walk(square) == 0
