from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.slugs import RESERVED, clean_name, free_slug, is_slug, slug_from


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Foto’s Regio Zaanstreek", "fotos-regio-zaanstreek"),
        ("'s-Hertogenbosch", "s-hertogenbosch"),
        ("Coördinatie ĳsbaan Ærøskøbing", "coordinatie-ijsbaan-aeroskobing"),
        ("Straße & Łódź", "strasse-lodz"),
        ("Jeugd 🎉 zorg!", "jeugd-zorg"),
        ("zorg / welzijn (2026)", "zorg-welzijn-2026"),
        (
            "Samen werken aan een veilige en leefbare buurt",
            "samen-werken-aan-een-veilige-en-leefbare",
        ),
        ("a" * 60, "a" * 40),
        ("السلام", None),
        ("🎉", None),
        ("X", None),
        ("", None),
    ],
)
def test_a_name_suggests_a_slug(name: str, slug: str | None) -> None:
    assert slug_from(name) == slug


@given(st.text())
def test_what_is_suggested_is_a_slug(name: str) -> None:
    slug = slug_from(name)

    assert slug is None or is_slug(slug)


@pytest.mark.parametrize("text", ["a", "a" * 41, "-a", "a-", "Ab", "a b", "é1", "a/b", "ab\n"])
def test_what_is_not_a_slug(text: str) -> None:
    assert not is_slug(text)


def test_a_taken_slug_gets_the_first_free_number() -> None:
    assert free_slug("werk", {"jeugd"}) == "werk"
    assert free_slug("werk", {"werk", "werk-2"}) == "werk-3"


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_never_free(word: str) -> None:
    assert free_slug(word, ()) == f"{word}-2"


def test_a_command_word_is_never_free() -> None:
    assert free_slug("help", (), words={"help"}) == "help-2"


def test_a_numbered_slug_is_no_longer_than_others() -> None:
    wanted = "samen-werken-aan-een-veilige-en-leefbare"

    assert is_slug(free_slug(wanted, {wanted}))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Werk\u00a0 en\n\tinkomen ", "Werk en inkomen"),
        ("Zaan\u202estreek\u200b\x00", "Zaanstreek"),
        ("Feest 👩\u200d👧 🎉", "Feest 👩\u200d👧 🎉"),
        ("🎉", "🎉"),
        ("e\u0301e\u0301n", "één"),
        ("a" * 100, "a" * 100),
    ],
)
def test_a_name_keeps_what_can_be_seen(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", " \t", "\u200b\u202e", "\u3164", "!?…", "a" * 101])
def test_a_name_that_nobody_can_read_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        clean_name(typed)


def test_a_name_under_a_tower_of_marks_is_refused() -> None:
    with pytest.raises(Refusal):
        clean_name("a" + "\u0336" * 1000)


@given(st.text(max_size=80))
def test_cleaning_a_clean_name_changes_nothing(typed: str) -> None:
    try:
        name = clean_name(typed)
    except Refusal:
        return

    assert clean_name(name) == name
    assert not [letter for letter in name if category(letter) in ("Cc", "Cs", "Zl", "Zp")]
