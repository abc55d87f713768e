"""Does it fit into an event of the far side, and can that homeserver read it?

Rules: Matrix specification, "Size limits" and "Canonical JSON". An event there may have other bytes
around it than here, for names and room are others.
"""

import json
import re
from typing import Any

from bridges.homeserver.crossing.kinds import Json

MOST = 62_000
"""Bytes of content. An event has 65,536, and what stands around it (the events before, the hashes,
the signatures) takes up to 3,500."""
_LARGEST = 2**53 - 1
_HALVES = re.compile("[\ud800-\udfff]")


def size(content: Json) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def clean(value: Any) -> Any:
    """As canonical JSON allows it: no halves of characters, no fractions, no endless numbers.

    A homeserver refuses those for ever, and old rooms may hold them.
    """
    match value:
        case str():
            return _HALVES.sub("\ufffd", value)
        case bool() | None:
            return value
        case int():
            return value if abs(value) <= _LARGEST else str(value)
        case float():
            return int(value) if value.is_integer() and abs(value) <= _LARGEST else str(value)
        case list():
            return [clean(one) for one in value]
        case dict():
            return {clean(str(key)): clean(one) for key, one in value.items()}
        case _:
            return None


def fitting(content: Json) -> Json | None:
    """The content if it fits; else without its formatting, else cut off with an ellipsis. None
    where that is not enough: what makes it large is no text."""
    if size(content) <= MOST:
        return content
    content = _without(content)
    if isinstance(new := content.get("m.new_content"), dict):
        content["m.new_content"] = _without(new)
    if size(content) <= MOST:
        return content
    return _cut(content)


def _without(content: Json) -> Json:
    return {key: value for key, value in content.items() if key not in ("format", "formatted_body")}


def _cut(content: Json) -> Json | None:
    """What stands in an edit for programs that know none goes first, then the text itself."""
    new = content.get("m.new_content")
    parts = [content, new] if isinstance(new, dict) else [content]
    for part in parts:
        body = part.get("body")
        if not isinstance(body, str):
            continue
        over = size(content) - MOST
        if over <= 0:
            break
        # Any character takes two bytes of JSON at least where it takes one of text, or six.
        part["body"] = _shortened(body, over)
    return content if size(content) <= MOST else None


def _shortened(body: str, over: int) -> str:
    low, high = 0, len(body)
    whole = size({"": body})
    while low < high:
        middle = (low + high + 1) // 2
        if whole - size({"": body[:middle] + " …"}) >= over:
            low = middle
        else:
            high = middle - 1
    return body[:low] + " …"
