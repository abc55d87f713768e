"""The monthly overview of new files in a group: when it comes, and what stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plein_bot.domain.files import SharedFile, versions

ALL = "files.overviews"
"""The kind of timer that comes once a month for the whole square."""

ONE = "files.overview"
"""The kind of timer for one group, and the act in the audit."""

MOST_FOLDERS = 10
MOST_FILES = 5

_HOUR = time(9)


@dataclass(frozen=True, slots=True)
class Overview:
    """`folders` with the number of new files in each, `newest` of all of them."""

    total: int
    folders: tuple[tuple[str, int], ...]
    newest: tuple[SharedFile, ...]


def overview_of(files: Sequence[SharedFile]) -> Overview:
    """Of a file that was sent several times the newest counts; "" is no folder."""
    found = [one.newest for one in versions(files)]
    folders: dict[str, tuple[str, int]] = {}
    for file in found:
        name, number = folders.get(file.folder.casefold(), (file.folder, 0))
        folders[file.folder.casefold()] = (name, number + 1)
    return Overview(
        len(found), tuple(folders[key] for key in sorted(folders)), tuple(found[:MOST_FILES])
    )


def next_moment(now: datetime, zone: ZoneInfo) -> datetime:
    """The first one after `now`, in UTC."""
    today = now.astimezone(zone).date()
    first = today.replace(day=1)
    if (this := _moment(first, zone)) > now:
        return this
    return _moment((first + timedelta(days=31)).replace(day=1), zone)


def month_before(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the month before began and was over, in UTC."""
    first = moment.astimezone(zone).date().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    begin, end = (datetime.combine(day, time.min, zone) for day in (before, first))
    return begin.astimezone(UTC), end.astimezone(UTC)


def _moment(first: date, zone: ZoneInfo) -> datetime:
    day = first
    while day.weekday() >= 5 or day in _holidays(day.year):
        day += timedelta(days=1)
    return datetime.combine(day, _HOUR, zone).astimezone(UTC)


def _holidays(year: int) -> frozenset[date]:
    """Dutch holidays that can fall at the beginning of a month, and on a weekday."""
    easter = _easter(year)
    after = (easter + timedelta(days=days) for days in (1, 39, 50))
    return frozenset((date(year, 1, 1), *after))


def _easter(year: int) -> date:
    """The anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
