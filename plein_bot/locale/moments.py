"""Moments as people type them, in Dutch and in English: `morgen 9:00`, `next friday`, `half tien`.

Both languages are always read, and a date is written as in Dutch: 1-12 is the first of December.
(A general library, dateparser 1.5, read `morgen om 9 uur` as seven in the evening.)
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plein_bot.domain.moments import DayPart, NoMoment, Said, moment_of

LONGEST = 80
"""Characters; more is no moment."""

Found = Mapping[str, Any]


def read(text: str, zone: ZoneInfo, now: datetime, *, at_end: bool = False) -> datetime:
    """The moment that somebody typed, in UTC. Raises Refusal, with what they can type instead.

    With `at_end` a day without a time is the end of that day.
    """
    said = said_in(text)
    if said is None:
        raise NoMoment(text)
    return moment_of(said, text, now, zone, at_end=at_end)


def said_in(text: str) -> Said | None:
    """What `text` names of a moment; None where it is none, or says something twice."""
    plain = _plain(text)
    parts: dict[str, Any] = {}
    place = 0
    while place < len(plain) <= LONGEST:
        found = _next(plain, place)
        if found is None or parts.keys() & found[0].keys():
            return None
        named, place = found
        parts |= named
    return Said(**parts) if parts and _hold_together(parts) else None


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[‘’ʼ´`′]", "'", plain).replace("é", "e")
    plain = re.sub(r"\b([ap])\.m\.?(?!\w)", r"\1m", plain)
    plain = re.sub(r"\ba\.s\.?(?!\w)", "aanstaande", plain)
    plain = re.sub(r"(?<=\d)t(?=\d)", " ", plain)  # 2026-12-01T14:30
    return " ".join(plain.split()).strip(" .,;!?")


def _hold_together(parts: Found) -> bool:
    """`over een uur` needs nothing more, and a day is named in one way; a weekday beside it."""
    if "after" in parts:
        return parts.keys() == {"after"}
    ways = [way for way in ("day", "days", "months", "next_week") if way in parts]
    return len(ways) <= 1


def _next(plain: str, place: int) -> tuple[Found, int] | None:
    """What stands at this place, and where it ends."""
    for pattern, meaning in _GRAMMAR:
        if (match := pattern.match(plain, place)) and (named := meaning(match)) is not None:
            end = match.end()
            return named, end + len(plain[end:]) - len(plain[end:].lstrip(" ,"))
    return None


# --- Words ---


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    """`a|b c` is a and b for the first number, c for the next."""
    return {w: n for n, group in enumerate(words.split(), first) for w in group.split("|")}


_NUMBERS = _numbered("een|'n twee drie vier vijf zes zeven acht negen tien elf twaalf")
_NUMBERS |= {"veertien": 14, "vijftien": 15, "twintig": 20, "dertig": 30}
_ENGLISH = _numbered("one|a|an two three four five six seven eight nine ten eleven twelve")
_ENGLISH |= {"fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30}
_MONTHS = _numbered(
    "januari|january|jan februari|february|feb|febr maart|march|mrt|mar april|apr mei|may "
    "juni|june|jun juli|july|jul augustus|august|aug september|sep|sept oktober|october|okt|oct "
    "november|nov december|dec"
)
_WEEKDAYS = _numbered(
    "maandag|monday|ma|mon dinsdag|tuesday|di|tue|tues woensdag|wednesday|wo|wed "
    "donderdag|thursday|do|thu|thur|thurs vrijdag|friday|vr|fri zaterdag|saturday|za|sat "
    "zondag|sunday|zo|sun",
    first=0,
)
_PARTS = dict.fromkeys(("ochtend", "morgen", "vroeg", "morning"), DayPart.MORNING)
_PARTS |= dict.fromkeys(("middag", "afternoon"), DayPart.AFTERNOON)
_PARTS |= dict.fromkeys(("avond", "evening", "night"), DayPart.EVENING)
_MINUTES = {"minuut": 1, "minuten": 1, "minute": 1, "minutes": 1, "min": 1, "kwartier": 15}
_MINUTES |= dict.fromkeys(("uur", "uren", "uurtje", "hour", "hours"), 60)
_DAYS = dict.fromkeys(("dag", "dagen", "day", "days"), 1)
_DAYS |= dict.fromkeys(("week", "weken", "weeks"), 7)
_LONG = dict.fromkeys(("maand", "maanden", "month", "months"), 1)
_LONG |= dict.fromkeys(("jaar", "jaren", "year", "years"), 12)
_NEAR = {"vandaag": 0, "today": 0, "morgen": 1, "tomorrow": 1, "overmorgen": 2}
_NEAR |= {"the day after tomorrow": 2, "day after tomorrow": 2, "gisteren": -1, "yesterday": -1}


def _one_of(words: Iterable[str]) -> str:
    """The longest first, so that `ma` does not win from `maandag`."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NUMBER = rf"\d{{1,4}}|{_one_of(_NUMBERS | _ENGLISH)}"
