"""What is in `winmail.dat`, in which Outlook packs attachments for another Outlook (MS-OXTNEF)?

Read by ourselves: it is one loop over records, and its library has had no release since 2021.
"""

import struct
from collections.abc import Iterator

from bridges.email.attachments import Attachment, plain_name
from bridges.email.charsets import decoded

_SIGNATURE = b"\x78\x9f\x3e\x22"
_BEGINS = 0x9002
_TITLE, _DATA, _PROPERTIES = 0x8010, 0x800F, 0x9005
_LONG_NAME = (0x3707, 0x3704)
"""Properties that hold a name, the better first."""
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_TEXTS = {0x1E: "cp1252", 0x1F: "utf-16-le"}
_MOST_PROPERTIES = 500


def unpacked(data: bytes, most: int) -> list[Attachment]:
    """Nothing where it is none, or broken before the first attachment."""
    if not data.startswith(_SIGNATURE):
        return []
    found: list[tuple[str, bytes]] = []
    for kind, value in _records(data):
        if kind == _BEGINS and len(found) < most:
            found.append(("", b""))
        if not found:
            continue
        name, content = found[-1]
        if kind == _TITLE:
            found[-1] = (name or decoded(value.rstrip(b"\0"), "cp1252"), content)
        elif kind == _DATA:
            found[-1] = (name, value)
        elif kind == _PROPERTIES:
            found[-1] = (_long_name(value) or name, content)
    return [
        Attachment(plain_name(name) or f"winmail-{number}", "application/octet-stream", content)
        for number, (name, content) in enumerate(found, 1)
        if content
    ]


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<xHxxI", data, at)
        at += 9
        if length > len(data) - at:
            return
        yield kind, data[at : at + length]
        at += length + 2  # and a checksum


def _long_name(block: bytes) -> str:
    names: dict[int, str] = {}
    try:
        (count,) = struct.unpack_from("<I", block)
        at = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", block, at)
            at += 4
            if number >= 0x8000:
                at = _past_name(block, at)
            if kind in _FIXED:
                at += _FIXED[kind]
                continue
            (values,) = struct.unpack_from("<I", block, at)
            at += 4
            for _ in range(min(values, _MOST_PROPERTIES)):
                (length,) = struct.unpack_from("<I", block, at)
                text = block[at + 4 : at + 4 + length]
                at += 4 + length + -length % 4
                if kind in _TEXTS:
                    names[number] = decoded(text, _TEXTS[kind]).rstrip("\0")
    except struct.error:
        pass  # Cut off, or a property of a kind that is not met: what was read before it stands.
    return next((names[one] for one in _LONG_NAME if names.get(one)), "")


def _past_name(block: bytes, at: int) -> int:
    """Named properties carry a GUID, and a number or a text."""
    (by_text,) = struct.unpack_from("<I", block, at + 16)
    if not by_text:
        return at + 24
    (length,) = struct.unpack_from("<I", block, at + 20)
    return at + 24 + int(length) + -int(length) % 4
