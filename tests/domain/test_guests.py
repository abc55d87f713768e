"""Whom somebody wants to invite, by what they typed or pasted."""

import pytest

from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Account, Address, Called, Guest, named
from plein_bot.domain.ids import UserId

JAN, ELS = "jan@voorbeeld.example", "els@voorbeeld.example"


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        (JAN, [Address(JAN)]),
        (f" {JAN.upper()}. ", [Address(JAN)]),
        (f"mailto:{JAN}", [Address(JAN)]),
        (f"{JAN} {ELS}", [Address(JAN), Address(ELS)]),
        (f"{JAN},{ELS}; ", [Address(JAN), Address(ELS)]),
        (f"{JAN}\n{ELS}\n", [Address(JAN), Address(ELS)]),
        (f"Jan de Vries <{JAN}>", [Address(JAN, "Jan de Vries")]),
        (f'"Jan de Vries" <{JAN}>; {ELS}', [Address(JAN, "Jan de Vries"), Address(ELS)]),
        (f"Jan de Vries {JAN}", [Address(JAN, "Jan de Vries")]),
        (f"{JAN}, {JAN}", [Address(JAN)]),
        ("@sanne:plein.test", [Account(UserId("@sanne:plein.test"))]),
        (f"@sanne:plein.test {JAN}", [Account(UserId("@sanne:plein.test")), Address(JAN)]),
        ("jan@Bücher.example", [Address("jan@xn--bcher-kva.example")]),
        ("Joost Bakker", [Called("Joost Bakker")]),
        ("@Joost", [Called("@Joost")]),
        ("3", [Called("3")]),
        ("", []),
    ],
)
def test_guests_are_read_as_people_paste_them(text: str, guests: list[Guest]) -> None:
    assert list(named(text)) == guests


@pytest.mark.parametrize(
    "text",
    [
        "jan@voorbeeld",
        "jan@@voorbeeld.example",
        "Jan <jan@x>",
        ".a@voorbeeld.example",
        "a..b@voorbeeld.example",
        "a.@voorbeeld.example",
        "jan@-voor.example",
        "jan@voor-.example",
        f"jan@{'ü' * 64}.example",
    ],
)
def test_an_address_with_a_typo_is_said_back(text: str) -> None:
    with pytest.raises(Refusal):
        named(text)


def test_many_belong_in_a_list() -> None:
    with pytest.raises(Refusal):
        named(" ".join(f"n{number}@voorbeeld.example" for number in range(101)))
