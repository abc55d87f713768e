"""Sends each person's digest when its moment comes, and what came due while Plein was away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from plein_bot.actions import digest_mails, digests
from plein_bot.actions.acts import Acts
from plein_bot.domain.mails import Mail
from plein_bot.index import digests as rows
from plein_bot.index.trouble import waited_out
from plein_bot.locale import Language, language

EVERY = 60.0
"""Seconds between two rounds."""

_TOO_FAR_BEHIND = 30.0
"""Seconds behind the homeserver after which nobody is sent anything: who was put out since may
not read it."""


_OFTEN = 5
"""Rounds after which it is heard what people have read, also where nobody's turn has come."""


class Courier:
    """`behind` says how many seconds ago everything was known; `hear` learns what people read."""

    def __init__(
        self, acts: Acts, behind: Callable[[], float], hear: Callable[[], Awaitable[None]]
    ) -> None:
        self._acts = acts
        self._behind = behind
        self.hear = hear
        self._rounds = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._behind() <= _TOO_FAR_BEHIND:
                await waited_out("Digests", self.round)
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        now = datetime.now(UTC)
        await digests.enrol(self._acts, now)
        if self._rounds % _OFTEN == 0 or await rows.due(self._acts.index, now, most=1):
            await self.hear()
        self._rounds += 1
        await digests.send_due(self._acts, now, self._language)

    async def at_last(self, waiting: Sequence[Mail]) -> Sequence[Mail]:
        """What of the mails that are about to go may go (`digest_mails.at_last`)."""
        return await digest_mails.at_last(
            self._acts,
            waiting,
            datetime.now(UTC),
            self._language,
            is_behind=self._behind() > _TOO_FAR_BEHIND,
        )

    def _language(self, code: str) -> Language:
        plein = self._acts.plein
        return language(code, plein.timezone, plein.language)
