"""Which people, events and pictures does a text link to, and how do they read on the far side?

Only addresses are replaced, and the rest stays to the letter: a text that is taken apart and put
together again is no longer what somebody wrote.
"""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

_MEDIA = re.compile(r"mxc://[A-Za-z0-9.:\[\]-]{1,255}/[A-Za-z0-9_-]{1,255}")
_LINK = re.compile(r"https://matrix\.to/#/(?P<path>[^\s\"'<>)\]]{1,1000})")
_FALLBACK_NAME = re.compile(r"\A(> (?:\* )?<)(@[^>\s]{1,255})(>)")
_IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_ALT = re.compile(r"""\b(?:alt|title)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def is_media(value: Any) -> bool:
    return isinstance(value, str) and bool(_MEDIA.fullmatch(value))


def people_in(text: str) -> list[str]:
    found = [path[0] for path in _paths(text) if path[0].startswith("@")]
    if named := _FALLBACK_NAME.match(text):
        found.append(named[2])
    return found


def events_in(text: str, room: str) -> list[str]:
    """The events of this room that are linked to."""
    return [path[1] for path in _paths(text) if len(path) > 1 and path[0] == room]


def pictures_in(formatted: str) -> list[str]:
    found = (_source(image[0]) for image in _IMAGE.finditer(formatted))
    return [uri for uri in found if uri and is_media(uri)]


def rewritten(
    text: str,
    rooms: Mapping[str, str],
    events: Mapping[str, str],
    people: Mapping[str, str],
    media: Mapping[str, str],
) -> str:
    """The text with the addresses of the far side; a picture that did not come along, or is no file
    of the homeserver's (`data:`, `https:`), becomes its name. What has no address there keeps the
    one that was written."""

    def link(found: re.Match[str]) -> str:
        parts = _path(found["path"])
        if parts[0] in people:
            return _linked(people[parts[0]])
        if parts[0] in rooms and len(parts) > 1 and parts[1] in events:
            return _linked(rooms[parts[0]], events[parts[1]])
        if parts[0] in rooms and len(parts) == 1:
            return _linked(rooms[parts[0]])
        return found[0]

    def picture(found: re.Match[str]) -> str:
        uri = _source(found[0])
        if not uri:
            return found[0]
        if uri in media:
            return _SOURCE.sub(_constant(f'src="{media[uri]}"'), found[0], count=1)
        alt = _ALT.search(found[0])
        return (alt[1] or alt[2] or "") if alt else ""

    def quoted(found: re.Match[str]) -> str:
        return found[1] + people.get(found[2], found[2]) + found[3]

    text = _FALLBACK_NAME.sub(quoted, text)
    return _IMAGE.sub(picture, _LINK.sub(link, text))


def _paths(text: str) -> list[list[str]]:
    return [_path(found["path"]) for found in _LINK.finditer(text)]


def _path(path: str) -> list[str]:
    plain = html.unescape(path).partition("?")[0]
    return [unquote(part) for part in plain.split("/")]


def _linked(*parts: str) -> str:
    return "https://matrix.to/#/" + "/".join(quote(part, safe="@:!$#=") for part in parts)


def _source(image: str) -> str | None:
    found = _SOURCE.search(image)
    if not found:
        return None
    return html.unescape(found[1] or found[2] or found[3] or "").strip()


def _constant(text: str) -> Callable[[re.Match[str]], str]:
    """A replacement in which no backslash means anything."""
    return lambda _: text
