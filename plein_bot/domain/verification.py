"""Proving that an e-mail address is yours: a code by mail (design 5.1)."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person
from plein_bot.domain.sentences import Text, count, paragraphs, say

LASTS = timedelta(minutes=15)
TRIES = 5
AN_HOUR = 3
"""Codes within an hour, per address and per person."""

VALID = timedelta(days=365)
"""After this an address has to be proven again."""

REMINDED_BEFORE = timedelta(days=30)

# Deliberately simple (RFC 5321 allows far more): what people type, and no header can be made of it.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    r"(?!\.)(?:(?!\.\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]){1,64}(?<!\.)"
    rf"@(?:{_LABEL}\.)+(?:xn--{_LABEL}|[a-z]{{2,63}})"
)
_ANGLED = re.compile(r"[^<>@]*<([^<>]+)>")
"""As mail programs give it: `Jan Bos <jan@zaan.example>`."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was sent. `digest` is its keyed hash; the code itself is kept nowhere."""

    person: UserId
    address: str
    digest: str
    sent_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved an address, which counts for a year."""

    person: UserId
    address: str
    proven_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.proven_at + VALID


def told_of_lapse(proof: Proof, without: Person, *, over: bool) -> Text:
    """What somebody reads before and after an address lapses; `without` is who they then are."""
    if over:
        first = say(
            "A year ago you proved that {address} is yours. That no longer counts: "
            "you now take part as {kind}.",
            address=proof.address,
            kind=without.person_class,
        )
    else:
        first = say(
            "A year ago, or nearly, you proved that {address} is yours. Please prove it again "
            "before {day}: after that you take part as {kind}.",
            address=proof.address,
            day=proof.expires_at.date(),
            kind=without.person_class,
        )
    follows = (
        say(
            "You stay where you are. Places without citizens no longer let you in, and those of "
            "your organisation only on request."
        )
        if without.is_citizen
        else say("You stay where you are. Places of your organisation let you in on request.")
    )
    again = say("Prove it with `verify {address}`.", address=proof.address)
    return paragraphs(first, follows, again)


def clean_address(text: str) -> str:
    """The address in lower case; raises a Refusal for what is none."""
    angled = _ANGLED.fullmatch(text.strip())
    address = (angled[1] if angled else text).strip().strip("<>").lower()
    address = _ascii(address.removeprefix("mailto:").rstrip("."))
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise Refusal(
            say(
                "“{text}” is not an e-mail address. Type it like this: "
                "`verify name@municipality.nl`.",
                text=text[:80],
            )
        )
    return address


def _ascii(address: str) -> str:
    """The domain as mail servers write it: `bücher.example` is `xn--bcher-kva.example`."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def tells_an_address(text: str) -> bool:
    """Whether an e-mail address stands in what somebody typed."""
    return bool(_ADDRESS.search(text.lower()))


def code_for(key: bytes, cause: str) -> str:
    """Six digits, as people type them over from a mail.

    Nobody can guess them without the key, and the same cause gets the same: it comes by again after
    a crash, when the code itself is kept nowhere.
    """
    whole = hmac.new(key, f"code\n{cause}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(whole[:8]) % 1_000_000:06}"


def digest(key: bytes, person: UserId, address: str, code: str) -> str:
    whole = f"{person}\n{address}\n{code}".encode()
    return hmac.new(key, whole, hashlib.sha256).hexdigest()


def refuse_sending(sent: int) -> None:
    """`sent` is how many codes went out in the last hour, to this address or for this person."""
    if sent >= AN_HOUR:
        raise Refusal(
            count(
                AN_HOUR,
                "I have sent a code already. Try again in an hour.",
                "I have sent {n} codes already. Try again in an hour.",
            )
        )


def refuse_trying(code: Code | None, now: datetime) -> Code:
    """The code that may still be tried, or a Refusal that says what to do."""
    if code is None or now > code.sent_at + LASTS:
        raise Refusal(say("This code is no longer valid. Ask for a new one: `verify <address>`."))
    if code.tries >= TRIES:
        raise Refusal(
            say(
                "That was wrong too often. Ask for a new code: `verify {address}`.",
                address=code.address,
            )
        )
    return code


def fits(code: Code, key: bytes, typed: str) -> bool:
    """Whether the digits that somebody typed are the code, spaces and hyphens aside."""
    digits = re.sub(r"[\s-]", "", typed)
    return hmac.compare_digest(digest(key, code.person, code.address, digits), code.digest)
