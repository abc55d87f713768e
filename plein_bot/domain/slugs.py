"""Which names may places have, and how does a name become the short word in addresses?"""

import re
import unicodedata
from collections.abc import Container
from itertools import count

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say

SHORTEST, LONGEST = 2, 40
LONGEST_NAME = 100
LONGEST_TOPIC = 1000

# What every subsite is born with or staff speak of (design 1); command words come beside these.
RESERVED = frozenset({"publiek", "leden", "beheer"})

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")

# Latin letters that Unicode does not take apart into a plain letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = re.compile("['’‘ʼ`´]")

# Shown as nothing at all, yet letters or symbols to Unicode.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
# The two format characters that writing needs: Persian and Indic words, and emoji of several parts.
_JOINERS = "\u200c\u200d"


def slug_from(name: str) -> str | None:
    """The slug that `name` suggests; None where too little of it can be written in a-z and 0-9.

    It is cut at a whole word, and inside a word only where the first word alone is too long.
    """
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name).casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.findall("[a-z0-9]+", plain.translate(_LETTERS))
    slug = words[0][:LONGEST] if words else ""
    for word in words[1:]:
        if len(slug) + 1 + len(word) > LONGEST:
            break
        slug += f"-{word}"
    return slug if len(slug) >= SHORTEST else None


def is_slug(text: str) -> bool:
    """Whether `text` has the form of a slug; with a dash in front it would read as an option."""
    return bool(_SLUG.fullmatch(text))


def free_slug(wanted: str, taken: Container[str], words: Container[str] = ()) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3` … that is not taken, reserved or a word."""
    for number in count(1):
        suffix = f"-{number}" if number > 1 else ""
        slug = wanted[: LONGEST - len(suffix)].rstrip("-") + suffix
        if slug not in taken and slug not in RESERVED and slug not in words:
            return slug
    raise AssertionError("numbers do not run out")


def clean_name(text: str) -> str:
    """A name fit to be shown to others: on one line, without characters that hide or turn text.

    Raises `Refusal` where nothing readable remains, or more than 100 visible characters.
    """
    name = " ".join("".join(map(_shown, unicodedata.normalize("NFC", text))).split())
    if not name:
        raise Refusal(say("The name is empty. Please give a name."))
    if not any(unicodedata.category(letter)[0] in "LN" or _is_picture(letter) for letter in name):
        raise Refusal(say("That name has no letters or numbers. Please give a name one can read."))
    # A letter may carry marks, but hundreds of them climb over the lines above it.
    if sum(map(_is_visible, name)) > LONGEST_NAME or len(name) > 4 * LONGEST_NAME:
        raise Refusal(
            say(
                "That name is too long. Please give a name of at most {most} characters.",
                most=LONGEST_NAME,
            )
        )
    return name


def clean_topic(text: str) -> str:
    """A description fit to be shown; none is one too. Raises `Refusal` where it is too long."""
    topic = " ".join("".join(map(_shown, unicodedata.normalize("NFC", text))).split())
    if len(topic) > LONGEST_TOPIC:
        raise Refusal(
            say(
                "That description is too long. Please use at most {most} characters.",
                most=LONGEST_TOPIC,
            )
        )
    return topic


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _BLANKS:
        return ""
    hidden = unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter not in _JOINERS
    return "" if hidden else letter


def _is_visible(letter: str) -> bool:
    return letter not in _JOINERS and unicodedata.category(letter) not in ("Mn", "Me")


def _is_picture(letter: str) -> bool:
    return unicodedata.category(letter) == "So"
