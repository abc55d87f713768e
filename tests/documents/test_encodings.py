"""Which letters are meant by bytes that do not say so?"""

import pytest

from plein_bot.documents.encodings import decoded, page


@pytest.mark.parametrize("text", ["Café", "Begroting van het café", "één café\n", "€ 12", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_with_accents_are_themselves(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_a_text_that_is_cut_in_its_last_letter_is_what_stands_before() -> None:
    assert decoded("één café".encode()[:-1]) == "één caf"


@pytest.mark.parametrize("said", ["nonsens", "hex", "undefined", "utf-8"])
def test_what_a_page_says_of_itself_may_be_wrong(said: str) -> None:
    html = f'<html><meta charset="{said}"><body>'.encode() + b"Caf\xe9 en meer"

    assert "Café" in page(html)
