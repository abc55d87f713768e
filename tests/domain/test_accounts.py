"""What people may call themselves here."""

import pytest

from plein_bot.domain.accounts import account_id, clean_name, refuse_borrowed
from plein_bot.domain.errors import Refusal
from plein_bot.domain.people import Organisation, OrganisationKind


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


_REGISTER = (
    Organisation("zaanstad", "gemeente Zaanstad", OrganisationKind.GOVERNMENT),
    Organisation("bos", "Bos", OrganisationKind.PARTNER),
)
_THERE = ("Sanne de Vries", "Zoë (per e-mail)")


@pytest.mark.parametrize(
    "name",
    [
        "sanne de vries",
        "Sanne  de Vríes!",
        "Sаnne de Vries",
        "Sanne de Vries (wijkteam)",
        "Zoe",
        "Jan (per e-mail)",
        "Jan (via Plein",
        "Jan, Gemeente Zaanstad",
        "Zaanstad helpt u",
        "Bos",
        "www.bank",
        "mijn-bank.nl",
        "https://x",
    ],
)
def test_nobody_passes_for_others(name: str) -> None:
    with pytest.raises(Refusal):
        refuse_borrowed(clean_name(name, "Plein"), _REGISTER, _THERE)


@pytest.mark.parametrize(
    "name", ["Sanne", "Jan Bos", "J.de Vries", "dr.Jansen", "A.B. Smit", "Jan (de bakker)"]
)
def test_names_of_people_are_taken(name: str) -> None:
    refuse_borrowed(clean_name(name, "Plein"), _REGISTER, _THERE)
