"""What is due by the clock. A job calls an action, nothing more."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from plein_bot.actions import (
    acceptances,
    addresses,
    case_reminders,
    invitation_endings,
    invitation_lapses,
    mailbox_confirmations,
    notaries,
    offer_endings,
    overviews,
    passwords,
    policy_upkeep,
    reconciling,
    request_endings,
    sessions,
    upkeep,
    vacancies,
)
from plein_bot.actions.acts import Acts

_EVERY = 10
"""Minutes between two rounds."""

_A_DAY = timedelta(days=1)


class Housekeeping:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._walked: datetime | None = None

    async def run(self) -> None:
        """Until cancelled; the first round is at the start."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(self._round, "interval", minutes=_EVERY, coalesce=True, max_instances=1)
        scheduler.start()
        try:
            await self._round()
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def _round(self) -> None:
        await upkeep.explain_unreadable(self._acts)
        await upkeep.forget(self._acts)
        now = datetime.now(UTC)
        await request_endings.expire(self._acts, now)
        await acceptances.finish(self._acts, now)
        await invitation_endings.expire(self._acts, now)
        await invitation_lapses.lapse(self._acts, now)
        await invitation_endings.forget(self._acts, now)
        await passwords.forget(self._acts, now)
        await mailbox_confirmations.forget(self._acts, now)
        await addresses.remind(self._acts, now)
        await offer_endings.expire(self._acts, now)
        await case_reminders.remind(self._acts, now)
        await overviews.expect(self._acts, now)
        await sessions.forget(self._acts, now)
        await notaries.note(self._acts, now)
        await policy_upkeep.watch(self._acts)
        await vacancies.tell_operators(self._acts, now)
        if self._walked is None or self._walked <= now - _A_DAY:
            complete = await reconciling.walk(self._acts, now)
            self._walked = now if complete else None
