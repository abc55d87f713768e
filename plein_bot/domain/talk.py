"""What somebody said, from the content of their message."""

import re
from collections.abc import Mapping
from typing import Any

_SAID = ("m.text", "m.notice", "m.emote")
# Until version 1.12 of the specification a reply began with a quotation of what it answers.
_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*(?:\n>[^\n]*)*(?:\n\n?|$)")
_FOR_PLEIN = re.compile(r"\s*!\s*plein\b", re.IGNORECASE)


def text_of(content: Mapping[str, Any]) -> str:
    """The words of a message; "" where there are none, or where they are a command for Plein."""
    body = content.get("body")
    if content.get("msgtype") not in _SAID or not isinstance(body, str):
        return ""
    text = _FALLBACK.sub("", body, count=1) if body.startswith("> ") else body
    return "" if _FOR_PLEIN.match(text) else text
