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


class Librarian:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._pause = _FIRST_PAUSE

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await waited_out("Reading files", self._next)

    async def _next(self) -> None:
        index, scanned = self._acts.index, self._acts.scanner is not None
        file = await index.until(lambda: rows.next_unread(index, scanned=scanned))
        assert file
        try:
            await file_texts.read(self._acts, file)
        except ScannerAway as away:
            logger.warning("Files wait for the virus scanner: %s", away)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        else:
            self._pause = _FIRST_PAUSE
