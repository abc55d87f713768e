"""How is a mail taken apart, whoever wrote it, in time and memory that its size bounds?

A mail of 40 MB takes two to four seconds and ten times its size while it is read.
"""

import re
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32

from bridges.email.charsets import guessed

_LINES_APART = 5
"""What reading a line takes, counted in looks whether it ends a part that is open."""
_LONGEST_HEAD = 500_000
_LONGEST_PARAMETERS = 4_000
_MOST_PARTS = 2_000
_OPENS_A_PART = re.compile(rb"boundary(?:\*\d{0,3}\*?)?\s{0,20}=|message/", re.IGNORECASE)


class TooIntricate(Exception):
    """More parts, or lines in parts inside each other, than can be read in reasonable time."""


def tree(raw: bytes, effort: int) -> Message:
    """Raises `TooIntricate`, `MessageError` or `ValueError`, and nothing else."""
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if lines * (_LINES_APART + sum(1 for _ in _OPENS_A_PART.finditer(raw))) > effort:
        raise TooIntricate
    try:
        return BytesParser(_Parts(), policy=_Bounded()).parsebytes(_mended(raw))
    except RecursionError:
        raise TooIntricate from None
    except (LookupError, TypeError, AttributeError) as fault:
        # Python's reader of mail has always had another of these.
        raise MessageError(str(fault)) from fault


def head(raw: bytes) -> Message:
    """The same headers as those of `tree`, without reading more."""
    try:
        return BytesHeaderParser(policy=_Bounded()).parsebytes(_mended(raw))
    except (TooIntricate, MessageError, ValueError, LookupError, TypeError, AttributeError):
        return Message()


def _mended(raw: bytes) -> bytes:
    """Without what makes Python take the headers for the text: zeros, a space before a colon."""
    raw = raw.replace(b"\0", b"").lstrip(b"\r\n")
    head = re.match(rb"(?:[^\r\n]+\r?\n)+", raw[: _LONGEST_HEAD + 1])
    if not head:
        return raw
    if head.end() > _LONGEST_HEAD - 1000:
        raise TooIntricate
    mended = re.sub(rb"(?m)^([A-Za-z0-9-]{1,70})[ \t]{1,20}:", rb"\1:", head[0])
    return mended + raw[head.end() :]


class _Bounded(Compat32):
    """Headers with parameters are cut, as reading them takes time with the square of their length;
    bytes over 127 in them are made letters at once, for Python would lose them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if name.lower() in {"content-type", "content-disposition"}:
            value = value[:_LONGEST_PARAMETERS]
            return name, guessed(value.encode("utf-8", "surrogateescape"))
        return name, value


class _Parts:
    """Makes parts, and no more than anybody sends."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, policy: Compat32 | None = None) -> Message:
        self._made += 1
        if self._made > _MOST_PARTS:
            raise TooIntricate
        return Message(policy=policy) if policy else Message()
