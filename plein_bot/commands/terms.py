"""How long something lasts: `--days 3`, `--hours 2`, `--until friday`, `--forever`."""

from datetime import UTC, datetime, timedelta

from plein_bot.commands.calls import Call
from plein_bot.domain.errors import Refusal
from plein_bot.domain.sanctions import refuse_end
from plein_bot.domain.sentences import say


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
