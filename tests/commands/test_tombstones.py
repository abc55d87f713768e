"""Somebody else closes a room of Plein's and points to another: Plein makes the new one itself."""

from plein_bot.domain.ids import RoomAlias, RoomId
from plein_bot.domain.places import Joining, Visibility
from plein_bot.index import places as rows
from tests.commands.test_drift import reserve_in
from tests.commands.test_interruptions import attended, last
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, SERVER, Square


async def tombstoned(square: Square, reserve: Person, room: RoomId) -> None:
    """As a server administrator's `/upgrade` does: another room, with the address of this one."""
    other = await reserve.creates_room(name="Een ander")
    homeserver = square.homeserver
    for alias, leads_to in list(homeserver.aliases.items()):
        if leads_to == room and not alias.startswith("#plein_"):
            homeserver.aliases[alias] = other
    content = {"body": "Deze kamer is vervangen", "replacement_room": other}
    await reserve.sets(room, "m.room.tombstone", content)


def leads_to_ours(raw: Json) -> bool:
    return bool(raw["type"] == "m.room.tombstone" and raw["sender"] == PLEIN.bot)


async def test_a_place_goes_on_where_plein_says(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public = await square.group(subsite, "publiek")
    reserve = await reserve_in(square, public.room)

    await tombstoned(square, reserve, public.room)
    told = await square.sanne.hears(public.room, leads_to_ours)

    after = await square.group(subsite, "publiek")
    assert told["content"]["replacement_room"] == after.room
    new = square.homeserver.room(after.room)
    assert new.creator == PLEIN.bot
    assert new.membership(square.sanne.user_id) == "invite"
    assert new.membership(reserve.user_id) == "leave"
    assert square.homeserver.aliases[RoomAlias(f"#zaanstreek.publiek:{SERVER}")] == after.room
    staff = await square.staff_room(subsite)
    await square.sanne.hears(staff, lambda raw: "heeft de kamer van" in str(raw["content"]))


async def test_what_is_done_to_a_room_that_was_replaced_is_undone(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    reserve = await reserve_in(square, leden.room)
    await tombstoned(square, reserve, leden.room)
    await square.sanne.hears(leden.room, leads_to_ours)
    old = square.homeserver.room(leden.room)
    right = dict(old.content("m.room.power_levels"))

    await reserve.sets(leden.room, "m.room.power_levels", {"users": {}, "events_default": 0})
    await tombstoned(square, reserve, leden.room)
    await square.sanne.hears(
        leden.room,
        lambda raw: leads_to_ours(raw) and raw["unsigned"]["prev_content"]["body"] != "Leden",
    )
    await square.sanne.asks("help")

    after = await square.group(subsite)
    assert old.content("m.room.tombstone")["replacement_room"] == after.room
    assert old.content("m.room.power_levels") == right
    assert await rows.going_on_in(square.index, leden.room) == after.room


async def test_a_staff_room_goes_on_too(square: Square) -> None:
    subsite = await square.subsite()
    staff = await square.staff_room(subsite)
    reserve = await reserve_in(square, staff)

    await tombstoned(square, reserve, staff)
    await square.sanne.hears(staff, leads_to_ours)

    after = await square.staff_room(subsite)
    assert after != staff
    new = square.homeserver.room(after)
    assert new.membership(square.sanne.user_id) == "invite"
    assert new.content("m.room.name") == {"name": "Zaanstreek · Beheer"}
    await square.sanne.joins(after)
    await square.joost.asks("deelnemen zaanstreek --reden Graag")
    assert any("Graag" in said for said in new.said_by(PLEIN.bot))


async def test_stopped_before_any_step(squares: Squares) -> None:
    for slug in ("leden", "beheer"):

        async def scene(square: Square, slug: str = slug) -> Deed:
            subsite = await square.subsite()
            room = (
                await square.staff_room(subsite)
                if slug == "beheer"
                else (await square.group(subsite)).room
            )
            reserve = await reserve_in(square, room)
            await attended(square)
            await tombstoned(square, reserve, room)
            return await last(square)

        await survives_every_interruption(squares, scene)
