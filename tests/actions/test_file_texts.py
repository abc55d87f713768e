"""What is in files is read once, kept, and found as long as the file stands."""

from pathlib import Path

from plein_bot.actions import file_texts, search
from plein_bot.actions.search import Wanted
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Place
from plein_bot.domain.search import parse
from plein_bot.index import file_texts as rows
from plein_bot.index.tables.files import Reading
from tests.fakes.square import Square

PDF = (Path(__file__).parents[1] / "documents/fixtures/wandelroute.pdf").read_bytes()


async def a_place(square: Square) -> Place:
    return await square.group(await square.subsite())


async def read_all(square: Square) -> int:
    number = 0
    while file := await rows.next_unread(square.index):
        await file_texts.read(square.acts, file)
        number += 1
    return number


async def found(square: Square, words: str) -> list[EventId]:
    results = await search.results(square.by(square.sanne), Wanted(parse(words)))
    return [hit.event for hit in results.hits]


async def test_a_file_is_found_by_words_from_its_middle(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "scan1.pdf", PDF, "application/x-wrong")
    assert await found(square, "bankjes") == []

    assert await read_all(square) == 1

    assert await found(square, "nieuwe wandelroute langs het water") == [event]
    assert await found(square, '"bankjes en verlichting"') == [event]
    kept = await rows.of_file(square.index, event)
    assert kept
    assert (kept.state, kept.mime) == (Reading.READ, "application/pdf")
    assert await read_all(square) == 0


async def test_what_cannot_be_read_is_marked_and_found_by_its_name(square: Square) -> None:
    place = await a_place(square)
    broken = await square.sanne.sends_file(place.room, "stuk.pdf", PDF[:200], "application/pdf")
    gone = await square.sanne.sends_file(place.room, "weg.pdf", b"weg", "application/pdf")
    url = square.homeserver.room(place.room).timeline[-1]["content"]["url"]
    del square.homeserver.media[url]

    assert await read_all(square) == 2

    assert await found(square, "stuk") == [broken]
    assert await found(square, "weg") == [gone]
    for event, reason in ((broken, "broken"), (gone, "M_NOT_FOUND")):
        kept = await rows.of_file(square.index, event)
        assert kept
        assert (kept.state, kept.reason) == (Reading.FAILED, reason)
    assert await read_all(square) == 0


async def test_a_file_that_takes_plein_down_is_not_tried_for_ever(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "wee.pdf", PDF, "application/pdf")

    for _ in range(rows.MOST_TRIES):
        file = await rows.next_unread(square.index)
        assert file
        await rows.begin(square.index, file)  # And here it falls.

    assert await rows.next_unread(square.index) is None


async def test_what_is_redacted_is_forgotten(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "scan.pdf", PDF, "application/pdf")
    await read_all(square)

    await square.sanne.redacts(place.room, event)

    assert await found(square, "bankjes") == []
    assert await rows.of_file(square.index, event) is None


async def test_the_same_content_is_known_by_its_hash(square: Square) -> None:
    place = await a_place(square)
    first = await square.sanne.sends_file(place.room, "een.pdf", PDF, "application/pdf")
    other = await square.sanne.sends_file(place.room, "twee.pdf", PDF, "application/pdf")
    await square.sanne.sends_file(place.room, "drie.txt", b"anders", "text/plain")
    await read_all(square)

    assert await rows.same_content(square.index, first) == (other,)
