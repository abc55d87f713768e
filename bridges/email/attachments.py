"""What came along with a letter, and by what name may it be kept?"""

import binascii
import mimetypes
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

from bridges.email.charsets import one_line
from bridges.email.headers import first, in_words, token, unpacked_base64

_LONGEST_NAME = 150
_WORDS = re.compile(rb"[^\s] (?=[^\s])")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    mime: str
    data: bytes
    content_id: str | None = None
    inline: bool = False
    """The HTML of the letter shows it, as `cid:<content_id>`."""


def content(part: Message) -> bytes:
    """The bytes of a part, as far as they can be read."""
    try:
        if token(part, "Content-Transfer-Encoding") == "base64":
            packed = part.get_payload()
            return _unpacked(packed.encode("ascii", "ignore")) if isinstance(packed, str) else b""
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, MessageError, binascii.Error):
        data = None
    return data if isinstance(data, bytes) else b""


def _unpacked(packed: bytes) -> bytes:
    """Base64, also with rubbish in it; words with spaces between them are no base64 at all."""
    if len(_WORDS.findall(packed[:4096])) > len(packed[:4096]) / 40:
        return packed
    return unpacked_base64(packed)


def name_of(part: Message) -> str:
    """What the sender calls it, without folders; empty where it has no name."""
    for parameter, header in (("filename", "content-disposition"), ("name", "content-type")):
        try:
            value: Any = part.get_param(parameter, header=header)
            named = isinstance(value, str | tuple)
            found = collapse_rfc2231_value(value) if named else ""
        except (ValueError, LookupError, TypeError, MessageError):
            found = ""
        if name := plain_name(in_words(found)):
            return name
    return ""


def plain_name(name: str) -> str:
    """A name that is only a name wherever it is kept: no folder, not hidden, not endless."""
    name = one_line(re.split(r"[/\\]", name)[-1])
    name = re.sub(r'[<>:"|?*\x00-\x1f]', "_", name).strip(" .")
    if len(name) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        kept = dot + ending if dot and len(ending) <= 12 else ""
        name = (stem if kept else name)[: _LONGEST_NAME - len(kept)] + kept
    return name


def mime_of(part: Message, name: str) -> str:
    declared = part.get_content_type()
    if declared in {"application/octet-stream", "application/x-unknown", "text/plain"} and name:
        # Many programs and devices know only this type; the name is the better witness.
        return mimetypes.guess_type(name)[0] or declared
    return (
        declared
        if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,100}", declared)
        else "application/octet-stream"
    )


def default_name(mime: str, number: int) -> str:
    return f"attachment-{number}{mimetypes.guess_extension(mime) or ''}"


def content_id_of(part: Message) -> str | None:
    value = first(part, "Content-ID").strip().strip("<>").strip()
    return value if re.fullmatch(r"[^\s<>\"']{1,250}", value) else None
