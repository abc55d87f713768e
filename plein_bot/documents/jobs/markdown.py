"""From a document to Markdown, with its pictures beside it.

What Markdown has no form for becomes the nearest that it has: text is never lost, colours are.
"""

import base64
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from plein_bot.documents import encodings
from plein_bot.documents.answers import Answer, File, Reason
from plein_bot.documents.jobs import Unreadable, archives, pandoc
from plein_bot.documents.jobs.trees import Cleaner, Picture
from plein_bot.documents.kinds import Kind
from plein_bot.documents.limits import Limits

# Without raw HTML, what Markdown cannot say is said without it.
_MARKDOWN = "commonmark-raw_html+pipe_tables+strikeout"
_FORMS = {Kind.DOCX: "docx+styles", Kind.ODT: "odt", Kind.HTML: "html-raw_html"}
_ESCAPED_TAG = re.compile(r"\\#(?=\w)")
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
# What every client shows, by how it begins.
_SHOWN = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


def convert(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    kind = Kind(options["kind"])
    titles: dict[str, str] = {}
    if kind in (Kind.DOCX, Kind.ODT):
        with archives.opened(data) as archive:
            if kind is Kind.ODT:
                titles = _titles(archives.part(archive, "content.xml"))
            else:
                archives.part(archive, "[Content_Types].xml")
    elif kind is Kind.HTML:
        data = encodings.page(data).encode()
    source = Path(f"source.{kind}")
    source.write_bytes(data)
    tree, media = pandoc.read(source, _FORMS[kind], limits)

    def picture(name: str) -> Picture | None:
        path = _unpacked(name) if name.startswith("data:") else media.get(name)
        mime = _mime(path) if path else None
        return Picture(str(path), mime, titles.get(path.name, "")) if path and mime else None

    # What a page calls itself in the browser's bar is often of less use.
    cleaner = Cleaner(picture, heading_is_title=kind is Kind.HTML)
    title, blocks = cleaner.cleaned(tree)
    text = pandoc.written({**tree, "meta": {}, "blocks": blocks}, _MARKDOWN, limits)
    facts = {
        "title": title,
        "text": _ESCAPED_TAG.sub("#", text).strip(),
        "dropped": cleaner.dropped,
    }
    files = [
        File(Path(one.path).name, one.mime, Path(one.path).read_bytes()) for one in cleaner.pictures
    ]
    return Answer(facts, tuple(files))


def _titles(content: bytes) -> dict[str, str]:
    """What an OpenDocument says in words of its pictures: pandoc makes names of it."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as failure:
        raise Unreadable(Reason.BROKEN) from failure
    found: dict[str, str] = {}
    for frame in root.iter(f"{_DRAW}frame"):
        image = frame.find(f"{_DRAW}image")
        words = frame.findtext(f"{_SVG}desc") or frame.findtext(f"{_SVG}title")
        if image is not None and words:
            found[Path(image.get(_HREF, "")).name] = " ".join(words.split())
    return found


def _unpacked(address: str) -> Path | None:
    """A picture that stands in a page itself (RFC 2397), as a file."""
    about, comma, data = address.partition(",")
    if not comma or not about.endswith(";base64"):
        return None
    try:
        picture = base64.b64decode(unquote(data))
    except ValueError:
        return None
    path = Path(f"picture-{hashlib.sha256(picture).hexdigest()}")
    path.write_bytes(picture)
    return path


def _mime(path: Path) -> str | None:
    with path.open("rb") as file:
        beginning = file.read(12)
    return next((mime for mark, mime in _SHOWN.items() if beginning.startswith(mark)), None)
