"""Reading what is in files, one after the other."""

import hashlib
import logging

from plein_bot.actions import scanning
from plein_bot.actions.acts import Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.documents import texts
from plein_bot.documents.answers import Failed
from plein_bot.domain.files import SharedFile
from plein_bot.domain.scanning import Scan, Verdict
from plein_bot.index import file_texts as rows
from plein_bot.index import files
from plein_bot.index.file_texts import Outcome

LARGEST = 50 * 1024 * 1024
"""Bytes of a file that is read; a larger one is found by its name."""

logger = logging.getLogger(__name__)


class _NotThere(Exception):
    """The reason why a file cannot be fetched."""


async def read(acts: Acts, file: SharedFile) -> None:
    """Fetch, check and read a file; whatever comes of it is kept, and it is not read again.

    Raises ScannerAway where it has to wait; then nothing was read of it.
    """
    await _read(acts, file)
    await rows.done(acts.index, file)


async def _read(acts: Acts, file: SharedFile) -> None:
    try:
        data = await _fetched(acts, file)
    except _NotThere as reason:
        if acts.scanner:
            await scanning.keep(acts.index, file, Scan(Verdict.UNSCANNED, str(reason)))
        if not await rows.is_read(acts.index, file):
            await rows.keep(acts.index, file, Outcome(reason=str(reason)))
        return
    scan = await scanning.scanned(acts.scanner, acts.index, file, data)
    digest = hashlib.sha256(data).hexdigest()
    if scan.verdict is not Verdict.CLEAN:
        logger.info("The file %s is not read: %s, %s", file.event, scan.verdict, scan.finding)
        await rows.keep(acts.index, file, Outcome(hash=digest, reason=scan.verdict))
        return
    if await rows.is_read(acts.index, file):
        return  # It came before the scanner did.
    await rows.begin(acts.index, file)
    found = await texts.read(data)
    if isinstance(found, Failed):
        logger.info("What is in the file %s cannot be read: %s", file.event, found.reason)
        await rows.keep(acts.index, file, Outcome(hash=digest, reason=found.reason))
    else:
        await rows.keep(acts.index, file, Outcome(digest, found.mime, found.text))


async def _fetched(acts: Acts, file: SharedFile) -> bytes:
    media = await files.media_of(acts.index, file)
    if media is None:
        raise _NotThere("gone")
    try:
        return await acts.homeserver.fetch(media, LARGEST)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        raise _NotThere(error.code) from error
