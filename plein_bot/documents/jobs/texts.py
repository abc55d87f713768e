"""The words of a document, whatever its name says that it is."""

import re
from collections.abc import Mapping
from typing import Any

from plein_bot.documents import encodings
from plein_bot.documents.answers import Answer, Reason
from plein_bot.documents.jobs import Unreadable, archives, markup, mimes
from plein_bot.documents.jobs.markup import Dialect
from plein_bot.documents.limits import Limits

LONGEST = 400_000
"""Characters of a text: what comes after them is hardly looked for."""

_BY_KREUZBERG = {mimes.PDF, mimes.RTF, mimes.XLSX}
# A word that goes on in the next line. Not the hyphen of `jeugd- en gezinszorg`, and not that of
# `Noord-Holland`.
_BROKEN_WORD = re.compile(
    r"(?<=[^\W\d_])[-\u00ad\u2010][^\S\n]{0,20}\n\s{0,200}(?!(?:en|of|tot|and|or)\b)(?=[a-zß-öø-ÿ])"
)


# Where words stand in an archive, in this order, and how.
_PARTS: dict[str, tuple[tuple[str, ...], Dialect]] = {
    mimes.DOCX: (
        (
            r"word/document\.xml",
            r"word/(footnotes|endnotes|comments)\.xml",
            r"word/(header|footer)\d*\.xml",
        ),
        markup.OFFICE_OPEN,
    ),
    mimes.PPTX: (
        (r"ppt/slides/slide\d+\.xml", r"ppt/(notesSlides|comments)/\w+\.xml"),
        markup.OFFICE_OPEN,
    ),
    # The styles have the headers and footers.
    mimes.ODT: ((r"content\.xml", r"styles\.xml"), markup.OPEN_DOCUMENT),
    mimes.ODS: ((r"content\.xml",), markup.OPEN_SHEET),
    mimes.ODP: ((r"content\.xml",), markup.OPEN_DOCUMENT),
}


def extract(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    """The facts are `mime`, by content, and `text`; "" where there is none to be had."""
    mime = mimes.mime_of(data)
    text = _BROKEN_WORD.sub("", _text(data, mime)[:LONGEST])
    return Answer({"mime": mime, "text": text.replace("\0", " ")})


def _text(data: bytes, mime: str) -> str:
    # Templates and drawings are made as texts are.
    parts = _PARTS.get(mime) or (_PARTS[mimes.ODT] if mime.startswith(mimes.ODF) else None)
    if parts:
        with archives.opened(data) as archive:
            return markup.words_of(archive, *parts, LONGEST)
    if mime == mimes.MAIL:
        return _mail(data)
    if mime == mimes.HTML:
        # It takes any page for UTF-8, whatever that says of itself.
        return _by_kreuzberg(encodings.page(data).encode(), mime)
    if mime in _BY_KREUZBERG:
        return _by_kreuzberg(data, mime)
    return encodings.decoded(data) if mime == mimes.TEXT else ""


# What takes its time to be imported is so where it is needed: a child lives for one document.


def _mail(data: bytes) -> str:
    from plein_bot.documents.jobs import mails

    parts = [_by_kreuzberg(data, mimes.MAIL)]
    for name, inside in mails.attachments(data):
        parts.append(name)
        if sum(map(len, parts)) > LONGEST:
            break
        try:
            mime = mimes.mime_of(inside)
            # A mail in a mail has been read with it.
            parts.append("" if mime == mimes.MAIL else _text(inside, mime))
        except Unreadable:
            pass  # The mail itself can be read.
    return "\n".join(parts)


def _by_kreuzberg(data: bytes, mime: str) -> str:
    import kreuzberg

    try:
        return str(kreuzberg.extract_bytes_sync(data, mime).content)
    except kreuzberg.KreuzbergError as failure:
        locked = "password" in str(failure).lower()
        raise Unreadable(Reason.LOCKED if locked else Reason.BROKEN) from failure
