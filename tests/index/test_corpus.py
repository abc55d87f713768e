"""Documents of many programs: each is read, and found by five words from its middle.

The documents and what they say stand in `tests/documents/corpus/`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest

from plein_bot.actions import search
from plein_bot.actions.search import Wanted
from plein_bot.documents.jobs import mimes
from plein_bot.documents.texts import Text, read
from plein_bot.domain.ids import EventId
from plein_bot.domain.search import parse
from plein_bot.index import file_texts, files
from plein_bot.index.database import Index
from tests.documents.corpus import reading
from tests.documents.corpus.make import MADE, SOURCES, STEPS
from tests.fakes.square import Square, square_on

MIMES = {
    "pdf": mimes.PDF,
    "docx": mimes.DOCX,
    "odt": mimes.ODT,
    "xlsx": mimes.XLSX,
    "ods": mimes.ODS,
    "pptx": mimes.PPTX,
    "odp": mimes.ODP,
    "html": mimes.HTML,
    "txt": mimes.TEXT,
    "csv": mimes.TEXT,
    "eml": mimes.MAIL,
}
_WRONG_NAME = "application/octet-stream"


@pytest.fixture(scope="session")
async def texts() -> Mapping[str, Text]:
    """What Plein reads in each: in its child process, once for all tests here."""
    found = await asyncio.gather(*(read((MADE / name).read_bytes()) for name in STEPS))
    unread = [name for name, one in zip(STEPS, found, strict=True) if not isinstance(one, Text)]
    assert not unread
    return {name: one for name, one in zip(STEPS, found, strict=True) if isinstance(one, Text)}


def test_the_corpus_has_all_formats_and_every_source_is_used() -> None:
    number = Counter(name.rpartition(".")[2] for name in STEPS)

    assert number.total() >= 60
    assert set(number) == set(MIMES)
    assert min(number.values()) >= 4
    assert {path.name for path in MADE.iterdir()} == set(STEPS)
    stems = {name.rpartition(".")[0] for name in STEPS}
    assert all(path.stem.removesuffix("-blad2") in stems for path in SOURCES.glob("*.csv"))


def test_every_word_of_every_document_is_read(texts: Mapping[str, Text]) -> None:
    lost = {}
    for name, text in texts.items():
        there = reading.squeezed(text.text)
        missing = [w for w in reading.words(reading.said(name)) if reading.squeezed(w) not in there]
        if missing:
            lost[name] = missing

    assert not lost
    # What stands above and below the pages, too.
    for name in ("raadsvoorstel-fietstunnel.pdf", "evaluatie-zwerfjongeren.docx"):
        assert "ter bespreking" in texts[name].text
    assert "ter bespreking" in texts["handreiking-vergaderen.odt"].text
    assert {name: text.mime for name, text in texts.items()} == {
        name: MIMES[name.rpartition(".")[2]] for name in STEPS
    }


@dataclass(frozen=True)
class Sent:
    """All of them, sent in one place and read."""

    square: Square
    names: Mapping[EventId, str]

    async def found(self, question: str) -> set[str]:
        act = self.square.by(self.square.sanne)
        results = await search.results(act, Wanted(parse(question)))
        return {self.names[hit.event] for hit in results.hits}


@pytest.fixture
async def sent(index: Index, texts: Mapping[str, Text]) -> AsyncIterator[Sent]:
    async with square_on(index) as square:
        place = await square.group(await square.subsite())
        events = await asyncio.gather(
            *(square.sanne.sends_file(place.room, name, b"", _WRONG_NAME) for name in texts)
        )
        for (name, text), event in zip(texts.items(), events, strict=True):
            file = await files.of_event(index, event)
            assert file
            outcome = file_texts.Outcome(name, text.mime, text.text)
            await file_texts.keep(index, file, outcome)
        yield Sent(square, dict(zip(events, texts, strict=True)))


async def test_each_is_found_by_five_words_from_its_middle_and_its_neighbours_have_them_too(
    sent: Sent,
) -> None:
    for name in STEPS:
        question = reading.middle(name)
        assert len(question.split()) == 5
        hits = await sent.found(question)
        assert name in hits, question
        assert {one for one in STEPS if reading.has(one, question)} <= hits, question
        assert [one for one in hits if not reading.explains(one, question)] == [], question

    for sentence, standing in reading.shared().items():
        assert len(standing) > 3, sentence
        hits = await sent.found(sentence)
        assert standing <= hits, sentence
        assert [one for one in hits if not reading.explains(one, sentence)] == [], sentence
        # A phrase is not found where a word of it is broken over two lines of a page.
        exactly = await sent.found(f'"{sentence}"')
        assert exactly <= standing, sentence
        assert {one for one in standing if not one.endswith(".pdf")} <= exactly, sentence
