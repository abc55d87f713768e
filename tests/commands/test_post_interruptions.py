"""Posts and drafts, with Plein stopped before any of its steps: each stands once, told once."""

from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.domain.ids import RoomId
from plein_bot.index import timers
from tests.commands.test_interruptions import attended, last, typed
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import Square


async def group(square: Square) -> RoomId:
    """A group in which Sanne and Peter talk."""
    subsite = await square.subsite()
    place = await square.group(subsite)
    for person in (square.sanne, square.peter):
        for room in (subsite.room, place.room):
            if person is not square.sanne:
                await square.sanne.invites(room, person.user_id)
            await person.joins(room)
    await square.sanne.opens_chat()
    await square.peter.opens_chat()
    await attended(square)
    return place.room


async def post(square: Square, room: RoomId) -> str:
    event = await square.sanne.says(room, "!plein blog Titel\nTekst #een")
    await attended(square)
    return event


async def sent(square: Square) -> RoomId:
    """A post that Plein sent for Sanne."""
    room = await group(square)
    await typed(square, "blog Titel --plek zaanstreek/leden\nTekst #een", "ja")
    await attended(square)
    return room


async def test_a_post_in_place(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        await square.sanne.says(room, "!plein blog Titel --tot over 2 weken\nTekst #een")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_post_of_an_earlier_message(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        first = await square.sanne.says(room, "Plan\nTekst")
        await attended(square)
        await square.sanne.replies(room, first, "!plein blog")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_an_edit(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await post(square, room)
        await square.sanne.edits(room, event, "!plein blog Anders\nTekst #twee")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_its_author_deletes_it(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await post(square, room)
        await square.peter.comments(room, event, "Mooi")
        await attended(square)
        await square.sanne.redacts(room, event)
        return await last(square)

    await survives_every_interruption(squares, scene)


@pytest.mark.parametrize(
    "line",
    [
        "blog uitlichten 1",
        "blog titel 1 Nieuw",
        "concept nieuw Titel",
    ],
)
async def test_a_line_about_it(squares: Squares, line: str) -> None:
    async def scene(square: Square) -> Deed:
        await post(square, await group(square))
        await typed(square, line)
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_staff_withdraw_it(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await square.peter.says(room, "!plein blog Titel\nTekst")
        await attended(square)
        await square.peter.comments(room, event, "Zelf")
        await typed(square, "blog intrekken 1 Hoort elders --reacties", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_whole_post_in_the_chat(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await group(square)
        await typed(square, "blog Titel --plek zaanstreek/leden\nTekst #een", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_more_text(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await group(square)
        await typed(square, "concept nieuw Titel", "concept erbij Een", "concept erbij Twee")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_plan_and_its_moment(squares: Squares) -> None:
    async def planning(square: Square) -> Deed:
        await group(square)
        line = "blog Titel --plek zaanstreek/leden --op morgen 9:00 --tot over 2 weken\nTekst"
        await typed(square, line, "ja")
        return await last(square)

    async def due(square: Square) -> Deed:
        await planning(square)
        await attended(square)
        await timers.ripen(square.index, datetime.now(UTC) + timedelta(days=2))
        return await last(square)

    async def over(square: Square) -> Deed:
        await due(square)
        await attended(square)
        await timers.ripen(square.index, datetime.now(UTC) + timedelta(days=30))
        return await last(square)

    for scene in (planning, due, over):
        await survives_every_interruption(squares, scene)


async def test_a_change_of_what_was_sent(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await sent(square)
        await typed(square, "blog wijzig 1", "concept tekst Anders #twee", "concept plaatsen", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_throwing_away(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await group(square)
        await typed(square, "concept nieuw Titel", "concept weggooien", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_move(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        await typed(square, "groep nieuw zaanstreek Verderop")
        await attended(square)
        other = next(
            found.id
            for found in square.homeserver.rooms.values()
            if found.content("nl.plein.group").get("slug") == "verderop"
        )
        await square.sanne.joins(other)
        await post(square, room)
        await typed(square, "blog verplaatsen 1 zaanstreek/verderop", "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)
