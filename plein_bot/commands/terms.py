"""How long something lasts (`--days 3`, `--until friday`), or how far it goes back (`--since`)."""

import re
from datetime import UTC, datetime, timedelta

from plein_bot.commands.calls import Call
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sanctions import refuse_end
from plein_bot.domain.sentences import brief, say

_FURTHEST = timedelta(days=366)


def end_of(
    call: Call,
    *,
    days: int | None,
    until: str | None,
    hours: int | None = None,
    forever: bool = False,
    otherwise: timedelta | None = None,
) -> datetime | None:
    """When it ends; None where it does not. `otherwise` where nothing is said of it."""
    for_ever = forever or until == "-"
    named = [days is not None, hours is not None, until is not None and until != "-", for_ever]
    if sum(named) > 1:
        raise Refusal(say("Choose one of these: `--days`, `--hours`, `--until` or `--forever`."))
    if for_ever:
        return None
    now = datetime.now(UTC)
    if until is not None:
        ends = call.moment(until, at_end=True)
    elif days is not None or hours is not None:
        try:
            ends = now + timedelta(days=days or 0, hours=hours or 0)
        except OverflowError:
            ends = datetime.max.replace(tzinfo=UTC)
    elif otherwise is not None:
        ends = now + otherwise
    else:
        return None
    refuse_end(now, ends)
    return ends


_UNITS = {
    timedelta(minutes=1): ("m", "min", "minute", "minutes", "minuut", "minuten"),
    timedelta(hours=1): ("h", "u", "hour", "hours", "uur", "uren"),
    timedelta(days=1): ("d", "day", "days", "dag", "dagen"),
    timedelta(weeks=1): ("w", "week", "weeks", "weken"),
}
_LENGTH = re.compile(r"(\d{1,5})\s*([a-z]+)")


def length_of(text: str) -> timedelta:
    """How long ago something begins: `30m`, `1h`, `2 uur`, `7 dagen`. Raises Refusal."""
    found = _LENGTH.fullmatch(text.strip().lower())
    unit = next((one for one, names in _UNITS.items() if found and found[2] in names), None)
    if not found or not unit or not int(found[1]) or int(found[1]) * unit > _FURTHEST:
        raise Refusal(
            say(
                "“{text}” is not a length of time that I know. Type it like this: `30m`, `1h`, "
                "`7d`; at most a year.",
                text=brief(text),
            )
        )
    return int(found[1]) * unit
