"""What people may call themselves here."""

import pytest

from plein_bot.domain.accounts import account_id, clean_name
from plein_bot.domain.errors import Refusal


@pytest.mark.parametrize("name", ["Vrolijke Merel", "Zoë", "李明", "J. de Vries-Bos", " Jan  Bos "])
def test_people_choose_their_name(name: str) -> None:
    assert clean_name(name, "Plein") == " ".join(name.split())


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "…", "plein", "@sanne:plein.test", "x" * 51])
def test_a_name_must_show_and_deceive_nobody(name: str) -> None:
    with pytest.raises(Refusal):
        clean_name(name, "Plein")


def test_an_account_says_nothing_about_its_owner() -> None:
    assert account_id("0123456789abcdef", "plein.test") == "@deelnemer-0123456789ab:plein.test"


@pytest.mark.parametrize(
    "name",
    [
        "Pl\u00adein",
        "P\u2060lein",
        "Рlein",
        "\uff30lein",
        "plein beheer",
        "PLEIN",
        "P\u200blein\x85",
    ],
)
def test_nobody_is_called_as_the_house_is(name: str) -> None:
    with pytest.raises(Refusal):
        clean_name(name, "Plein")


def test_a_name_is_what_is_seen_of_it() -> None:
    assert clean_name("\u202eKarin\u061c  Plein\U000e0041", "Plein") == "Karin Plein"
