"""What do the headers of a mail say?

Python's newer policy reads headers into objects as they are asked for. On mail of strangers that
raises, or takes time that grows with the square of what they wrote; so the raw values are read
here, by rules that take anything.
"""

import base64
import contextlib
import quopri
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from bridges.email.charsets import decoded, guessed, one_line

_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + b"0123456789+/="))
_LONGEST = 100_000
"""Characters of one header that are looked at; 200 recipients take some 12,000."""

_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_ID = re.compile(r"<\s*([^<>\s]{1,900})\s*>")
_LOOSE_ID = re.compile(r"[^<>\s()]{1,900}@[^<>\s()]{1,255}")
# What is not seen or turns other letters around is in no honest address. Nor are encoded words
# (RFC 2047, 5): whoever writes to one writes to what they say when they are read, or other headers.
_ENCODED = re.compile(r"=\?|\?=")
_HIDDEN = r"\x00-\x1f\x7f-\x9f\u00ad\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\uffff"
_ADDRESS = re.compile(
    rf"[^\s@<>,;:\"()\[\]\\{_HIDDEN}]{{1,64}}@[^\s@<>,;:\"()\\/?={_HIDDEN}]{{1,253}}"
)
_LONGEST_ADDRESS = 254
"""RFC 5321, with erratum 1690."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    """Its domain in small letters, and in the form that DNS knows."""
    name: str = ""


def raw(message: Message, name: str) -> list[str]:
    """All values of a header, unfolded; bytes over 127 are still surrogates."""
    wanted = name.lower()
    return [
        re.sub(r"[\r\n]+", "", str(value)[:_LONGEST])
        for key, value in message.raw_items()
        if key.lower() == wanted
    ]


def first(message: Message, name: str) -> str:
    return next(iter(raw(message, name)), "")


def text(message: Message, name: str) -> str:
    return in_words(first(message, name))


def token(message: Message, name: str) -> str:
    """The first word of a header that is made for machines, in small letters."""
    value = re.split(r"[\s;(,]", first(message, name).strip(), maxsplit=1)[0]
    return value.lower()


def in_words(value: str) -> str:
    """With the encoded words of RFC 2047 read, whether or not they follow it, on one line."""
    value = _BETWEEN_WORDS.sub(r"\1", value)
    pieces: list[tuple[str | None, bytes]] = []
    end = 0
    for word in _WORD.finditer(value):
        if word.start() > end:
            pieces.append((None, _bytes(value[end : word.start()])))
        charset, data = word[1].lower(), _unpacked(word[2], word[3])
        if pieces and pieces[-1][0] == charset:
            # Many senders cut a character of several bytes in two, a half in each word.
            pieces[-1] = (charset, pieces[-1][1] + data)
        else:
            pieces.append((charset, data))
        end = word.end()
    pieces.append((None, _bytes(value[end:])))
    return one_line("".join(decoded(data, charset) for charset, data in pieces))


def _unpacked(way: str, word: str) -> bytes:
    data = _bytes(word)
    if way in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    return unpacked_base64(data)


def unpacked_base64(data: bytes) -> bytes:
    """What can be read of it: rubbish between the letters and a missing end are passed over."""
    pieces = data.translate(None, delete=_NOT_BASE64).split(b"=")
    return b"".join(_piece(piece) for piece in pieces if piece)


def _piece(letters: bytes) -> bytes:
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def ids(message: Message, name: str, most: int = 100) -> tuple[str, ...]:
    """Message-IDs without their brackets; of very many the first and the last."""
    value = guessed(_bytes(" ".join(raw(message, name))))
    found = _ID.findall(value) or _LOOSE_ID.findall(value[:5000])
    unique = list(dict.fromkeys(found))
    return tuple(unique if len(unique) <= most else [unique[0], *unique[1 - most :]])


def moment(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(re.sub(r"[^\x20-\x7e]", "", first(message, "Date"))[:100])
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found = found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if 1980 <= found.year <= 2200 else None


def mailboxes(message: Message, name: str, most: int) -> tuple[Mailbox, ...]:
    """The addresses of a header, those of groups too; what is no address is passed over."""
    found: dict[str, Mailbox] = {}
    for value in raw(message, name):
        for words, angle in _pieces(value):
            box = _mailbox(words, angle)
            if box and len(found) < most:
                found.setdefault(box.address, box)
    return tuple(found.values())


def sender(message: Message) -> Mailbox | None:
    """Who wrote it; None where nobody is named, or several, for then nobody can be held to it."""
    found = mailboxes(message, "From", 2)
    return found[0] if len(found) == 1 and len(raw(message, "From")) == 1 else None


def _mailbox(words: str, angle: str | None) -> Mailbox | None:
    if angle is None:
        words = " ".join(one for one in guessed(_bytes(words)).split() if not _ENCODED.search(one))
        found = _ADDRESS.search(words)
        return Mailbox(normal(found[0])) if found and len(found[0]) <= _LONGEST_ADDRESS else None
    address = guessed(_bytes(angle)).strip().rpartition(":")[2]  # RFC 822 had a route before it
    if not _ADDRESS.fullmatch(address) or _ENCODED.search(address):
        return None
    if len(address) > _LONGEST_ADDRESS:
        return None
    return Mailbox(normal(address), in_words(words).strip("' "))


def normal(address: str) -> str:
    local, _, domain = address.rpartition("@")
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{one_line(local)}@{domain}"


def _pieces(value: str) -> Iterator[tuple[str, str | None]]:
    """What stands between the commas, as words and what is in angle brackets."""
    words: list[str] = []
    angle: list[str] | None = None
    inside = quoted = False
    comments = 0
    characters = iter(value)
    for one in characters:
        into = angle if inside and angle is not None else words
        if one == "\\" and (quoted or comments):
            one = next(characters, "")
            into += [] if comments else [one]
        elif quoted:
            quoted = one != '"'
            into += [one] if quoted or inside else []
        elif one == '"':
            quoted = True
            into += [one] if inside else []
        elif one == "(" and not inside:
            comments += 1
        elif comments:
            comments -= one == ")"
        elif one == "<":
            inside, angle = True, []
        elif one == ">":
            inside = False
        elif one in ",;" and not inside:
            yield "".join(words), None if angle is None else "".join(angle)
            words, angle = [], None
        elif one == ":" and not inside and "@" not in words:
            words = []  # The name of a group.
        else:
            into.append(one)
    yield "".join(words), None if angle is None else "".join(angle)
