"""The words of a document, whatever its name says that it is."""

import email.policy
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile, ZipFile

import kreuzberg

from plein_bot.documents.children import Answer, Reason
from plein_bot.documents.jobs import Unreadable, archives
from plein_bot.documents.limits import Limits

LONGEST = 400_000
"""Characters of a text: what comes after them is hardly looked for."""

_OOXML = "application/vnd.openxmlformats-officedocument."
# Which part an archive has tells what it is.
_PARTS = {
    "word/document.xml": f"{_OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OOXML}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OOXML}presentationml.presentation",
}
_ODF = "application/vnd.oasis.opendocument."
_SLIDES = f"{_ODF}presentation"
_READ = {*_PARTS.values(), f"{_ODF}text", f"{_ODF}spreadsheet"}
_READ |= {"application/pdf", "text/html", "message/rfc822"}
# What begins so holds no words. An encrypted document of an office is an OLE file.
_OTHERS = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"MZ": "application/x-msdownload",
    b"\x7fELF": "application/x-executable",
    b"\xd0\xcf\x11\xe0": "application/x-ole-storage",
    b"\x1f\x8b": "application/gzip",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"RIFF": "application/x-riff",
}
_HEADERS = ("from", "date", "subject", "received", "return-path", "message-id", "mime-version")


def extract(data: bytes, options: Mapping[str, Any], limits: Limits) -> Answer:
    """The facts are `mime`, by content, and `text`; "" where there is none to be had."""
    mime = mime_of(data)
    if mime in _READ:
        try:
            text = str(kreuzberg.extract_bytes_sync(data, mime).content)
        except kreuzberg.KreuzbergError as failure:
            raise Unreadable(Reason.BROKEN) from failure
    elif mime == _SLIDES:
        text = _slides(data)
    else:
        text = _decoded(data) if mime == "text/plain" else ""
    return Answer({"mime": mime, "text": text[:LONGEST].replace("\0", " ")})


def mime_of(data: bytes) -> str:
    """What a file is, by what is in it. Raises Unreadable for an archive that holds too much."""
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        with archives.opened(data) as archive:
            return _of_archive(archive)
    for beginning, mime in _OTHERS.items():
        if data.startswith(beginning):
            return mime
    start = _decoded(data[:4096]).lstrip("\ufeff \r\n\t").lower()
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "application/octet-stream"
    if start.startswith(("<!doctype html", "<html")):
        return "text/html"
    if _is_mail(data):
        return "message/rfc822"
    return "text/plain"


def _of_archive(archive: ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        try:
            said = archive.read("mimetype").decode("ascii", errors="replace").strip()
        except (BadZipFile, RuntimeError, NotImplementedError) as failure:
            raise Unreadable(Reason.BROKEN) from failure
        return said if said.startswith(_ODF) else "application/zip"
    return next((mime for part, mime in _PARTS.items() if part in names), "application/zip")


def _is_mail(data: bytes) -> bool:
    head = data[:4096].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    parsed = email.message_from_bytes(head, policy=email.policy.default)
    return sum(name in parsed for name in _HEADERS) >= 2


def _slides(data: bytes) -> str:
    try:
        with archives.opened(data) as archive:
            root = ElementTree.fromstring(archive.read("content.xml"))
    except (ElementTree.ParseError, BadZipFile, KeyError, RuntimeError) as failure:
        raise Unreadable(Reason.BROKEN) from failure
    return "\n".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("}p"))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        # Cut in the middle of a letter it is UTF-8 all the same.
        if failure.start > len(data) - 4:
            return data.decode("utf-8-sig", errors="ignore")
        return data.decode("cp1252", errors="replace")
