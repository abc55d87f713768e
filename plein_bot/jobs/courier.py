"""Sends each person's digest when its moment comes, and what came due while Plein was away."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from plein_bot.actions import digests
from plein_bot.actions.acts import Acts
from plein_bot.index.trouble import waited_out
from plein_bot.locale import Language, language

EVERY = 60.0
"""Seconds between two rounds."""

_TOO_FAR_BEHIND = 30.0
"""Seconds behind the homeserver after which nobody is sent anything: who was put out since may
not read it."""


class Courier:
    """`behind` says how many seconds ago everything was known."""

    def __init__(self, acts: Acts, behind: Callable[[], float]) -> None:
        self._acts = acts
        self._behind = behind

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._behind() <= _TOO_FAR_BEHIND:
                await waited_out("Digests", self.round)
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        now = datetime.now(UTC)
        await digests.enrol(self._acts, now)
        await digests.send_due(self._acts, now, self._language)

    def _language(self, code: str) -> Language:
        plein = self._acts.plein
        return language(code, plein.timezone, plein.language)
