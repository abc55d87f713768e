"""What is one word, and which ways of writing it are the same?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.tokens import chunks, composed, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Café FINANCIËN", ["cafe", "financien"]),
        ("cafe\u0301", ["cafe"]),
        ("foto’s en foto's", ["fotos", "en", "fotos"]),
        ("jeugd-zorg", ["jeugd", "zorg"]),
        ("verslag_bedrijf.docx", ["verslag", "bedrijf", "docx"]),
        ("Straße Ærø", ["strasse", "aero"]),
        ("20.000 inwoners (2026)", ["20", "000", "inwoners", "2026"]),
        ("日本", ["_065e5", "_0672c"]),
        ("", []),
        ("?! — *", []),
    ],
)
def test_words_are_the_same_however_they_are_written(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_what_a_hyphen_joins_is_one_word_too() -> None:
    [chunk] = chunks("Jeugd-zorg")

    assert (chunk.words, chunk.joined) == (("jeugd", "zorg"), "jeugdzorg")


@given(st.text())
def test_a_token_has_only_letters_that_no_database_reads_otherwise(text: str) -> None:
    for chunk in chunks(composed(text)):
        for word in (*chunk.words, *filter(None, [chunk.joined])):
            assert word
            assert word.isascii()
            assert word.replace("_", "").isalnum()
            assert word == word.lower()
