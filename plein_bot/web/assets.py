"""What belongs to every page and is the same for everybody: the style, and the icon."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from plein_bot.web.words import environment

_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
# An address says what stands there, so nobody needs to ask again.
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _handlers() -> dict[str, Answer]:
    handlers: dict[str, Answer] = {}
    addresses: dict[str, str] = {}
    for path in sorted(_STATIC.iterdir()):
        if path.suffix in _KINDS:
            body = path.read_bytes()
            mark = hashlib.sha256(body).hexdigest()[:12]
            addresses[path.stem] = f"/static/{path.stem}-{mark}{path.suffix}"
            handlers[addresses[path.stem]] = _always(body, _KINDS[path.suffix])
    environment.globals["assets"] = addresses
    return handlers


def _always(body: bytes, kind: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_FOR_GOOD)

    return answer


HANDLERS = _handlers()
