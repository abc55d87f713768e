import pytest

from bridges.email.addresses import (
    ConfirmAddress,
    Keys,
    OurAddress,
    PlaceAddress,
    ReplyAddress,
    meaning,
    shown_name,
)

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
        ('"Jan"', "Jan"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_name_is_shown_without_tricks_and_never_an_address(given: str, shown: str) -> None:
    assert shown_name(given) == shown
