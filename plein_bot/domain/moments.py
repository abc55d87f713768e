"""Which moment is meant by what somebody says of it: `friday`, `29 February`, `in 2 weeks`.

What is left out is filled in so that the moment is yet to come. Whoever uses one says back which it
became, for some ways of saying it mean different days to different people.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import Typed, brief, say

EXAMPLES = (
    Typed("tomorrow 9:00", "morgen 9:00"),
    Typed("1 December 14:30", "1 december 14:30"),
    Typed("in 2 weeks", "over 2 weken"),
)
MOST_YEARS = 10


class DayPart(Enum):
    MORNING = auto()
    AFTERNOON = auto()
    EVENING = auto()


_LAST = time(23, 59)
_HOURS = {None: 9, DayPart.MORNING: 9, DayPart.AFTERNOON: 14, DayPart.EVENING: 19}
"""Where no hour is named."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody named of a moment; None for what they did not.

    `days` and `months` count from today, `after` from now. `weekday` counts from Monday, 0; with
    `next_week` it is that of next week, and `not_today` says that today is not meant. `spoken` is
    an hour without minutes in figures (3 o'clock), of which there are two in a day.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    next_week: bool | None = None
    not_today: bool | None = None
    days: int | None = None
    months: int | None = None
    after: timedelta | None = None
    hour: int | None = None
    minute: int | None = None
    spoken: bool | None = None
    part: DayPart | None = None


class NoMoment(Refusal):
    """What was typed says no moment."""

    def __init__(self, text: str) -> None:
        first, second, third = EXAMPLES
        super().__init__(
            say(
                "I do not understand “{text}” as a moment. Type for example `{first}`, "
                "`{second}` or `{third}`.",
                text=brief(text),
                first=first,
                second=second,
                third=third,
            )
        )


def moment_of(
    said: Said, text: str, now: datetime, zone: ZoneInfo, *, at_end: bool = False
) -> datetime:
    """The moment, in UTC; `text` is what was typed.

    A day without a time is that day at 9:00, or with `at_end` the last minute of it. A time that
    comes twice, when summer time ends, is the first of the two. Raises Refusal for the past, and
    for what no calendar or clock has.
    """
    try:
        found = _moment_of(said, text, now, zone, at_end=at_end)
    except OverflowError:
        found = None
    # Leap days are of no account here.
    if found is None or found > now + MOST_YEARS * timedelta(days=366):
        raise Refusal(say("“{text}” is more than {n} years ahead.", text=brief(text), n=MOST_YEARS))
    if found <= now:
        raise Refusal(
            say(
                "{moment} has passed. Type a moment that is yet to come, for example `{example}`.",
                moment=found,
                example=EXAMPLES[0],
            )
        )
    return found


def _moment_of(said: Said, text: str, now: datetime, zone: ZoneInfo, *, at_end: bool) -> datetime:
    if said.after is not None:
        return now.astimezone(UTC).replace(microsecond=0) + said.after
    at = _LAST if at_end and said.hour is None and said.part is None else _time_of(said)
    days = list(_days(said, now.astimezone(zone).date()))
    if not days:
        raise Refusal(say("“{text}” names a day that no calendar has.", text=brief(text)))
    moments = (_at(day, at, zone) for day in days)
    found = next((one for one in moments if one > now), None) or _at(days[-1], at, zone)
    day = found.astimezone(zone).date()
    if said.weekday not in (None, day.weekday()):
        raise Refusal(
            say(
                "{day} is another day of the week. Type only the date, or only the day.",
                day=day,
            )
        )
    return found


def _days(said: Said, today: date) -> Iterable[date]:
    """The days that may be meant, in their order; the first that is yet to come is."""
    if said.day is not None and said.month is not None:
        # Within eight years there is a 29 February, or not for a hundred.
        years = [said.year] if said.year is not None else range(today.year, today.year + 9)
        return [date(y, said.month, said.day) for y in years if _has(y, said.month, said.day)]
    if said.months is not None:
        return [_months_after(today, said.months)]
    if said.days is not None:
        return [today + timedelta(days=said.days)]
    if said.next_week:
        monday = today + timedelta(days=7 - today.weekday())
        return [monday + timedelta(days=said.weekday or 0)]
    following = [today + timedelta(days=number) for number in range(8)]
    if said.weekday is None:
        return following[:2]
    first = 1 if said.not_today else 0
    return [day for day in following[first:] if day.weekday() == said.weekday]


def _has(year: int, month: int, day: int) -> bool:
    known = date.min.year <= year <= date.max.year and 1 <= month <= 12
    return known and 1 <= day <= calendar.monthrange(year, month)[1]


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _time_of(said: Said) -> time:
    hour = said.hour
    if hour is None:
        return time(_HOURS[said.part])
    # Of an hour that is named as people speak, the one when offices are open is meant.
    late = 11 if said.part is DayPart.EVENING else 6
    afternoon = said.part in (DayPart.AFTERNOON, DayPart.EVENING)
    if (afternoon or (said.spoken and said.part is None)) and 1 <= hour <= late:
        hour += 12
    return time(hour, said.minute or 0)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Raises Refusal for a time that is left out where summer time begins."""
    found = datetime.combine(day, at, zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, at):
        raise Refusal(
            say(
                "On {day} the clock goes forward and there is no {time}. Type another time.",
                day=day,
                time=f"{at:%H:%M}",
            )
        )
    return found