_DUTCH_HOUR = rf"\d{{1,2}}|{_one_of(_NUMBERS)}"
_HOUR = rf"\d{{1,2}}|{_one_of(_NUMBERS | _ENGLISH)}"
_MONTH = _one_of(_MONTHS)
_DAY_PART = _one_of(_PARTS)
_NTH = "(?:e|ste|de|st|nd|rd|th)?"


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else (_NUMBERS | _ENGLISH)[word]


# --- What each way of saying it means; None where it is something else after all ---


def _date(match: re.Match[str]) -> Found:
    month = match["month"]
    named = {
        "day": int(match["day"]),
        "month": int(month) if month.isdecimal() else _MONTHS[month],
    }
    if year := match["year"]:
        named["year"] = int(year) + (2000 if len(year) == 2 else 0)
    return named


def _ahead(match: re.Match[str]) -> Found:
    number, unit = _number(match["number"]), match["unit"]
    if unit in _MINUTES:
        return {"after": timedelta(minutes=number * _MINUTES[unit])}
    if unit in _DAYS:
        return {"days": number * _DAYS[unit]}
    return {"months": number * _LONG[unit]}


def _weekday(match: re.Match[str]) -> Found:
    named: dict[str, Any] = {"weekday": _WEEKDAYS[match["weekday"]]}
    if match["next"]:
        named["not_today"] = True
    return named | _with_part(match)


def _near(match: re.Match[str]) -> Found:
    return {"days": _NEAR[match["near"]]} | _with_part(match)


def _this(match: re.Match[str]) -> Found:
    return {"days": 0} | _with_part(match)


def _with_part(match: re.Match[str]) -> dict[str, Any]:
    return {"part": _PARTS[match["part"]]} if match["part"] else {}


def _clock(match: re.Match[str]) -> Found | None:
    return _hour(int(match["hour"]), int(match["minute"] or 0))


def _american(match: re.Match[str]) -> Found | None:
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    return _hour(hour % 12 + (12 if match["half"] == "pm" else 0), int(match["minute"] or 0))


def _spoken(match: re.Match[str]) -> Found | None:
    return _hour(_number(match["hour"]), 0, spoken=True)


def _half(match: re.Match[str]) -> Found | None:
    """`half tien`, `vijf over half drie`: before the hour that is named."""
    away = _number(match["number"]) if match["number"] else 0
    return _around(match, -30 + (away if match["side"] == "over" else -away))


def _past(match: re.Match[str]) -> Found | None:
    quarters = {"kwart": 15, "quarter": 15, "a quarter": 15, "half": 30}
    away = quarters.get(match["number"]) or _number(match["number"])
    return _around(match, away if match["side"] in ("over", "past") else -away)


def _around(match: re.Match[str], minutes: int) -> Found | None:
    named = _number(match["hour"])
    hour, minute = divmod(named * 60 + minutes, 60)
    return _hour(hour or 12, minute, spoken=True) if named else None


