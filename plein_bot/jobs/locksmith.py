"""Opens encrypted messages, as they come and as their keys come, where the place wants that."""

from plein_bot.actions import sealed
from plein_bot.actions.acts import Acts
from plein_bot.index import opening
from plein_bot.index.trouble import waited_out


class Locksmith:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def run(self) -> None:
        """Until cancelled."""
        index = self._acts.index
        await waited_out("Opening messages", lambda: opening.begin_again(index))
        while True:
            await waited_out("Opening messages", self._next)

    async def _next(self) -> None:
        index = self._acts.index
        await index.until(lambda: opening.is_waiting(index))
        await sealed.open_some(self._acts)
