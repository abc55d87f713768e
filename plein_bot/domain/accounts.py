"""Accounts that invited people make on our homeserver: their names, and which passwords do.

The ID says nothing about a person; the name that others see is of their own choice.
"""

import re
import unicodedata

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
# Marks that nobody sees, and letters of nobody's alphabet.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# Cyrillic and Greek letters that look like ours.
_ALIKE = str.maketrans("авекмнорстухіјѕһӏԁνορ", "abekmhopctyxijshldvop")

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
    composed = unicodedata.normalize("NFKC", text)
    seen = (" " if one.isspace() else one for one in composed if one.isspace() or _is_seen(one))
    name = " ".join("".join(seen).split())
    if not name or not any(map(str.isalnum, name)):
        raise Refusal(say("Choose a name that others see. It need not be your own."))
    if len(name) > _LONGEST_NAME:
        raise Refusal(say("A name has at most {n} characters.", n=_LONGEST_NAME))
    if f"{_looks(name)} ".startswith(f"{_looks(house)} ") or "@" in name:
        raise Refusal(say("Choose another name: this one looks like an account of others."))
    return name


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN


def _looks(name: str) -> str:
    return name.casefold().translate(_ALIKE)


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
