"""What a value of the configuration must look like; ValueError says it to the operator."""

import difflib
import zoneinfo
from urllib.parse import urlsplit

from plein_bot.domain import ids
from plein_bot.domain.ids import UserId


def matrix_id(text: str) -> UserId:
    if user := ids.user_id(text):
        return user
    raise ValueError(f"{text!r} is not a Matrix ID such as @name:example.org")


def address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        usable = False
    if not usable:
        raise ValueError(f"{text!r} is not an address such as https://matrix.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{text!r} holds more than a host and a port; Plein adds the path itself")
    return f"{parts.scheme}://{parts.netloc}"


def reachable(text: str) -> str:
    if text.startswith("https://") or (text.startswith("mailto:") and "@" in text):
        return text
    raise ValueError(f"{text!r} is not an address such as mailto:veilig@example.org or https://…")


def database(text: str) -> str:
    if text.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        return text
    # The URL may hold a password, so it is not repeated.
    raise ValueError("it begins with sqlite+aiosqlite:/// or with postgresql+asyncpg://")


def clamd(where: str) -> str:
    if where.startswith("/"):
        return where
    host, _, port = where.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) < 65536:
        return where
    raise ValueError(f"{where!r} is no path such as /run/clamav/clamd.ctl and no host:port")


def time_zone(name: str) -> str:
    known = zoneinfo.available_timezones()
    if name in known:
        return name
    raise ValueError(f"there is no time zone {name!r}.{did_you_mean(name, sorted(known))}")


def did_you_mean(name: str, known: list[str], names: list[str] | None = None) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {'.'.join([*(names or [name])[:-1], near[0]])}?" if near else ""
