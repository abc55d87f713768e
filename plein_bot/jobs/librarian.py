"""Reads what is in the files that people send, the newest first, as they come."""

import asyncio
import logging

from plein_bot.actions import file_texts
from plein_bot.actions.acts import Acts
from plein_bot.actions.ports import ScannerAway
from plein_bot.index import file_texts as rows
from plein_bot.index.trouble import waited_out

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_OFTEN = 100
"""Files after which the log says how far it is."""


class Librarian:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._pause = _FIRST_PAUSE
        self._read = 0

    async def run(self) -> None:
        """Until cancelled."""
        index, scanned = self._acts.index, self._acts.scanner is not None
        left = await waited_out("Reading files", lambda: rows.begin_again(index, scanned=scanned))
        if left:
            logger.info("Files to be read: %d", left)
        while True:
            await waited_out("Reading files", self._next)

    async def _next(self) -> None:
        index = self._acts.index
        file = await index.until(lambda: rows.next_unread(index))
        assert file
        try:
            await file_texts.read(self._acts, file)
        except ScannerAway as away:
            logger.warning("Files wait for the virus scanner: %s", away)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        else:
            self._pause = _FIRST_PAUSE
            self._read += 1
            if self._read % _OFTEN == 0 and (left := await rows.waiting(index)):
                logger.info("Files read: %d, and %d to be read", self._read, left)
