"""Looks what people report with the button of their client, where the homeserver tells it."""

import asyncio
import logging

from plein_bot.actions import client_reports
from plein_bot.actions.acts import Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.index.trouble import waited_out

logger = logging.getLogger(__name__)

_EVERY = 30.0
"""Seconds between two looks."""


class Listener:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def run(self) -> None:
        """Until cancelled; at once done where nothing is told."""
        while self._acts.reported is not None:
            await waited_out("Looking for reports", self._look)
            await asyncio.sleep(_EVERY)

    async def _look(self) -> None:
        try:
            await client_reports.look(self._acts)
        except TokenRevoked:
            # It is the admin's, and not the bot's: all else goes on without it.
            logger.error("homeserver.admin_token is accepted no more: no reports come from clients")
        except (HomeserverError, TimeoutError) as error:
            logger.warning("reports from clients wait: %s", error)
