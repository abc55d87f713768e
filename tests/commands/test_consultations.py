"""Thinking along: asked for, given more time, closed, and what goes wrong on the way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.domain.consultations import CLOSE, SOON
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.posts import Post
from plein_bot.index import polls, posts, timers
from tests.commands.test_documents import posts_in, the_post
from tests.commands.test_interruptions import attended, last, typed
from tests.commands.test_polls import a_place, asks, result, votes
from tests.commands.test_post_interruptions import group
from tests.commands.test_posts import gone, standing
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square


async def thought_about(
    square: Square, place: Place, title: str = "Speelplek", until: str = "over 2 weken"
) -> EventId:
    """A post of Sanne's that asks people to think along."""
    event = await square.sanne.says(
        place.room, f"!plein blog {title} --meedenken {until}\nWat wilt u?"
    )
    await square.sanne.is_answered(place.room, event)
    await standing(square, event, title=title)
    return event


async def open_until(square: Square, number: int = 1) -> datetime:
    async def is_open() -> datetime | None:
        post = await posts.numbered(square.index, number)
        there = post.consultation if post else None
        return there.closes_at if there and there.is_open else None

    async with asyncio.timeout(20):
        moment = await square.index.until(is_open)
    assert moment
    return moment


async def closed(square: Square, number: int = 1) -> Post:
    async def is_closed() -> Post | None:
        post = await posts.numbered(square.index, number)
        return post if post and post.consultation and not post.consultation.is_open else None

    async with asyncio.timeout(20):
        post = await square.index.until(is_closed)
    assert post
    return post


async def comes(square: Square, moment: timedelta) -> None:
    """So much time passes."""
    await timers.ripen(square.index, datetime.now(UTC) + moment)


def in_thread(square: Square, place: Place, event: str) -> list[str]:
    """What Plein says in the thread of a post, its card first."""
    return [
        str(raw["content"]["body"])
        for raw in square.homeserver.rooms[place.room].timeline
        if raw["sender"] == PLEIN.bot
        and raw["content"].get("m.relates_to", {}).get("event_id") == event
        and raw["content"]["m.relates_to"].get("rel_type") == "m.thread"
    ]


async def hears(square: Square, person: Person, words: str) -> str:
    async with asyncio.timeout(20):
        while True:
            for told in square.chat_of(person):
                if words in told:
                    return told
            await square.homeserver.something_happens()


async def test_it_is_open_until_its_moment_and_then_closes_by_itself(square: Square) -> None:
    place = await a_place(square, square.joost, square.peter)
    event = await thought_about(square, place)
    assert in_thread(square, place, event)[0].startswith("Speelplek · blog 1\n💬 Denk mee tot ")
    await square.joost.comments(place.room, event, "Een schommel")
    poll = await asks(
        square.sanne,
        place.room,
        "Schommel",
        "Glijbaan",
        more={"m.relates_to": {"rel_type": "m.thread", "event_id": event}},
    )
    await votes(square.peter, place.room, poll, "Schommel")
    assert "Denk mee tot" in await square.joost.asks("blog toon 1")
    assert "denk mee tot" in await square.joost.asks(f"blogs {place.path}")

    await comes(square, timedelta(days=12))
    told = await hears(square, square.sanne, "Meer tijd geven")
    assert "Meedenken over “Speelplek” kan tot" in told
    await comes(square, timedelta(days=15))
    post = await closed(square)
    await result(square, poll)

    assert post.closed
    found = await polls.of_event(square.index, poll)
    assert found
    assert found.is_closed
    told = await hears(square, square.sanne, "is voorbij. 2 mensen deden mee")
    words = in_thread(square, place, event)
    assert [one for one in words if "voorbij" in one] == [
        "De tijd om mee te denken is voorbij. 2 mensen deden mee; dank u wel."
    ]
    assert any(
        "Meedenken kon tot" in said
        for said in square.homeserver.rooms[place.room].said_by(PLEIN.bot)
    )


async def test_its_author_gives_more_time_or_closes_it_and_others_do_not(square: Square) -> None:
    place = await a_place(square, square.joost)
    event = await thought_about(square, place)
    first = await open_until(square)
    assert "Alleen de schrijver en de beheerders" in await square.joost.asks(
        "blog meedenken 1 over 8 weken"
    )
    assert "Alleen de schrijver en de beheerders" in await square.joost.asks("blog sluiten 1")
    assert await open_until(square) == first

    assert "kan tot" in await square.sanne.asks("blog meedenken 1 over 8 weken")
    later = await open_until(square)
    assert later > first
    [timer] = await timers.of_kind(square.index, CLOSE)
    assert timer.due_at == later
    assert any("U kunt meedenken over" in one for one in in_thread(square, place, event))

    assert "kan niet meer" in await square.sanne.asks("blog sluiten 1")
    await closed(square)
    assert not await timers.of_kind(square.index, CLOSE)
    assert not await timers.of_kind(square.index, SOON)
    assert "al voorbij" in await square.sanne.asks("blog sluiten 1")
    assert "Zeg tot wanneer: `blog meedenken 1" in await square.sanne.asks("blog heropenen 1")
    assert "kan tot" in await square.sanne.asks("blog meedenken 1 over 4 weken")
    assert (await standing(square, event, closed=False)).consultation
    await square.joost.comments(place.room, event, "Toch nog iets")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("blog meedenken 1 gisteren", "is voorbij"),
        ("blog meedenken 1 31 februari", "geen kalender"),
        ("blog meedenken 1 volgende wek", "geen moment"),
        ("blog meedenken 9 over 2 weken", "Ik ken geen blog “9”"),
        ("blog meedenken 1", "Dat typt u zo"),
    ],
)
async def test_a_moment_that_is_none_changes_nothing(
    square: Square, line: str, answer: str
) -> None:
    place = await a_place(square)
    await thought_about(square, place)
    first = await open_until(square)
    told = await square.sanne.asks(line)
    assert answer in told
    assert await open_until(square) == first


