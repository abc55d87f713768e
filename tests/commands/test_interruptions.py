"""A line or a tap whose work is interrupted gets its one answer all the same."""

import pytest

from plein_bot.commands.attending import Attendant
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.places import Joining, Visibility
from plein_bot.index import places, work
from tests.commands.conftest import NAMES
from tests.commands.test_drift import reserve_in, with_levels
from tests.commands.test_roles import brought
from tests.fakes.cascades import subsite_on
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import PLEIN, Square


async def attended(square: Square) -> None:
    """Everything that came in is done."""
    for one in await work.outstanding(square.index):
        await Attendant(square.acts, NAMES).attend(one.work)
        await work.done(square.index, one.work.key)
    await square.homeserver.settled()


async def last(square: Square) -> Deed:
    """To do what came in last."""
    *_, one = await work.outstanding(square.index)

    async def deed() -> None:
        await Attendant(square.acts, NAMES).attend(one.work)

    return deed


async def typed(square: Square, *lines: str) -> None:
    """Sanne types in her direct chat; the last line is not attended yet."""
    if not square.sanne.chat:
        await square.sanne.opens_chat()
    for line in lines:
        await attended(square)
        await square.sanne.says(square.sanne.chat, line)


def last_said(square: Square, room: str) -> str:
    timeline = square.homeserver.rooms[RoomId(room)].timeline
    return next(
        str(raw["event_id"])
        for raw in reversed(timeline)
        if raw["type"] == "m.room.message" and raw["sender"] == PLEIN.bot
    )


@pytest.mark.parametrize(
    "lines",
    [
        ["help"],
        ["geen idee"],
        ["taal", "2"],
        ["deelsite nieuw Zaanstreek", "2"],
        ["deelsite nieuw Zaanstreek", "2", "stop"],
        ["deelsite nieuw Zaanstreek", "2", "9"],
    ],
    ids=" → ".join,
)
async def test_a_line(squares: Squares, lines: list[str]) -> None:
    async def scene(square: Square) -> Deed:
        await typed(square, *lines)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_confirmed_change(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await square.subsite()
        await typed(square, "instellen zaanstreek deelname vrij", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_change_by_which_groups_come_down(squares: Squares) -> None:
    """The answer names them, however often it took."""

    async def scene(square: Square) -> Deed:
        await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
        await typed(square, "instellen zaanstreek zichtbaarheid verborgen", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_change_by_which_people_have_to_go(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(citizens=True)
        group = await square.group(subsite)
        for person in (square.fatima, square.joost):
            for room in (subsite.room, group.room):
                await square.sanne.invites(room, person.user_id)
                await person.joins(room)
            await person.opens_chat()
        await typed(square, "instellen zaanstreek burgers nee", "1", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_change_by_which_what_is_encrypted_is_opened(squares: Squares) -> None:
    """The place and the staff hear of it once."""

    async def scene(square: Square) -> Deed:
        await square.subsite()
        await typed(square, "groep nieuw zaanstreek Kring --versleuteld")
        await typed(square, "instellen zaanstreek/kring index ja", "ja")
        assert "leesbaar in de database" in square.chat_of(square.sanne)[-1]
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_change_of_the_address(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
        await typed(square, "instellen zaanstreek adres zaan", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_confirmed_removal(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        site = await subsite_on(square, kinds=())
        await square.joost.opens_chat()
        await site.brings(square.joost, "leden")
        await typed(square, "verwijderen zaanstreek Joost Te luid", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_ban_that_is_lifted(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await subsite_on(square, kinds=())
        await square.joost.opens_chat()
        await typed(square, "ban zaanstreek/leden @joost:plein.test", "ja")
        await typed(square, "ban opheffen zaanstreek/leden Joost")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_tap_that_confirms(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await square.subsite()
        await typed(square, "instellen zaanstreek deelname vrij")
        await attended(square)
        chat = square.sanne.chat
        await square.sanne.reacts(chat, last_said(square, chat), "✅")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_tap_that_admits(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        await square.joost.opens_chat()
        await square.joost.knocks(subsite.room, "Ik werk aan jeugdzorg")
        await attended(square)
        staff = await square.staff_room(subsite)
        await square.sanne.reacts(staff, last_said(square, staff), "✅")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def with_joost(square: Square) -> None:
    """Joost takes part in Zaanstreek, and has a chat with Plein."""
    subsite = await square.subsite()
    await square.joost.opens_chat()
    await attended(square)
    await brought(square, subsite, square.joost)
    await attended(square)


@pytest.mark.parametrize("role", ["moderator", "eigenaar"])
async def test_giving_a_role(squares: Squares, role: str) -> None:
    async def scene(square: Square) -> Deed:
        await with_joost(square)
        await typed(square, f"rol zaanstreek Joost {role}", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


@pytest.mark.parametrize("line", ["ja", "nee"])
async def test_answering_an_offer_of_ownership(squares: Squares, line: str) -> None:
    async def scene(square: Square) -> Deed:
        await with_joost(square)
        await typed(square, "rol zaanstreek Joost eigenaar", "ja")
        await attended(square)
        await square.joost.says(square.joost.chat, line)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_stepping_down(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await with_joost(square)
        await typed(square, "rol zaanstreek Joost moderator", "ja")
        await attended(square)
        for line in ("rol zaanstreek Joost lid", "ja"):
            await attended(square)
            await square.joost.says(square.joost.chat, line)
        return await last(square)

    await survives_every_interruption(squares, scene)


@pytest.mark.parametrize("power", [0, 50, 100])
async def test_following_a_role_that_was_given_in_a_client(squares: Squares, power: int) -> None:
    async def scene(square: Square) -> Deed:
        await with_joost(square)
        subsite, *_ = await places.subsites(square.index)
        if not power:
            await typed(square, "rol zaanstreek Joost moderator", "ja")
            await attended(square)
        users = {square.sanne.user_id: 100, square.joost.user_id: power}
        await with_levels(square, square.sanne, subsite.room, users=users)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_putting_back_what_plein_keeps(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        leden = await square.group(subsite)
        reserve = await reserve_in(square, leden.room)
        await attended(square)
        await reserve.sets(leden.room, "nl.plein.group", {"slug": "leden", "joining": "open"})
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_saying_again_what_was_redacted(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite()
        leden = await square.group(subsite)
        room = square.homeserver.room(leden.room)
        target = room.state["nl.plein.group", ""]["event_id"]
        room.redacts(square.sanne.user_id, target, EventId("$redaction"))
        await square.homeserver.settled()
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_the_last_owner_goes_in_a_client(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await with_joost(square)
        await typed(square, "help")
        await attended(square)
        subsite, *_ = await places.subsites(square.index)
        await square.sanne.leaves(subsite.room)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_leaving_for_good(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        subsite = await square.subsite(joining=Joining.OPEN)
        joost = square.joost
        await joost.opens_chat()
        for line in ("deelnemen zaanstreek", "verlaten zaanstreek", "ja"):
            await attended(square)
            if line.startswith("verlaten"):
                await joost.joins(subsite.room)
                await attended(square)
            await joost.says(joost.chat, line)
        return await last(square)

    await survives_every_interruption(squares, scene)
