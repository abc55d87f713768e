"""What stands in the homeserver's media repository: files that people and Plein send.

Matrix specification, "m.file" and its kin, and "Sending encrypted attachments".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FILES = ("m.file", "m.image", "m.video", "m.audio")
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Media:
    """Where a file is (`mxc:`), and with what it is opened where it was sealed for its room.

    `name`, `mime` and `size` are what its sender says.
    """

    url: str
    name: str
    mime: str = ""
    size: int | None = None
    key: Mapping[str, Any] | None = None


_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftypavif", re.DOTALL), "image/avif"),
)


def picture_kind(beginning: bytes) -> str | None:
    """What kind of picture begins so, whatever its sender says; None for anything else.

    Only those that hold nothing but a picture: an SVG can hold a script.
    """
    return next((kind for pattern, kind in _PICTURES if pattern.match(beginning)), None)


def media_in(content: Mapping[str, Any]) -> Media | None:
    """The file that a message is; None for another message, or one without an address."""
    if content.get("msgtype") not in FILES:
        return None
    key = content.get("file")
    url = key.get("url") if isinstance(key, Mapping) else content.get("url")
    if not isinstance(url, str) or not url.startswith("mxc://"):
        return None
    names = (content.get("filename"), content.get("body"))
    name = next((one for one in names if isinstance(one, str) and one.strip()), "")
    info = content.get("info")
    said = info if isinstance(info, Mapping) else {}
    mime, size = said.get("mimetype"), said.get("size")
    return Media(
        url=url,
        name=" ".join(name.split())[:_LONGEST_NAME],
        mime=mime if isinstance(mime, str) else "",
        size=size if isinstance(size, int) and size >= 0 else None,
        key=key if isinstance(key, Mapping) else None,
    )
