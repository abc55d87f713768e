"""Accounts that invited people make on our homeserver, and their names.

The ID says nothing about a person; the name that others see is of their own choice.
"""

import re
import unicodedata
from collections.abc import Iterable

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Organisation, OrganisationKind
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


# `J.de Vries` and `dr.Jansen` are people: a domain is written in one case, after two letters.
_WEBSITE = re.compile(r"://|\bwww\.|[^\W_]{2,}\.(?:[a-z]{2,}|[A-Z]{2,})\b")
_MARK = re.compile(r"\((?:\w+, )?(?:per|by|via)\b[^)]*\)?$", re.IGNORECASE)
"""What programs put behind a name: by it people see whom they talk with."""
_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\s*\([^()]*\)?\s*$")


def refuse_borrowed(name: str, register: Iterable[Organisation], there: Iterable[str]) -> None:
    """Refuse a name by which somebody passes for others: for an organisation, or for one of those
    who are there, by their names."""
    if _WEBSITE.search(name):
        raise Refusal(say("A name holds no address of a website. Choose another one."))
    if _MARK.search(name):
        raise Refusal(say("Leave out what stands between brackets: programs mark people so."))
    words = _words(name)
    if any(_passes_for(words, one) for one in register):
        raise Refusal(say("Choose another name: this one looks like an organisation's."))
    if _words(_BRACKETS.sub("", name)) in {_words(_BRACKETS.sub("", one)) for one in there}:
        raise Refusal(
            say("Choose another name, or add something to it: somebody there is called so.")
        )


def _passes_for(words: str, organisation: Organisation) -> bool:
    """A partner may be called as people are (`Bos`): only what begins so passes for it."""
    called, short = _words(organisation.name), _words(organisation.slug)
    if words.startswith((called, short)):
        return True
    is_telling = organisation.kind is OrganisationKind.GOVERNMENT or called.count(" ") > 2
    return is_telling and called in words


def _words(name: str) -> str:
    """How its words look, each with a space around it; without accents, which hardly show."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not _is_accent(one))
    return f" {' '.join(_WORD.findall(_looks(plain)))} "


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn"


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN


def _looks(name: str) -> str:
    return name.casefold().translate(_ALIKE)
