"""Reads what is in the files that people send, the newest first, as they come."""

from plein_bot.actions import file_texts
from plein_bot.actions.acts import Acts
from plein_bot.index import file_texts as rows
from plein_bot.index.trouble import waited_out


class Librarian:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await waited_out("Reading files", self._next)

    async def _next(self) -> None:
        index = self._acts.index
        file = await index.until(lambda: rows.next_unread(index))
        assert file
        await file_texts.read(self._acts, file)
