"""What a file is, told by what is in it."""

import re
from zipfile import ZipFile

from plein_bot.documents.encodings import decoded, is_utf16
from plein_bot.documents.jobs import archives

_OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
DOCX = f"{_OOXML}wordprocessingml.document"
XLSX = f"{_OOXML}spreadsheetml.sheet"
PPTX = f"{_OOXML}presentationml.presentation"
ODT, ODS, ODP = f"{ODF}text", f"{ODF}spreadsheet", f"{ODF}presentation"
PDF, RTF = "application/pdf", "application/rtf"
HTML, MAIL, TEXT = "text/html", "message/rfc822", "text/plain"
UNKNOWN = "application/octet-stream"

# Which part an archive has tells what it is.
_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_BEGINNINGS = {
    b"{\\rtf": RTF,
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x7fELF": "application/x-executable",
    b"\xd0\xcf\x11\xe0": "application/x-ole-storage",
    b"\x1f\x8b": "application/gzip",
    b"7z\xbc\xaf\x27\x1c": "application/x-7z-compressed",
    b"\x1aE\xdf\xa3": "video/webm",
}
# Of letters only: a text may begin so, but has no zeros.
_BINARY_BEGINNINGS = {
    b"GIF8": "image/gif",
    b"MZ": "application/x-msdownload",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
    b"Rar!": "application/vnd.rar",
    b"RIFF": "application/x-riff",
}
_IN_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_PAGE = re.compile(
    r"[\ufeff\s]*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head|body|meta)\b",
    re.DOTALL | re.IGNORECASE,
)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):")
_HEADERS = {"from", "date", "subject", "received", "return-path", "message-id", "mime-version"}


def mime_of(data: bytes) -> str:
    """Raises Unreadable for an archive that holds too much, and where there is a password on it."""
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04") or archives.is_locked(data):
        with archives.opened(data) as archive:
            return _of_archive(archive)
    binary = b"\0" in data[:4096]
    if found := _by_beginning(data, binary=binary):
        return found
    if binary and not is_utf16(data):
        return UNKNOWN
    if _PAGE.match(decoded(data[:4096])):
        return HTML
    return MAIL if _is_mail(data) else TEXT


def _by_beginning(data: bytes, *, binary: bool) -> str | None:
    known = {**_BEGINNINGS, **(_BINARY_BEGINNINGS if binary else {})}
    for beginning, mime in known.items():
        if data.startswith(beginning):
            return _IN_RIFF.get(data[8:12], mime) if beginning == b"RIFF" else mime
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:11] == b"hei" else "video/mp4"
    return None


def _of_archive(archive: ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        said = archives.part(archive, "mimetype").decode("ascii", errors="replace").strip()
        return said if said.startswith(ODF) else "application/zip"
    return next((mime for part, mime in _PARTS.items() if part in names), "application/zip")


def _is_mail(data: bytes) -> bool:
    """Whether it begins with two headers that mails have."""
    found = set()
    for line in data[:4096].splitlines():
        if name := _HEADER.match(line):
            found.add(name[1].decode().lower())
        elif not line.startswith((b" ", b"\t", b"From ")):
            break
    return len(found & _HEADERS) >= 2
