"""What does an invitation for a calendar say to somebody who reads it?"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridges.email.charsets import one_line, readable

_LONGEST = 200_000
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:;\n\"]{0,300}(?:\"[^\"\n]{0,300}\")?){0,20}):(.*)")
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_ESCAPED = re.compile(r"\\([nN,;\\])")


@dataclass(frozen=True, slots=True)
class Meeting:
    method: str
    """REQUEST, CANCEL, REPLY, PUBLISH, …; empty where it is a mere file."""
    summary: str = ""
    starts: date | datetime | None = None
    """Without a zone where the sender's is not known here."""
    ends: date | datetime | None = None
    location: str = ""
    uid: str = ""

    def in_one_line(self) -> str:
        """Name, time and place, in no language."""
        return ", ".join(part for part in (self.summary, self._when(), self.location) if part)

    def _when(self) -> str:
        starts, ends = self.starts, self.ends
        if not isinstance(starts, datetime):
            return starts.isoformat() if starts else ""
        text = f"{starts:%Y-%m-%d %H:%M}"
        if isinstance(ends, datetime):
            text += (
                f"–{ends:%H:%M}" if ends.date() == starts.date() else f" – {ends:%Y-%m-%d %H:%M}"
            )
        return f"{text} ({starts.tzinfo})" if starts.tzinfo else text


def meeting(text: str) -> Meeting | None:
    """The first event of a calendar file; None where there is none."""
    text = re.sub(r"\n[ \t]", "", readable(text[:_LONGEST]))
    method = ""
    found: dict[str, tuple[str, str]] = {}
    inside: list[str] = []
    for row in text.split("\n"):
        line = _LINE.fullmatch(row)
        if not line:
            continue
        name, parameters, value = line[1].upper(), line[2], line[3]
        if name == "BEGIN":
            inside.append(value.upper())
        elif name == "END":
            if inside[-1:] == ["VEVENT"]:
                break
            inside = inside[:-1]
        elif name == "METHOD":
            method = one_line(value).upper()[:20]
        elif inside[-1:] == ["VEVENT"]:
            found.setdefault(name, (parameters, value))
    if not found:
        return None
    event = Meeting(
        method,
        _words(found, "SUMMARY"),
        _moment(found, "DTSTART"),
        _moment(found, "DTEND"),
        _words(found, "LOCATION"),
        _words(found, "UID"),
    )
    return event if event.summary or event.starts else None


def _words(found: dict[str, tuple[str, str]], name: str) -> str:
    _, value = found.get(name, ("", ""))
    unescaped = _ESCAPED.sub(lambda escape: {"n": " ", "N": " "}.get(escape[1], escape[1]), value)
    return one_line(unescaped)[:300]


def _moment(found: dict[str, tuple[str, str]], name: str) -> date | datetime | None:
    parameters, value = found.get(name, ("", ""))
    when = _WHEN.match(value.strip())
    if not when:
        return None
    numbers = [int(number) for number in when.groups()[:6] if number is not None]
    try:
        if len(numbers) == 3:
            return date(*numbers)
        zone = re.search(r"(?i);TZID=\"?([^\";:]{1,80})", parameters)
        return datetime(*numbers, tzinfo=UTC if when[7] else _zone(zone[1] if zone else ""))  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if re.fullmatch(r"[A-Za-z]+/[A-Za-z_/+-]+", name) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
