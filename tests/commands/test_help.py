"""What somebody who asks for help gets to read."""

from plein_bot.commands import TABLE
from tests.fakes.square import Square


async def test_what_one_begins_with_is_explained_and_the_rest_is_named(square: Square) -> None:
    told = await square.joost.asks("help")

    assert "`deelnemen` — Doe mee in een deelsite of een groep, of vraag daarom." in told
    assert "`concept nieuw`, `concept erbij`" in told
    assert len(told.splitlines()) < 40
    for command in TABLE:
        if command.whom.value == "everybody":
            assert f"`{' '.join(command.dutch[0])}`" in told, command.name


async def test_a_citizen_is_not_told_of_what_others_may_start(square: Square) -> None:
    told = await square.fatima.asks("help")
    assert "`deelsite nieuw`" not in told
    assert "`organisatie nieuw`" not in told


async def test_help_with_one_command_names_what_belongs_with_it(square: Square) -> None:
    told = await square.joost.asks("help blog")
    assert "Zie ook: " in told
    assert "`blog toon`" in told
    assert "`blogs`" in told
    assert "Zie ook" not in await square.joost.asks("help deelnemen")


async def test_help_in_english(square: Square) -> None:
    await square.joost.asks("language en")
    told = await square.joost.asks("help")
    assert "There is more:" in told
    assert "`post show`" in told
