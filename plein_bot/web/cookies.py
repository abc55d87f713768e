"""What is kept in a browser, and how a form shows that it is one of ours?

Two cookies, and neither before it is needed: one tells the browser that was given a form, the other
who is signed in. A form counts when it comes back with the cookie of who was given it, and from a
page of ours: no other site can make a browser send it (cross-site request forgery).
"""

import hmac
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.http import HttpProcessingError

from plein_bot.domain.deployment import Plein

SESSION, BROWSER = "plein", "plein-form"
SEAL = "seal"
"""The field of a form that holds its seal."""

_FORM = "application/x-www-form-urlencoded"


class Forged(Exception):
    """A form that we did not give to this browser, or so long ago that it has forgotten."""


def _named(name: str, address: str) -> str:
    """A browser takes `__Host-` only encrypted, for the whole host, and from the host itself."""
    return f"__Host-{name}" if address.startswith("https:") else name


def given(request: web.Request, name: str, address: str) -> str:
    value = request.cookies.get(_named(name, address), "")
    return value if value.isascii() and len(value) <= 128 else ""


def give(response: web.Response, name: str, value: str, address: str) -> None:
    """Until the browser is closed; how long it counts is not for the browser to say."""
    encrypted = address.startswith("https:")
    response.set_cookie(
        _named(name, address), value, path="/", httponly=True, samesite="Lax", secure=encrypted
    )


def take_back(response: web.Response, name: str, address: str) -> None:
    encrypted = address.startswith("https:")
    response.del_cookie(
        _named(name, address), path="/", httponly=True, samesite="Lax", secure=encrypted
    )


def new() -> str:
    return secrets.token_urlsafe(20)


def seal(plein: Plein, cookie: str, path: str) -> str:
    """What a form at this address holds for who has this cookie."""
    return plein.mark(f"form {cookie}", path)


async def read(request: web.Request, plein: Plein, cookie: str, address: str) -> dict[str, str]:
    """The fields of a form of ours. Raises Forged."""
    ours = urlsplit(address)
    origin = request.headers.get("Origin", "null")
    # Where no address may be told, a browser says null.
    if origin != "null" and origin != f"{ours.scheme}://{ours.netloc}":
        raise Forged
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forged
    try:
        fields = await _fields(request)
        wanted = seal(plein, cookie, request.path)
    except (ValueError, LookupError, HttpProcessingError, web.RequestPayloadError):
        raise Forged from None
    if not cookie or not hmac.compare_digest(fields.get(SEAL, "").encode(), wanted.encode()):
        raise Forged
    return fields


async def _fields(request: web.Request) -> dict[str, str]:
    """As our pages send them. Raises Forged, and what aiohttp raises where it cannot read them."""
    if request.content_type != _FORM or (request.charset or "utf-8").lower() != "utf-8":
        raise Forged
    if "Content-Encoding" in request.headers:
        raise Forged
    return {name: value for name, value in (await request.post()).items() if type(value) is str}
