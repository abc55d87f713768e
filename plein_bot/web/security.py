"""What does a browser get to know of a page besides the page, and how often may somebody ask?"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache

from aiohttp import web

HEADERS = {
    # Nothing of others is fetched, nothing runs, and no page stands in a frame of another.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}


def secure(headers: MutableMapping[str, str], *, encrypted: bool) -> None:
    """Add what every answer carries; what a page says of itself stays."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if encrypted:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Which program and which version is nobody's business.
    headers["Server"] = "Plein"


@dataclass
class Pace:
    """How often one address may ask: `burst` at once, and `each_second` in the long run.

    Kept in memory only, of the addresses that came last.
    """

    burst: float
    each_second: float
    clock: Callable[[], float] = time.monotonic
    most: int = 10_000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str, cost: float = 1) -> float:
        """Seconds until it may ask again; 0 where it may now."""
        now = self.clock()
        left, at = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.each_second)
        allowed = left >= cost
        self._left[address] = (left - cost if allowed else left, now)
        while len(self._left) > self.most:
            self._left.popitem(last=False)
        return 0 if allowed else (cost - left) / self.each_second


def address_of(request: web.BaseRequest, *, behind_proxy: bool) -> str:
    """Who asks, for as long as it is counted. Of IPv6 the network: one home has many addresses.

    Behind a proxy it is the last that the proxy added; what stands before that anybody can write.
    """
    given = request.remote or ""
    if behind_proxy and (said := request.headers.get("X-Forwarded-For")):
        given = said.rpartition(",")[2].strip()
    return _counted(given[:64])


@lru_cache(maxsize=4096)
def _counted(given: str) -> str:
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if address.version == 6 and not (mapped := address.ipv4_mapped):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(mapped if address.version == 6 else address)
