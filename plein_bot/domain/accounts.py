"""Accounts that invited people make on our homeserver: their names, and which passwords do.

The ID says nothing about a person; the name that others see is of their own choice.
"""

import re

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.sentences import Sentence, say

LOCALPART = "deelnemer-"
SHORTEST, LONGEST = 10, 72
"""Characters; of a longer password Synapse's bcrypt would ignore the end."""

_LONGEST_NAME = 50
_COMMON = frozenset(
    {"wachtwoord", "welkom", "geheim", "password", "passwort", "welcome", "qwerty", "azerty"}
    | {"qwertyuiop", "iloveyou", "letmein", "administrator", "changeme"}
    | {"lente", "zomer", "herfst", "winter", "spring", "summer", "autumn"}
)
_CONTROL = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

PSEUDONYMS: tuple[Sentence, ...] = (
    say("Cheerful Blackbird"),
    say("Curious Otter"),
    say("Quiet Heron"),
    say("Brave Hedgehog"),
    say("Swift Hare"),
    say("Wise Owl"),
    say("Green Woodpecker"),
    say("Early Lark"),
    say("Busy Beaver"),
    say("Patient Stork"),
    say("Bright Kingfisher"),
    say("Gentle Seal"),
)
"""For who would rather not be known by their own name."""


def account_id(mark: str, server: str) -> UserId:
    """`mark` is guessed by nobody, and the same for the same filling in of the same form."""
    return UserId(f"@{LOCALPART}{mark[:12]}:{server}")


def clean_name(text: str, house: str) -> str:
    """The name that others see; raises a Refusal for one that will not do."""
    name = " ".join(_CONTROL.sub(" ", text).split())
    if not name or not any(map(str.isalnum, name)):
        raise Refusal(say("Choose a name that others see. It need not be your own."))
    if len(name) > _LONGEST_NAME:
        raise Refusal(say("A name has at most {n} characters.", n=_LONGEST_NAME))
    if name.casefold() == house.casefold() or "@" in name:
        raise Refusal(say("Choose another name: this one looks like an account of others."))
    return name


def refuse_password(password: str, name: str) -> None:
    """Long is what counts; what everybody tries first does not do."""
    if len(password) < SHORTEST:
        raise Refusal(
            say(
                "The password is too short: take at least {n} characters, such as three words.",
                n=SHORTEST,
            )
        )
    if len(password.encode()) > LONGEST:
        raise Refusal(say("The password is too long: take at most {n} characters.", n=LONGEST))
    folded = password.casefold()
    letters = re.sub(r"[\W\d_]+", "", folded)
    own = any(len(word) > 3 and word in folded for word in name.casefold().split())
    simple = len(set(folded)) < 5 or folded in "0123456789012345678901234567890123456789"
    if letters in _COMMON or simple or own:
        raise Refusal(
            say(
                "This password is easily guessed. Take three words that have nothing to do with "
                "each other, or with your name."
            )
        )