def _hour(hour: int, minute: int, *, spoken: bool = False) -> Found | None:
    if not (0 <= hour < 24 and 0 <= minute < 60):
        return None
    return {"hour": hour, "minute": minute, "spoken": spoken}


def _minutes(number: int) -> Callable[[re.Match[str]], Found]:
    return _meaning(after=timedelta(minutes=number))


def _meaning(**named: object) -> Callable[[re.Match[str]], Found]:
    return lambda _: named


# The first that fits is taken, from where the one before it ended.
_WAYS: tuple[tuple[str, Callable[[re.Match[str]], Found | None]], ...] = (
    (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", _date),
    (r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4}|\d{2})", _date),
    (r"(?P<day>\d{1,2})[-/](?P<month>\d{1,2})(?P<year>)", _date),
    (rf"(?P<day>\d{{1,2}}){_NTH} (?:of )?(?P<month>{_MONTH})\.?(?:,? (?P<year>\d{{4}}))?", _date),
    (
        rf"(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}}){_NTH}(?![:.]\d| ?(?:uur|u|h|[ap]m)\b)"
        r"(?:,? (?P<year>\d{4}))?",
        _date,
    ),
    (r"(?:over|in) (?:(?:een|'n) )?half ?uur(?:tje)?|in half an hour", _minutes(30)),
    (r"over anderhalf uur|in an hour and a half", _minutes(90)),
    (rf"(?:over|in) (?P<number>{_NUMBER}) (?P<unit>{_one_of(_MINUTES | _DAYS | _LONG)})", _ahead),
    (r"(?:volgende|komende|aankomende|next) week", _meaning(next_week=True)),
    (
        r"(?P<next>(?:volgende|next) )?(?:(?:aanstaande|aankomende|komende|deze|this|coming) )?"
        rf"(?P<weekday>{_one_of(_WEEKDAYS)})\.?(?: ?(?P<part>{_DAY_PART}))?(?: aanstaande)?",
        _weekday,
    ),
    (rf"(?P<near>{_one_of(_NEAR)})(?: ?(?P<part>{_DAY_PART}))?", _near),
    (rf"(?:van|this )(?P<part>{_DAY_PART})", _this),
    (r"tonight", _meaning(days=0, part=DayPart.EVENING)),
    (r"(?:'?s )(?P<part>ochtend|morgen|middag|avond)s", _with_part),
    (rf"(?:(?:in the|in de) )?(?P<part>{_DAY_PART})", _with_part),
    (r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half>[ap]m)", _american),
    (r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::00)?(?: ?(?:uur|u|h))?", _clock),
    (r"(?P<hour>\d{1,2}) ?[uh](?P<minute>\d{2})", _clock),
    (
        rf"(?:(?P<number>{_NUMBER}) (?:minuten )?(?P<side>over|voor) )?"
        rf"half (?P<hour>{_DUTCH_HOUR})(?: uur)?",
        _half,
    ),
    (
        rf"(?P<number>kwart|{_NUMBER}) (?:minuten )?(?P<side>over|voor) "
        rf"(?P<hour>{_DUTCH_HOUR})(?: uur)?",
        _past,
    ),
    (
        rf"(?P<number>(?:a )?quarter|half|{_NUMBER}) (?:minutes )?(?P<side>past|to) "
        rf"(?P<hour>{_HOUR})",
        _past,
    ),
    (rf"(?P<hour>{_HOUR}) ?(?:uur|u|h|o'clock)", _spoken),
    (r"noon|midday", _meaning(hour=12, minute=0, spoken=False)),
    (rf"(?:(?<=om )|(?<=at ))(?P<hour>{_HOUR})", _spoken),
    (r"om|at|op|on|de|the", _meaning()),
)
_GRAMMAR = tuple((re.compile(rf"(?:{words})(?!\w)"), meaning) for words, meaning in _WAYS)
