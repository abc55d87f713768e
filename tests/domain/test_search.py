"""What does somebody look for, and what is shown first?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.periods import period
from plein_bot.domain.search import MOST_WORDS, Hit, SearchKind, parse, ranked
from plein_bot.domain.snippets import LENGTH, snippet
from plein_bot.stemming.forms import forms

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def words(text: str) -> list[tuple[str, ...]]:
    return [term.words for term in parse(text).terms]


def test_every_word_counts_once_and_words_that_say_nothing_do_not() -> None:
    assert words("het verslag van het bezoek, Verslag!") == [("verslag",), ("bezoek",)]


def test_words_that_say_nothing_are_looked_for_where_there_are_no_others() -> None:
    assert words("to be or not to be") == [("to",), ("be",), ("or",), ("not",)]


@pytest.mark.parametrize("quotes", ['""', "“”", "„”", "«»"])
def test_quotes_of_any_kind_make_a_phrase(quotes: str) -> None:
    first, last = quotes[0], quotes[1]
    [phrase, word] = parse(f"{first}bezoek aan Woudenberg{last} verslag").terms

    assert phrase.phrase
    assert phrase.words == ("bezoek", "aan", "woudenberg")
    assert word.words == ("verslag",)


def test_quotes_that_are_left_open_are_none() -> None:
    assert words('"bezoek aan Woudenberg') == [("bezoek",), ("woudenberg",)]


@pytest.mark.parametrize(
    "operators",
    [
        "NEAR(a b)",
        "a AND NOT b",
        "title:x^2",
        "a & !b | (c",
        "'; DROP TABLE search; --",
        "*",
        "a*b",
    ],
)
def test_signs_of_a_database_are_words_or_nothing(operators: str) -> None:
    try:
        found = parse(operators)
    except Refusal:
        return
    assert all(word.isalnum() for term in found.terms for word in term.words)


def test_a_star_says_that_it_is_only_the_beginning() -> None:
    assert [term.begins for term in parse("jeu* zorg").terms] == [True, False]


@pytest.mark.parametrize("nothing", ["", "  ", "?!", "“”", "***"])
def test_who_asks_nothing_is_told_how(nothing: str) -> None:
    with pytest.raises(Refusal, match="What shall I look for"):
        parse(nothing)


def test_a_text_that_was_pasted_is_too_much() -> None:
    parse(" ".join(f"woord{number}" for number in range(MOST_WORDS)))
    with pytest.raises(Refusal, match="at most"):
        parse("gemeente zaanstad overlegt " * 1000 + " ".join(map(str, range(30))))


@given(st.text(max_size=200))
def test_anything_can_be_asked(text: str) -> None:
    try:
        found = parse(text)
    except Refusal:
        return
    assert 0 < sum(len(term.words) for term in found.terms) <= MOST_WORDS


def hit(name: str, days: int = 0, **more: object) -> Hit:
    facts: dict[str, object] = {"kind": SearchKind.MESSAGE, "in_title": False, "whole": True}
    facts |= more
    return Hit(
        EventId(name),
        EventId(name),
        RoomId("!room"),
        author=UserId("@a:b"),
        at=NOW - timedelta(days=days),
        **facts,  # type: ignore[arg-type]
    )


def test_titles_go_first_then_posts_then_what_is_fresh() -> None:
    fresh, old = hit("fresh"), hit("old", days=900)
    post = hit("post", days=30, kind=SearchKind.POST)
    titled = hit("titled", days=2000, kind=SearchKind.POST, in_title=True)
    begun = hit("begun", whole=False)

    assert ranked([begun, old, fresh, titled, post], NOW) == [titled, post, fresh, old, begun]


def test_the_piece_that_is_shown_has_most_of_the_words_and_marks_them() -> None:
    text = (
        "Over het verslag. "
        + "Iets anders. " * 40
        + "Het **verslag** van de bezoeken, en meer. " * 9
    )
    pieces = snippet(text, parse("verslag bezoek"), forms)

    assert [piece.text for piece in pieces if piece.marked][:2] == ["verslag", "bezoeken"]
    assert pieces[0].text == "…"
    assert sum(len(piece.text) for piece in pieces) <= LENGTH + 2


@given(st.text(max_size=400), st.sampled_from(["verslag", "a", '"a b"', "jeugd-zorg"]))
def test_a_piece_is_part_of_the_text(text: str, asked: str) -> None:
    pieces = snippet(text + " verslag a b", parse(asked), forms)

    assert all(piece.text for piece in pieces)


ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "first", "over"),
    [
        ("2026", (2025, 12, 31, 23), (2026, 12, 31, 23)),
        ("2026-12", (2026, 11, 30, 23), (2026, 12, 31, 23)),
        ("2026-05-12", (2026, 5, 11, 22), (2026, 5, 12, 22)),
        ("12-5-2026", (2026, 5, 11, 22), (2026, 5, 12, 22)),
        ("5-2026", (2026, 4, 30, 22), (2026, 5, 31, 22)),
    ],
)
def test_a_period_is_read_as_people_write_it(
    text: str, first: tuple[int, ...], over: tuple[int, ...]
) -> None:
    year, month, day, hour = first
    begins = datetime(year, month, day, hour, tzinfo=UTC)
    year, month, day, hour = over

    assert period(text, ZONE) == (begins, datetime(year, month, day, hour, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "mei", "2026-13", "31-2-2026", "9999", "0000", "12345"])
def test_what_is_no_period_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Refusal, match="not a day"):
        period(text, ZONE)
