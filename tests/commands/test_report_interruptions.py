"""A report and what is decided about it, stopped at any step, end as if they had not been."""

from tests.commands.test_interruptions import attended, last
from tests.commands.test_reports import said_in_group
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import Square


async def chatting(square: Square, *people: Person) -> None:
    for person in people:
        await person.opens_chat()
    await attended(square)


async def test_a_report(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        here = await said_in_group(square)
        await chatting(square, square.peter)
        await square.peter.says(square.peter.chat, f"melden {here.link} reclame")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_tap_its_reason_the_objection_and_what_is_decided_about_that(
    squares: Squares,
) -> None:
    async def scene(square: Square) -> Deed:
        here = await said_in_group(square)
        await chatting(square, square.peter, square.sanne, square.fatima)
        await square.peter.says(square.peter.chat, f"melden {here.link} reclame")
        await attended(square)
        await square.sanne.reacts(here.staff, await here.notice(), "🧹")
        await square.sanne.says(square.sanne.chat, "Geen reclame graag")
        await square.fatima.says(square.fatima.chat, "bezwaar 1 Ik was het niet")
        await square.sanne.says(square.sanne.chat, "zaak opheffen 2 U hebt gelijk")

        async def deed() -> None:
            await attended(square)

        return deed

    assert await survives_every_interruption(squares, scene) > 40
