"""What may Plein ask of the bridge? Described in docs/email.md, under a shared secret."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bridges.common.transactions import refuse_strangers, refused
from bridges.email.addresses import GHOSTS, Keys, is_address, is_own, normal, shown_name
from bridges.email.ghosts import Ghosts
from bridges.email.store import people
from bridges.email.store.database import Store
from bridges.email.store.people import Choice, Person

Handler = Callable[[web.Request], Awaitable[web.Response]]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    secret: str
    store: Store
    ghosts: Ghosts
    keys: Keys
    server_name: str
    language: str
    domain: str

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1", self._guarded(self._tell)),
            web.post("/v1/people", self._guarded(self._meet)),
            web.get("/v1/people/{id}", self._guarded(self._show)),
            web.delete("/v1/people/{id}", self._guarded(self._forget)),
            web.put("/v1/people/{id}/choice", self._guarded(self._choose)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            refuse_strangers(request, self.secret)
            return await handler(request)

        return guarded

    async def _tell(self, _request: web.Request) -> web.Response:
        """Who we are: so Plein can see that both mean the same accounts."""
        return web.json_response({"server_name": self.server_name, "ghosts": GHOSTS})

    async def _meet(self, request: web.Request) -> web.Response:
        """Somebody's address was proven to Plein: by an invitation that came there."""
        body = await _document(request)
        address, name = normal(_text(body, "address")), shown_name(_text(body, "name"))
        if body.get("proof") != "invitation":
            raise refused(web.HTTPBadRequest, "PLEIN_NO_PROOF", "proof must be: invitation")
        if not is_address(address):
            raise refused(web.HTTPBadRequest, "PLEIN_NO_ADDRESS", "address is no e-mail address")
        if is_own(address, self.domain):
            raise refused(web.HTTPBadRequest, "PLEIN_NO_ADDRESS", "address is one of the bridge's")
        if not name:
            raise refused(web.HTTPBadRequest, "PLEIN_NO_NAME", "name is empty or an address")
        language = body.get("language", self.language)
        if language not in ("nl", "en"):
            raise refused(web.HTTPBadRequest, "PLEIN_NO_LANGUAGE", "language must be nl or en")
        met = Person(
            f"@{self.keys.ghost(address)}:{self.server_name}",
            address,
            name,
            language,
            _choice(body.get("choice", Choice.EACH.value)),
            confirmed=True,
            registered=False,
            paused=False,
            edits=_edits(body) or False,
        )
        async with self.store.session() as session:
            person = await people.meet(session, met, time.time())
        await self.ghosts.exists(person)
        return web.json_response({"user_id": person.user_id})

    async def _show(self, request: web.Request) -> web.Response:
        person = await self._person(request)
        async with self.store.session() as session:
            rooms = await people.rooms_of(session, person.user_id)
        return web.json_response(
            {
                "user_id": person.user_id,
                "name": person.name,
                "language": person.language,
                "choice": person.choice.value,
                "edits": person.edits,
                "confirmed": person.confirmed,
                "paused": person.paused,
                "rooms": [room.room_id for room in rooms],
            }
        )

    async def _choose(self, request: web.Request) -> web.Response:
        person = await self._person(request)
        body = await _document(request)
        choice, edits = _choice(body.get("choice")), _edits(body)
        async with self.store.session() as session:
            await people.choose(session, person.user_id, choice, edits)
        edits = person.edits if edits is None else edits
        chosen = {"user_id": person.user_id, "choice": choice.value, "edits": edits}
        return web.json_response(chosen)

    async def _forget(self, request: web.Request) -> web.Response:
        """Somebody is forgotten: out of all rooms, and their address is gone. Twice is once."""
        person = await self._found(request)
        if person is not None:
            if person.registered:
                await self.ghosts.leaves_all(person.user_id)
            async with self.store.session() as session:
                await people.forget(session, person.user_id)
        return web.json_response({})

    async def _found(self, request: web.Request) -> Person | None:
        user_id = request.match_info["id"]
        if not user_id.isprintable():
            # Nor is it text that each database takes.
            return None
        async with self.store.session() as session:
            return await people.by_id(session, user_id)

    async def _person(self, request: web.Request) -> Person:
        person = await self._found(request)
        if person is None:
            raise refused(web.HTTPNotFound, "PLEIN_UNKNOWN", "nobody has this Matrix ID")
        return person


async def _document(request: web.Request) -> Json:
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        # No JSON, no UTF-8, or one in the other without end.
        body = None
    if not isinstance(body, dict):
        raise refused(web.HTTPBadRequest, "PLEIN_NOT_JSON", "the body must be a JSON object")
    return body


def _text(body: Json, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise refused(web.HTTPBadRequest, "PLEIN_NOT_TEXT", f"{key} must be text")
    return value


def _choice(value: object) -> Choice:
    try:
        return Choice(str(value))
    except ValueError:
        known = ", ".join(choice.value for choice in Choice)
        raise refused(
            web.HTTPBadRequest, "PLEIN_NO_CHOICE", f"choice must be one of: {known}"
        ) from None


def _edits(body: Json) -> bool | None:
    """Whether somebody wants a mail of what is changed; None where nothing is said of it."""
    value = body.get("edits")
    if value is not None and not isinstance(value, bool):
        raise refused(web.HTTPBadRequest, "PLEIN_NO_CHOICE", "edits must be true or false")
    return value
