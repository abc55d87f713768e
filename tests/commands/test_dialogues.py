"""A question, its answers, and everything else that people type instead."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from plein_bot.index import places as place_rows
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import DialogueRow
from tests.fakes.square import Square

FIND = "Wie mag het vinden?"
JOIN = "Hoe doet men mee?"


async def subsites(square: Square) -> list[str]:
    return [place.slug for place in await place_rows.subsites(square.index)]


async def time_passes(index: Index) -> None:
    """What is being asked has been asked too long ago."""
    async with index.session() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(DialogueRow).values(expires_at=past))


async def test_questions_follow_one_another_until_all_is_known(square: Square) -> None:
    sanne = square.sanne

    assert (await sanne.asks("deelsite nieuw Zaanstreek")).startswith(FIND)
    assert (await sanne.asks("2")).startswith(JOIN)
    assert (await sanne.asks("2")).startswith("Klaar.")

    assert await subsites(square) == ["zaanstreek"]


async def test_whoever_stops_is_asked_no_more(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")

    stopped = await square.sanne.asks("stop")
    later = await square.sanne.asks("2")

    assert "Goed" in stopped
    assert not later.startswith(JOIN)
    assert await subsites(square) == []


async def test_a_number_that_is_not_in_the_list_keeps_the_question_open(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")

    assert "1 tot en met 3" in await square.sanne.asks("7")
    assert (await square.sanne.asks("2")).startswith(JOIN)


async def test_what_is_no_answer_keeps_the_question_open(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")

    assert "nummer" in await square.sanne.asks("tja, wat denkt u zelf")
    assert (await square.sanne.asks("2")).startswith(JOIN)


async def test_one_number_is_asked_and_one_is_taken(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")

    await square.sanne.asks("1 en 2")

    assert (await square.sanne.asks("2")).startswith(JOIN)


async def test_a_command_instead_of_an_answer_is_carried_out(square: Square) -> None:
    staff = await square.staff_room(await square.subsite())
    await square.joost.asks("deelnemen zaanstreek")

    assert "Zaanstreek" in await square.joost.asks("deelsites")
    assert square.homeserver.room(staff).said_by(square.homeserver.plein.bot) == []


async def test_a_question_may_be_skipped_where_it_says_so(square: Square) -> None:
    await square.subsite()

    assert "overslaan" in await square.joost.asks("deelnemen zaanstreek")
    assert "nummer 1" in await square.joost.asks("overslaan")


async def test_nothing_is_asked_when_all_is_given(square: Square) -> None:
    line = "deelsite nieuw Zaanstreek --zichtbaarheid vindbaar --deelname verzoek"

    assert (await square.sanne.asks(line)).startswith("Klaar.")


async def test_a_question_is_forgotten_after_a_while(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")
    await time_passes(square.index)

    assert not (await square.sanne.asks("2")).startswith(JOIN)
    assert await subsites(square) == []


async def test_people_are_asked_apart(square: Square) -> None:
    await square.sanne.asks("deelsite nieuw Zaanstreek")
    await square.joost.asks("deelsite nieuw Purmerend")

    assert (await square.sanne.asks("1")).startswith(JOIN)
    assert (await square.joost.asks("2")).startswith(JOIN)


@pytest.fixture
async def opening(square: Square) -> Square:
    """Sanne has been asked whether everybody shall walk in."""
    await square.subsite()
    await square.sanne.asks("instellen zaanstreek deelname vrij")
    return square


async def joining_of(square: Square) -> str:
    [subsite] = await place_rows.subsites(square.index)
    return subsite.settings.joining.value


@pytest.mark.parametrize(("answer", "after"), [("Ja.", "open"), ("nee", "request")])
async def test_what_grows_an_audience_is_done_after_a_yes(
    opening: Square, answer: str, after: str
) -> None:
    assert await joining_of(opening) == "request"

    await opening.sanne.asks(answer)

    assert await joining_of(opening) == after


async def test_a_tap_is_an_answer(opening: Square) -> None:
    sanne = opening.sanne
    preview = opening.homeserver.room(sanne.chat).timeline
    asked = next(raw for raw in reversed(preview) if raw["type"] == "m.room.message")

    tapped = await sanne.reacts(sanne.chat, asked["event_id"], "✅")
    await sanne.is_answered(sanne.chat, tapped)
    assert await joining_of(opening) == "open"

    await sanne.reacts(sanne.chat, asked["event_id"], "✅")
    assert "al zo" in await sanne.asks("instellen zaanstreek deelname vrij")


async def test_a_yes_that_comes_too_late_changes_nothing(opening: Square) -> None:
    await time_passes(opening.index)

    await opening.sanne.asks("ja")

    assert await joining_of(opening) == "request"


async def test_a_changed_situation_is_previewed_again(opening: Square) -> None:
    await opening.joost.asks("help")
    [subsite] = await place_rows.subsites(opening.index)
    room = opening.homeserver.room(subsite.room)
    content = {**room.content("nl.plein.subsite"), "citizens": True}
    room.puts(opening.homeserver.plein.bot, "nl.plein.subsite", content)
    await opening.homeserver.settled()

    again = await opening.sanne.asks("ja")

    assert "ja" in again
    assert await joining_of(opening) == "request"
    await opening.sanne.asks("ja")
    assert await joining_of(opening) == "open"
