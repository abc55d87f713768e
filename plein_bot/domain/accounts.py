"""Accounts that invited people make on our homeserver, and their names.

The ID says nothing about a person; the name that others see is of their own choice.
"""

import unicodedata

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.sentences import Sentence, say

LOCALPART = "deelnemer-"
_LONGEST_NAME = 50
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
