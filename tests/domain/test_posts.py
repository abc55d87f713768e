"""What counts as a title, a text, a tag, and what changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain import differences
from plein_bot.domain.errors import Refusal
from plein_bot.domain.posts import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    clean_title,
    parts_of,
    slug_for,
    summary_of,
    tags_in,
    text_under,
    title_in,
)
from plein_bot.domain.slugs import is_slug


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("  Bezoek   aan\tWoudenberg ", "Bezoek aan Woudenberg"),
        ("# Plan", "Plan"),
        ("C# voor ambtenaren", "C# voor ambtenaren"),
        ("Foto’s 🌳", "Foto’s 🌳"),
    ],
)
def test_a_title_is_one_line(typed: str, title: str) -> None:
    assert clean_title(typed) == title


@pytest.mark.parametrize("typed", ["", "   ", "#  ", "x" * (LONGEST_TITLE + 1)])
def test_some_titles_are_none(typed: str) -> None:
    with pytest.raises(Refusal):
        clean_title(typed)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Over #Jeugdzorg en #wonen, #jeugdzorg.", ("jeugdzorg", "wonen")),
        ("# Kop\n## Nog een", ()),
        ("`#code` en\n```\n#meer\n```\n#tekst", ("tekst",)),
        ("https://plein.example/#anker en a#b en #12", ()),
        ("#één #wmo-2026 #", ("één", "wmo-2026")),
    ],
)
def test_words_with_a_hash_are_tags(text: str, tags: tuple[str, ...]) -> None:
    assert tags_in(text) == tags


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("!plein blog Titel\nTekst", "Tekst"),
        ("\n!plein blog Titel\r\n\n\nTekst\n\nMeer\n", "Tekst\n\nMeer"),
        ("!plein blog Titel", ""),
    ],
)
def test_the_text_stands_under_the_command(body: str, text: str) -> None:
    assert text_under(body) == text


def test_the_first_line_may_be_the_title() -> None:
    assert title_in("## **Plan** voor de wijk\nTekst") == "Plan voor de wijk"
    assert title_in("") is None
    assert title_in("x" * 300) is None


def test_a_title_without_letters_has_a_short_name_all_the_same() -> None:
    assert slug_for("Bezoek aan 's-Gravenhage") == "bezoek-aan-s-gravenhage"
    assert slug_for("🌳🌳") == "blog"


@given(st.text())
def test_short_names_are_slugs(title: str) -> None:
    assert is_slug(slug_for(title))


@given(st.text(max_size=40_000))
def test_the_parts_make_the_whole_and_each_fits_in_an_event(text: str) -> None:
    parts = parts_of(text, 1)
    assert "".join(part["text"] for part in parts) == text
    assert all(len(json.dumps(part)) < 60_000 for part in parts)
    assert [part["part"] for part in parts] == list(range(1, parts[0]["of"] + 1))


@given(st.text())
def test_a_summary_is_short(text: str) -> None:
    assert len(summary_of(text)) <= LONGEST_SUMMARY + 1


def test_differences_are_the_lines_that_came_and_went() -> None:
    changed = differences.between("Een\nTwee\nDrie", "Een\nTwee en een half\nDrie\nVier")
    assert changed.lines == ((False, "Twee"), (True, "Twee en een half"), (True, "Vier"))
    assert differences.between("Een", "Een").lines == ()
    many = differences.between("", "\n".join(map(str, range(100))))
    assert (len(many.lines), many.more) == (differences.MOST_SHOWN, 60)


@given(st.text(), st.text())
def test_what_is_the_same_did_not_change(before: str, after: str) -> None:
    assert differences.between(before, before).lines == ()
    for came, line in differences.between(before, after).lines:
        assert line in [one.strip() for one in (after if came else before).splitlines()]
