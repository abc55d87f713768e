"""One question to an address that may be no homeserver at all: nothing is waited out here."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

WITHIN = 10.0


class NoHomeserver(Exception):
    """Nothing at this address speaks Matrix. The text is for the operator."""


@dataclass(frozen=True, slots=True)
class Probed:
    """`ahead` is how many seconds the homeserver's clock is before ours; None where it hid it."""

    versions: tuple[str, ...]
    ahead: float | None


async def probe(url: str) -> Probed:
    """Ask for the versions of Matrix that are spoken here. Raises `NoHomeserver`."""
    timeout = aiohttp.ClientTimeout(total=WITHIN)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}/_matrix/client/versions", allow_redirects=False) as response,
        ):
            if 300 <= response.status < 400:
                elsewhere = response.headers.get("Location", "another address")
                raise NoHomeserver(f"{url} sends visitors on to {elsewhere}. Give that address.")
            if response.status >= 500:
                raise NoHomeserver(
                    f"{url} answers {response.status} {response.reason}: the homeserver behind it "
                    "does not run, or the proxy before it does not find it."
                )
            versions = _versions(await response.json(content_type=None))
            return Probed(versions, _ahead(response.headers))
    except (aiohttp.ClientSSLError, ssl.SSLError) as failure:
        raise NoHomeserver(
            f"The certificate of {url} is not trusted: {failure}. Renew it, or let this machine "
            "trust whoever signed it."
        ) from failure
    except TimeoutError as failure:
        raise NoHomeserver(f"{url} gives no answer within {WITHIN:.0f} seconds.") from failure
    except (aiohttp.ClientError, OSError) as failure:
        raise NoHomeserver(
            f"{url} cannot be reached: {failure}. Is the address right, and does it run?"
        ) from failure
    except ValueError as failure:
        raise NoHomeserver(
            f"{url} answers, but is no homeserver. Give the address where the client-server API "
            "answers, often another than that of the website."
        ) from failure


async def text_at(url: str) -> str:
    """The text of a page; empty where there is none."""
    timeout = aiohttp.ClientTimeout(total=WITHIN)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return await response.text()
    except (aiohttp.ClientError, OSError):
        return ""


def _versions(body: object) -> tuple[str, ...]:
    match body:
        case {"versions": [*found]}:
            return tuple(str(version) for version in found)
        case _:
            raise ValueError("no list of versions")


def _ahead(headers: Mapping[str, str]) -> float | None:
    try:
        there = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return (there.replace(tzinfo=there.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
