from email import message_from_string

import pytest

from bridges.email.addresses import (
    ConfirmAddress,
    Keys,
    OurAddress,
    PlaceAddress,
    ReplyAddress,
    is_address,
    meaning,
    shown_name,
)
from bridges.email.headers import sender

DOMAIN = "plein.example"
KEYS = Keys("geheim")


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("zaanstreek@plein.example", PlaceAddress("zaanstreek", "")),
        ("Zaanstreek+Jeugdzorg@PLEIN.example.", PlaceAddress("zaanstreek", "jeugdzorg")),
        ("r+abcdefghij@plein.example", ReplyAddress("abcdefghij")),
        ("c+12-abcdefghij@plein.example", ConfirmAddress("12-abcdefghij")),
        ("zaanstreek@elders.example", None),
        ("zaanstreek+@plein.example", None),
        ("zaan streek@plein.example", None),
        ("r+../../etc@plein.example", None),
        ("@plein.example", None),
        ("zaanstreek", None),
    ],
)
def test_an_address_says_what_it_is_for(address: str, target: OurAddress | None) -> None:
    assert meaning(address, DOMAIN) == target


def test_one_mailbox_is_one_ghost_and_its_id_does_not_tell_which() -> None:
    ghost = KEYS.ghost("Jan.Jansen@Buiten.example")

    assert ghost == KEYS.ghost(" jan.jansen@buiten.example ")
    assert ghost != Keys("ander").ghost("jan.jansen@buiten.example")
    assert "jan" not in ghost.removeprefix("mail_")


def test_only_what_was_signed_for_a_purpose_opens_for_it() -> None:
    token = KEYS.link("leave", "@mail_x:plein.example", "!kamer")

    assert KEYS.linked("leave", token.upper()) == ["@mail_x:plein.example", "!kamer"]
    assert KEYS.linked("confirm", token) is None
    assert KEYS.linked("leave", "a" + token) is None
    assert KEYS.linked("leave", "é-ü") is None
    assert KEYS.opened("confirm", "") is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Jan  Jansen\r\nBcc: x", "Jan Jansen Bcc: x"),
        ("\u202eneltaS", "neltaS"),
        ("jan@buiten.example", ""),
        ("jan\uff20buiten.example", ""),
        ('"Jan"', "Jan"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_name_is_shown_without_tricks_and_never_an_address(given: str, shown: str) -> None:
    assert shown_name(given) == shown


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("Jan.O'Neil+plein=1@buiten.example", True),
        ("jür@büro.example", True),
        ("jan@buiten", False),
        ("=?utf-8?q?a=0D=0ABcc=3A_e?=@x.nl", False),
        ("=?utf-8?q?=2C_evil=40e.nl=2C_b?=@x.nl", False),
        ("a@=?utf-8?q?=0A?=.nl", False),
        ("a\0@x.nl", False),
        ("a\ud800@x.nl", False),
        (f"a@{'x.' * 126}nl", False),
    ],
)
def test_mail_goes_to_what_stays_one_address(address: str, usable: bool) -> None:
    assert is_address(address) is usable


@pytest.mark.parametrize("form", ["From: {}", "From: Jan <{}>"])
@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0D=0ABcc=3A_e?=@x.nl",
        "=?utf-8?q?=2C_evil=40e.nl=2C_b?=@x.nl",
        "a@=?utf-8?q?=0A?=.nl",
    ],
)
def test_nobody_is_who_is_written_in_code(form: str, address: str) -> None:
    assert sender(message_from_string(form.format(address))) is None
