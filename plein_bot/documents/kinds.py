"""Which kinds of documents Plein reads, told from their names and what senders say of them."""

from enum import StrEnum
from pathlib import PurePosixPath


class Kind(StrEnum):
    """By the usual ending of the name. All of these can become a post."""

    MARKDOWN = "md"
    HTML = "html"
    DOCX = "docx"
    ODT = "odt"


_ENDINGS = {"markdown": Kind.MARKDOWN, "htm": Kind.HTML} | {kind.value: kind for kind in Kind}
_MIMES = {
    "text/markdown": Kind.MARKDOWN,
    "text/html": Kind.HTML,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Kind.DOCX,
    "application/vnd.oasis.opendocument.text": Kind.ODT,
}


def kind_of(name: str, mime: str = "") -> Kind | None:
    """The kind of a file; its name goes before what the sender's client says of it."""
    ending = PurePosixPath(name.strip()).suffix.removeprefix(".").lower()
    if ending:
        return _ENDINGS.get(ending)
    return _MIMES.get(mime.partition(";")[0].strip().lower())
