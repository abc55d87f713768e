"""Reminding the staff of what was reported and waits for long."""

from datetime import datetime
from zoneinfo import ZoneInfo

from plein_bot.actions import cases, staff
from plein_bot.actions.acts import Acts
from plein_bot.domain.sentences import count

REMINDED = "case.remind"
_MORNING = 9
"""The hour from which a reminder comes: not in the night."""


async def remind(acts: Acts, now: datetime) -> None:
    """One line a day in each staff room where something waits longer than a day."""
    today = now.astimezone(ZoneInfo(acts.plein.timezone))
    if today.hour < _MORNING:
        return
    act = acts.by(acts.plein.bot, f"{REMINDED} {today.date()}")
    for place, n in (await cases.waiting_long(act, now)).items():
        if await act.has_begun(REMINDED, place.room):
            continue
        waiting = count(
            n,
            "One case in {place} has waited for more than a day. See it: `reports {path}`.",
            "{n} cases in {place} have waited for more than a day. See them: `reports {path}`.",
            place=place.name,
            path=place.path,
        )
        await staff.tell(act, place, waiting, f"{REMINDED}:{place.room}")
        await act.record(REMINDED, place.room)
