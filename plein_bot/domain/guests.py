"""Whom does somebody want to invite, by what they typed or pasted?

People paste what their mail program gives them: `Jan Bos <jan@zaan.example>; els@zaan.example`.
"""

import re
from dataclasses import dataclass

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId, user_id
from plein_bot.domain.sentences import brief, say
from plein_bot.domain.verification import clean_address

MOST = 100
"""Guests on a line; more of them are a list."""

_SEPARATORS = re.compile(r"[,;\n\r]+")
_ANGLED = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]+)>$")
_EDGES = " \t\"'“”„‘’"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address in lower case, and how the inviter calls whoever reads it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a Matrix ID."""

    id: UserId


@dataclass(frozen=True, slots=True)
class Called:
    """A name, a number in the list just shown, or what else may say who is meant."""

    text: str


Guest = Address | Account | Called


def looks_like_guests(text: str) -> bool:
    """Whether this names somebody, and no place."""
    return "@" in text


def named(text: str) -> tuple[Guest, ...]:
    """The guests, each once and in their order. Raises a Refusal for what is no address."""
    found: dict[Guest, None] = {}
    for part in _SEPARATORS.split(text):
        if part.strip():
            found.update(dict.fromkeys(_in_part(part.strip())))
    # The same address under two names is one guest.
    once = {one.address if isinstance(one, Address) else one: one for one in reversed(found)}
    guests = tuple(reversed(once.values()))
    if len(guests) > MOST:
        raise Refusal(
            say(
                "At most {most} at a time. For more, send me a list in our direct chat, as CSV.",
                most=MOST,
            )
        )
    return guests


def _in_part(part: str) -> tuple[Guest, ...]:
    if angled := _ANGLED.fullmatch(part):
        return (_address(angled["address"], angled["name"]),)
    words = part.split()
    with_sign = [word for word in words if "@" in word]
    if len(with_sign) == len(words):
        return tuple(_one(word) for word in words)
    if len(with_sign) == 1 and not user_id(with_sign[0]) and not with_sign[0].startswith("@"):
        name = " ".join(word for word in words if word is not with_sign[0])
        return (_address(with_sign[0], name),)
    return (Called(part),)


def _one(word: str) -> Guest:
    if user := user_id(word.strip(_EDGES)):
        return Account(user)
    # `@sanne` is a name, as clients write it.
    return Called(word) if word.startswith("@") else _address(word, "")


def _address(text: str, name: str) -> Address:
    return Address(clean(text), clean_name(name))


def clean(text: str) -> str:
    """The address in lower case; raises a Refusal for what is none."""
    try:
        return clean_address(text.strip(_EDGES))
    except Refusal:
        raise Refusal(
            say("“{text}” is not an e-mail address. Look for a typing error.", text=brief(text))
        ) from None


def clean_name(text: str) -> str:
    """A name on one line, without the quotes of a mail program."""
    return brief(" ".join(text.split()).strip(_EDGES), _LONGEST_NAME)
