"""Days, months and years as people type them: `2026`, `2026-05`, `12-5-2026`."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import brief, say

_FORMS = (
    re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?"),
    re.compile(r"(?:(?P<day>\d{1,2})[-/.])?(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
)


def period(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When it begins and when it is over, in UTC. Raises Refusal."""
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()))), None)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(found[name] or 0) for name in ("year", "month", "day"))
        begin = datetime(year, month or 1, day or 1, tzinfo=zone)
        if day:
            end = begin + timedelta(days=1)
        elif month:
            end = begin.replace(year=year + month // 12, month=month % 12 + 1)
        else:
            end = begin.replace(year=year + 1)
        return begin.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(
            say(
                "“{text}” is not a day, a month or a year. Type it like this: `2026-05-12`, "
                "`2026-05` or `2026`.",
                text=brief(text),
            )
        ) from None
