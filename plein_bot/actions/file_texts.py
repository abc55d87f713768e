"""Reading what is in files, one after the other."""

import hashlib
import logging

from plein_bot.actions.acts import Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.documents import texts
from plein_bot.documents.children import Failed
from plein_bot.domain.files import SharedFile
from plein_bot.index import file_texts as rows
from plein_bot.index import files
from plein_bot.index.file_texts import Outcome

LARGEST = 50 * 1024 * 1024
"""Bytes of a file that is read; a larger one is found by its name."""

logger = logging.getLogger(__name__)


async def read(acts: Acts, file: SharedFile) -> None:
    """Fetch and read a file; whatever comes of it is kept, and it is not read again."""
    await rows.begin(acts.index, file)
    media = await files.media_of(acts.index, file)
    if media is None:
        await rows.keep(acts.index, file, Outcome(reason="gone"))
        return
    try:
        data = await acts.homeserver.fetch(media, LARGEST)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        await rows.keep(acts.index, file, Outcome(reason=error.code))
        return
    digest = hashlib.sha256(data).hexdigest()
    found = await texts.read(data)
    if isinstance(found, Failed):
        logger.info("What is in the file %s cannot be read: %s", file.event, found.reason)
        await rows.keep(acts.index, file, Outcome(hash=digest, reason=found.reason))
    else:
        await rows.keep(acts.index, file, Outcome(digest, found.mime, found.text))
