"""Which addresses are there, and what do they mean? Pure; standard library only.

A place has `zaanstreek@` or `zaanstreek+jeugdzorg@`. Addresses of one letter are the bridge's own,
for no subsite is called so: `r+…` answers a message, `c+…` confirms, `b+…` takes what comes back,
`s+…` says what one wants by mail.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

GHOSTS = "mail_"
"""How the Matrix IDs begin of those who take part by mail."""

_SLUG = re.compile(r"[a-z0-9-]{2,40}")
_TOKEN = re.compile(r"[a-z0-9_-]{8,60}")
_SIGNED = 26  # letters of 5 bits each: 130 bits
_LONGEST_NAME = 60
_BOUNCE = "bounce"
_DAY = 86_400.0
_RETURNS = 15
"""Days after which no report of a mail comes any more: servers try for five, some for ten."""
_LONGEST_ADDRESS = 254
_NOT_IN_ADDRESS = r"@\s<>,;:\"()\[\]\\"
_ADDRESS = re.compile(
    rf"[^{_NOT_IN_ADDRESS}]{{1,64}}@(?:[^{_NOT_IN_ADDRESS}/?=.]+\.)+[^{_NOT_IN_ADDRESS}/?=.]+"
)


@dataclass(frozen=True, slots=True)
class PlaceAddress:
    """`group` is empty where only the subsite is named."""

    subsite: str
    group: str

    @property
    def path(self) -> str:
        return f"{self.subsite}/{self.group}" if self.group else self.subsite

    @property
    def local(self) -> str:
        return f"{self.subsite}+{self.group}" if self.group else self.subsite


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    token: str


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    token: str


@dataclass(frozen=True, slots=True)
class BounceAddress:
    token: str


@dataclass(frozen=True, slots=True)
class ChoiceAddress:
    token: str


OurAddress = PlaceAddress | ReplyAddress | ConfirmAddress | BounceAddress | ChoiceAddress

_OWN: dict[str, type[ReplyAddress | ConfirmAddress | BounceAddress | ChoiceAddress]] = {
    "r": ReplyAddress,
    "c": ConfirmAddress,
    "b": BounceAddress,
    "s": ChoiceAddress,
}


_NO_PLACES = {"abuse", "hostmaster", "mailer-daemon", "noreply", "postmaster", "root", "webmaster"}
"""Addresses that every domain has, or that mail programs try, and that nobody reads here."""


def meaning(address: str, domain: str) -> OurAddress | None:
    """What one of our addresses is for; None for others. Mail programs change upper case."""
    local, at, host = address.strip().lower().rpartition("@")
    if not at or host.rstrip(".") != domain.lower():
        return None
    first, plus, rest = local.partition("+")
    if first in _OWN:
        return _OWN[first](rest) if _TOKEN.fullmatch(rest) else None
    if first in _NO_PLACES or not _SLUG.fullmatch(first) or (plus and not _SLUG.fullmatch(rest)):
        return None
    return PlaceAddress(first, rest)


def is_own(address: str, domain: str) -> bool:
    """Whether mail to it comes here. It is nobody's mailbox: its mail would go round."""
    return address.rpartition("@")[2].strip().rstrip(".").lower() == domain.lower()


def normal(address: str) -> str:
    """One way of writing for one mailbox. That upper case could matter is theory only."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def is_address(text: str) -> bool:
    """Whether mail can be sent there, without it becoming another address or header on the way."""
    return (
        len(text) <= _LONGEST_ADDRESS
        and bool(_ADDRESS.fullmatch(text))
        and not re.search(r"=\?|\?=", text)
        and not any(unicodedata.category(letter).startswith("C") for letter in text)
    )


class Keys:
    """What is made of the bridge's secret: other people's guesses at it are worthless."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derived(self, purpose: str, text: str = "", length: int = _SIGNED) -> str:
        """Letters and digits in lower case, the same each time."""
        whole = hmac.new(self._secret, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.b32encode(whole).decode().lower().rstrip("=")[:length]

    def ghost(self, address: str) -> str:
        """The localpart of whoever has this address. It does not betray the address."""
        return GHOSTS + self.derived("ghost", normal(address), 20)

    def signed(self, purpose: str, text: str) -> str:
        return f"{text}-{self.derived(purpose, text)}"

    def link(self, purpose: str, *parts: str) -> str:
        """Some texts, signed, in letters that stand in a link as they are."""
        whole = base64.b32encode("\0".join(parts).encode()).decode().lower().rstrip("=")
        return self.signed(purpose, whole)

    def linked(self, purpose: str, token: str) -> list[str] | None:
        """The texts of such a link; None if we did not make it."""
        whole = self.opened(purpose, token)
        if whole is None:
            return None
        padded = whole.upper() + "=" * (-len(whole) % 8)
        return base64.b32decode(padded).decode().split("\0")

    def returning(self, localpart: str, now: float) -> str:
        """Where mail to somebody comes back to, if it cannot be delivered. It holds for a while:
        the address stands in each mail that they got."""
        return self.signed(_BOUNCE, f"{localpart}-{int(now / _DAY):x}")

    def returned(self, token: str, now: float) -> str | None:
        """The localpart of whoever that mail went to; None if we did not sign it, or long ago."""
        localpart, dash, day = (self.opened(_BOUNCE, token) or "").rpartition("-")
        if not dash or not 0 <= now / _DAY - int(day, 16) <= _RETURNS:
            return None
        return localpart

    def opened(self, purpose: str, token: str) -> str | None:
        """The text that was signed for this purpose; None if we did not sign it."""
        text, dash, mark = token.lower().rpartition("-")
        if dash and hmac.compare_digest(mark.encode(), self.derived(purpose, text).encode()):
            return text
        return None


def shown_name(name: str) -> str:
    """A name as it may be seen: one line, nothing that hides or turns letters, no address."""
    kept = "".join(
        " " if unicodedata.category(letter).startswith("Z") or letter in "\t\r\n" else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter in "\t\r\n" or not unicodedata.category(letter).startswith("C")
    )
    clean = " ".join(kept.split()).strip("\"'")
    # Normalised, so that the @ of other scripts' typefaces is one too.
    return "" if "@" in unicodedata.normalize("NFKC", clean) else clean[:_LONGEST_NAME].rstrip()
