import pytest

from plein_bot.stemming.forms import forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("verslag", "verslagen"),
        ("gemeente", "gemeenten"),
        ("bezoek", "bezoeken"),
        ("huis", "huizen"),
        ("brief", "brieven"),
        ("plan", "plannen"),
        ("fotos", "foto"),
        ("vergadering", "vergaderingen"),
        ("meeting", "meetings"),
        ("reported", "reports"),
    ],
)
def test_two_forms_of_a_word_have_something_in_common(one: str, other: str) -> None:
    assert set(forms(one)) & set(forms(other))


@pytest.mark.parametrize("word", ["", "a", "de", "123", "z2026", "_065e5_0672c"])
def test_what_has_no_stem_is_only_itself(word: str) -> None:
    assert forms(word) == (word,)
