"""Office documents are ZIP archives, and those can hold far more than they seem to."""

import io
import zipfile

from plein_bot.documents.children import Reason
from plein_bot.documents.jobs import Unreadable

_MOST_FILES = 5000
_MOST_BYTES = 256 * 1024 * 1024


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive, once it says that it is of a reasonable size. Raises Unreadable.

    What lies about its size runs into the limits of memory instead.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as failure:
        raise Unreadable(Reason.BROKEN) from failure
    entries = archive.infolist()
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    return archive
