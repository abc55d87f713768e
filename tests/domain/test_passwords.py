"""Which passwords do."""

import pytest

from plein_bot.domain.errors import Refusal
from plein_bot.domain.passwords import refuse_password

KNOWN = ("Vrolijke Merel", "Plein Zaanstad", "Poelenburg/Publiek", "plein.test")


@pytest.mark.parametrize(
    "password",
    [
        "paard fiets maan",
        "paardfietsmaan",
        "äöü kaas boom",
        "Mijn hond heet Bello",
        "Tr0ub4dor&3x",
        "aB3dE9xQ2z",
        "8f3a91c04be7",
    ],
)
def test_three_words_do_and_so_does_what_a_password_manager_makes(password: str) -> None:
    refuse_password(password, *KNOWN)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "kort",
            "é" * 40,
            "aaaaaaaaaaaa",
            "katkatkatkat",
            "1234567890",
            "qwertyuiop12",
            "1q2w3e4r5t",
        ),
        *("Wachtwoord123", "W4chtw00rd!", "welkom2026!", "welkomwelkom", "welkom welkom"),
        *("Amsterdam2026", "Zaanstad-2026", "Gemeente!Gemeente", "zomervakantie", "Bello12345"),
        *("vrolijke99", "Vrolijke.Merel.12", "Poelenburg1!", "PleinZaanstad"),
    ],
)
def test_what_is_guessed_first_does_not(password: str) -> None:
    with pytest.raises(Refusal):
        refuse_password(password, *KNOWN)
