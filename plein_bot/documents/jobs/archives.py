"""Office documents are ZIP archives, and those can hold far more than they seem to."""

import io
import lzma
import struct
import zipfile
import zlib

from plein_bot.documents.answers import Reason
from plein_bot.documents.jobs import Unreadable

# What reading from a damaged archive may raise.
DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, KeyError, ValueError, RuntimeError),
)

# A document of Microsoft's with a password stands in an OLE file, under this name.
_OLE, _LOCKED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
_MANIFEST = "META-INF/manifest.xml"

_MOST_FILES = 5000
_MOST_BYTES = 256 * 1024 * 1024


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive, once it says that it is of a reasonable size. Raises Unreadable.

    What lies about its size runs into the limits of memory instead.
    """
    if is_locked(data):
        raise Unreadable(Reason.LOCKED)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGES as failure:
        raise Unreadable(Reason.BROKEN) from failure
    entries = archive.infolist()
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    if any(entry.flag_bits & 1 for entry in entries) or _manifest_tells_of_a_key(archive):
        raise Unreadable(Reason.LOCKED)
    return archive


def is_locked(data: bytes) -> bool:
    """Whether it is a document of Microsoft's with a password, which is no ZIP archive."""
    return data.startswith(_OLE) and _LOCKED in data


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Raises Unreadable."""
    try:
        return archive.read(name)
    except DAMAGES as failure:
        raise Unreadable(Reason.BROKEN) from failure


def _manifest_tells_of_a_key(archive: zipfile.ZipFile) -> bool:
    """Of an OpenDocument, of which each part is locked for itself."""
    there = _MANIFEST in archive.namelist()
    return there and b":encryption-data" in part(archive, _MANIFEST)
