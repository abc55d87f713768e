"""How do events come in from the homeserver?

Rules: Matrix specification, application service API, "Pushing events" and "Pinging". A transaction
is answered 200 only after it is stored, with its name; one that comes again is only answered.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

logger = logging.getLogger(__name__)

Json = dict[str, Any]
Store = Callable[[str, list[Json]], Awaitable[None]]

Passing = Callable[[list[Json]], None]

MOST = 64 * 2**20
"""Bytes of one transaction: a hundred events of 64 KiB are 6.5 MB."""


def routes(
    hs_token: str, store: Store, prefix: str = "", passing: Passing | None = None
) -> list[web.RouteDef]:
    """`store` writes a transaction in one go, and does nothing for a name that it knows.

    `passing` hears what nobody keeps: who is writing, who has read. `prefix` is the path in the
    registration's `url`.
    """

    async def take(request: web.Request) -> web.Response:
        refuse_strangers(request, hs_token)
        try:
            document = await request.json()
            events = [one for one in document["events"] if isinstance(one, dict)]
        except (ValueError, KeyError, TypeError, json.JSONDecodeError):
            raise refused(web.HTTPBadRequest, "M_NOT_JSON") from None
        if passing is not None:
            passing(_passing(document))
        if events or passing is None:
            await store(name(request.match_info["id"], events), events)
        return web.json_response({})

    async def ping(request: web.Request) -> web.Response:
        refuse_strangers(request, hs_token)
        return web.json_response({})

    async def unknown(request: web.Request) -> web.Response:
        # Ghosts are made when they write; nobody becomes one by being asked for.
        refuse_strangers(request, hs_token)
        raise refused(web.HTTPNotFound, "M_NOT_FOUND")

    return [
        web.put(f"{prefix}/_matrix/app/v1/transactions/{{id}}", take),
        web.post(f"{prefix}/_matrix/app/v1/ping", ping),
        web.get(f"{prefix}/_matrix/app/v1/users/{{id}}", unknown),
        web.get(f"{prefix}/_matrix/app/v1/rooms/{{id}}", unknown),
    ]


def name(transaction: str, events: list[Json]) -> str:
    """What a transaction is known by: its id, and which events it has.

    Synapse on SQLite counts from 1 again when it is started, so an id alone is not one transaction.
    """
    inside = json.dumps([event.get("event_id") for event in events])
    return f"{transaction}:{hashlib.sha256(inside.encode()).hexdigest()[:32]}"


def _passing(document: Json) -> list[Json]:
    found = document.get("ephemeral")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@asynccontextmanager
async def listening(host: str, port: int, routes: list[web.RouteDef]) -> AsyncIterator[None]:
    """Raises OSError where it cannot."""
    application = web.Application(client_max_size=MOST)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def refuse_strangers(request: web.Request, token: str) -> None:
    """Raises 401 or 403 unless the request carries the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise refused(web.HTTPUnauthorized, "M_MISSING_TOKEN")
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        logger.warning("A request to %s carried a wrong token", request.path)
        raise refused(web.HTTPForbidden, "M_FORBIDDEN")


def refused(kind: type[web.HTTPException], code: str, why: str = "") -> web.HTTPException:
    text = json.dumps({"errcode": code, "error": why or code})
    return kind(text=text, content_type="application/json")
