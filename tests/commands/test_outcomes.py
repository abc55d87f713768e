"""What was done with what people said: asked for, given, and told once to who took part."""

from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.actions import consultations, outcomes
from plein_bot.domain.consultations import TELL, WAITING
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Place
from plein_bot.index import posts, timers
from tests.commands.test_consultations import closed, comes, in_thread, thought_about
from tests.commands.test_interruptions import attended, last, typed
from tests.commands.test_polls import a_place
from tests.commands.test_post_interruptions import group
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square

TEXT = "Er komt een **schommel**. De glijbaan past niet."


async def a_closed_one(square: Square, *others: Person) -> tuple[Place, EventId]:
    """Over which Joost said something, and others reacted."""
    place = await a_place(square, square.joost, *others)
    event = await thought_about(square, place)
    await square.joost.comments(place.room, event, "Een schommel")
    for person in others:
        await person.reacts(place.room, event, "👍")
    await square.sanne.asks("blog sluiten 1")
    await closed(square)
    return place, event


async def everybody_is_told(square: Square) -> None:
    assert await timers.of_kind(square.index, TELL)
    await outcomes.tell_all(square.acts.by(PLEIN.bot, "$tell"), 1)
    await timers.cancel(square.index, f"{TELL}:1")


def told(square: Square, person: Person) -> list[str]:
    return [one for one in square.chat_of(person) if "U dacht mee over" in one]


async def test_everybody_who_took_part_hears_once_what_was_done_with_it(square: Square) -> None:
    place, event = await a_closed_one(square, square.peter)
    answer = await square.sanne.asks(f"blog uitkomst 1\n{TEXT}")
    assert "iedereen die meedacht" in answer
    await everybody_is_told(square)

    for person in (square.joost, square.peter):
        [words] = told(square, person)
        assert f"U dacht mee over “Speelplek” in {place.full_name}." in words
        assert "Er komt een schommel. De glijbaan past niet." in words
    assert not told(square, square.sanne)
    assert not told(square, square.fatima)
    assert any("Er komt een schommel" in one for one in in_thread(square, place, event))
    shown = await square.joost.asks("blog toon 1")
    assert "Wat is ermee gedaan" in shown
    assert "De glijbaan past niet." in shown
    assert "gesloten, uitkomst bekend" in await square.joost.asks("meedenken")

    answer = await square.sanne.asks("blog uitkomst 1\nEr komen twee schommels.")
    assert "hoort dat niet nog een keer" in answer
    assert not await timers.of_kind(square.index, TELL)
    assert "twee schommels" in await square.joost.asks("blog toon 1")
    assert "al verteld" in await square.sanne.asks("blog meedenken 1 over 4 weken")
    assert "al verteld" in await square.sanne.asks("blog heropenen 1")


async def test_who_may_read_it_no_more_is_not_told(square: Square) -> None:
    place, _ = await a_closed_one(square, square.peter)
    await square.peter.leaves(place.room)
    await square.sanne.asks(f"blog uitkomst 1\n{TEXT}")
    await everybody_is_told(square)
    assert told(square, square.joost)
    assert not told(square, square.peter)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("blog uitkomst 1", "Wat is er met de reacties gedaan?"),
        ("blog uitkomst 9\nTekst", "Ik ken geen blog “9”"),
        ("blog uitkomst van de enquête\nTekst", "Van welke blog is dit de uitkomst?"),
        (f"blog uitkomst 1\n{'é' * 8001}", "8001 tekens; er passen er 8000"),
        ("blog uitkomst 2\nTekst", "is niemand gevraagd om mee te denken"),
        ("blog uitkomst 3\nTekst", "kan nog tot"),
    ],
)
async def test_an_outcome_of_nothing_is_none(square: Square, line: str, answer: str) -> None:
    place, _ = await a_closed_one(square)
    event = await square.sanne.says(place.room, "!plein blog Gewoon\nTekst")
    await square.sanne.is_answered(place.room, event)
    await thought_about(square, place, "Nog open")
    assert answer in await square.sanne.asks(line)
    for number in (1, 2, 3):
        post = await posts.numbered(square.index, number)
        assert post
        assert not (post.consultation and post.consultation.outcome)


async def test_only_its_author_and_staff_tell_the_outcome_and_not_in_an_archive(
    square: Square,
) -> None:
    place, _ = await a_closed_one(square)
    refused = await square.joost.asks(f"blog uitkomst 1\n{TEXT}")
    assert "Alleen de schrijver en de beheerders" in refused
    await square.sanne.asks(f"groep archiveren {place.path}")
    await square.sanne.asks("ja")
    assert "is gearchiveerd" in await square.sanne.asks(f"blog uitkomst 1\n{TEXT}")
    assert "is gearchiveerd" in await square.sanne.asks("blog meedenken 1 over 4 weken")


async def test_an_author_who_tells_nothing_is_reminded_three_times_at_most(square: Square) -> None:
    await a_closed_one(square)
    for time in (1, 2, 3):
        [timer] = await timers.of_kind(square.index, WAITING)
        assert timer.subject == {"post": 1, "time": time}
        await timers.cancel(square.index, timer.name)
        act = square.acts.by(PLEIN.bot, f"$reminder {time}")
        await outcomes.waiting_due(act, 1, time)
    assert not await timers.of_kind(square.index, WAITING)
    reminders = [one for one in square.chat_of(square.sanne) if "Vertel het: " in one]
    assert len(reminders) == 3
    assert "wie meedacht (1)" in reminders[0]


async def test_where_the_author_left_the_staff_are_reminded(square: Square) -> None:
    place = await a_place(square, square.joost)
    event = await square.joost.says(
        place.room, "!plein blog Van Joost --meedenken over 2 weken\nTekst"
    )
    await square.joost.is_answered(place.room, event)
    await square.joost.leaves(place.room)
    await consultations.close_due(
        square.acts.by(PLEIN.bot, "$over"), 1, datetime.now(UTC) + timedelta(days=15)
    )
    staff = await square.staff_room(place.root)
    said = await square.sanne.hears(
        staff, lambda raw: "“Van Joost” is voorbij" in str(raw["content"].get("body"))
    )
    assert said
    assert [timer.kind for timer in await timers.of_kind(square.index, WAITING)] == [WAITING]


# --- Stopped before any step, it ends the same ---


@pytest.mark.parametrize("stage", ["given", "told", "reminded", "changed"])
async def test_an_outcome_survives_every_interruption(squares: Squares, stage: str) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await square.sanne.says(room, "!plein blog Titel --meedenken over 2 weken\nTekst")
        await attended(square)
        await square.peter.comments(room, event, "Mooi")
        await typed(square, "blog sluiten 1")
        await attended(square)
        if stage == "reminded":
            await comes(square, timedelta(days=15))
            return await last(square)
        await typed(square, f"blog uitkomst 1\n{TEXT}")
        if stage == "given":
            return await last(square)
        await attended(square)
        if stage == "changed":
            await typed(square, "blog uitkomst 1\nToch anders.")
        else:
            await comes(square, timedelta())
        return await last(square)

    assert await survives_every_interruption(squares, scene) >= 1