async def test_a_date_alone_is_the_whole_day(square: Square) -> None:
    place = await a_place(square)
    await thought_about(square, place, until="1 december 2027")
    assert (await open_until(square)) == datetime(2027, 12, 1, 22, 59, tzinfo=UTC)


async def test_a_post_is_taken_away_or_closes_but_not_both(square: Square) -> None:
    place = await a_place(square)
    line = f"blog Titel --plek {place.path} --tot over 3 weken --meedenken over 2 weken\nTekst"
    assert "Kies een van de twee" in await square.sanne.asks(line)
    assert not posts_in(square)


async def test_a_draft_asks_people_to_think_along_once_it_is_sent(square: Square) -> None:
    place = await a_place(square)
    line = f"blog Titel --plek {place.path} --op morgen 9:00 --meedenken over 2 weken\nTekst"
    assert "Meedenken kan tot" in await square.sanne.asks(line)
    assert "Meedenken kan tot" in await square.sanne.asks("titel Beter")
    await square.sanne.asks("ja")
    assert "Meedenken tot" in await square.sanne.asks("concept toon")
    await comes(square, timedelta(days=2))
    post = await the_post(square.index, 1)
    await standing(square, post.event, title="Beter")
    await open_until(square)
    assert "Denk mee tot" in posts_in(square)[0]["body"]


async def test_an_edit_of_the_post_changes_its_title_and_not_its_term(square: Square) -> None:
    place = await a_place(square)
    event = await thought_about(square, place)
    first = await open_until(square)
    line = "!plein blog Anders --meedenken over 9 weken\nTekst"
    await square.sanne.edits(place.room, event, line)
    post = await standing(square, event, title="Anders")
    assert post.consultation
    assert post.consultation.closes_at == first


async def test_it_stays_where_people_think_along(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.asks("groep nieuw zaanstreek Verderop")
    await thought_about(square, place)
    await square.sanne.asks("blog verplaatsen 1 zaanstreek/verderop")
    told = await square.sanne.asks("ja")
    assert "kunnen niet mee" in told
    assert (await the_post(square.index, 1)).room == place.room


async def test_of_a_post_that_was_withdrawn_nothing_closes(square: Square) -> None:
    place = await a_place(square)
    event = await thought_about(square, place)
    await square.sanne.redacts(place.room, event)
    await gone(square, 1)
    await comes(square, timedelta(days=30))
    assert "Er is nu niets" in await square.sanne.asks("meedenken")
    assert not [one for one in square.chat_of(square.sanne) if "deden mee" in one]


async def test_what_is_open_is_listed_for_who_may_read_it(square: Square) -> None:
    place = await a_place(square)
    await thought_about(square, place, "Later", "over 8 weken")
    await thought_about(square, place, "Eerder", "over 2 weken")
    await thought_about(square, place, "Voorbij", "over 4 weken")
    await square.sanne.asks("blog sluiten 3")
    told = await square.sanne.asks(f"meedenken {place.path}")
    assert told.startswith("Meedenken: 2 zijn open.")
    assert told.index("Eerder") < told.index("Later") < told.index("Voorbij")
    assert "Er is nu niets" in await square.fatima.asks("meedenken")
    assert "Ik ken geen plek" in await square.fatima.asks(f"meedenken {place.path}")


async def test_whoever_takes_part_in_nothing_finds_what_is_public(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    place = await square.group(subsite, "publiek")
    await thought_about(square, place)
    told = await square.fatima.asks("meedenken")
    assert "Meedenken: één is open." in told
    assert f"Speelplek · {place.full_name} · denk mee tot" in told


# --- Stopped before any step, it ends the same ---


async def test_asking_and_more_time_survive_every_interruption(squares: Squares) -> None:
    async def asking(square: Square) -> Deed:
        room = await group(square)
        await square.sanne.says(room, "!plein blog Titel --meedenken over 2 weken\nTekst")
        return await last(square)

    async def sending(square: Square) -> Deed:
        await group(square)
        line = "blog Titel --plek zaanstreek/leden --meedenken over 2 weken\nTekst"
        await typed(square, line, "ja")
        return await last(square)

    async def more(square: Square) -> Deed:
        await asking(square)
        await typed(square, "blog meedenken 1 over 8 weken")
        return await last(square)

    for scene in (asking, sending, more):
        assert await survives_every_interruption(squares, scene) >= 5


@pytest.mark.parametrize("line", ["", "blog sluiten 1"])
async def test_closing_survives_every_interruption(squares: Squares, line: str) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await square.sanne.says(room, "!plein blog Titel --meedenken over 2 weken\nTekst")
        await attended(square)
        await square.peter.comments(room, event, "Mooi")
        thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": event}}
        poll = await asks(square.sanne, room, "Ja", "Nee", more=thread)
        await votes(square.peter, room, poll, "Ja")
        await attended(square)
        if line:
            await typed(square, line)
        else:
            await comes(square, timedelta(days=15))
        return await last(square)

    assert await survives_every_interruption(squares, scene) >= 8
