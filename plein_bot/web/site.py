"""The pages: who is answered by what, and what every answer has in common."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from math import ceil

from aiohttp import web
from aiohttp.typedefs import Handler as Answering

from plein_bot.actions import people
from plein_bot.actions.files import NoSuchFile
from plein_bot.actions.posts import NoSuchPost
from plein_bot.domain.people import VISITOR
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.index.trouble import DatabaseTrouble
from plein_bot.web import (
    assets,
    digests,
    feeds,
    files,
    finding,
    invitations,
    machines,
    mailboxes,
    media,
    passwords,
    places,
    posts,
    sessions,
    square,
    statements,
)
from plein_bot.web.health import LATE, Watched
from plein_bot.web.pages import Handler, House, Moved, NotHere, Shelf, Visit, is_known, tagged
from plein_bot.web.security import Pace, address_of, secure
from plein_bot.web.words import CHOICE, spoken

logger = logging.getLogger(__name__)

TOO_LATE = 300.0
"""Seconds behind the homeserver from which nothing is shown: who may read may be another by now."""

FORMS = {
    **sessions.FORMS,
    **invitations.FORMS,
    **mailboxes.FORMS,
    **passwords.FORMS,
    **digests.FORMS,
}

_AT_ONCE = 4
"""Pages that are being made: whoever types to Plein is served by the same database."""

_WRONG = {404: "missing.html", 405: "method.html", 413: "too_large.html"}
"""What is shown where aiohttp itself would answer."""

_LONGEST = 2000
"""Characters of an address with its question."""


@dataclass
class Site:
    house: House
    sync: Watched
    behind_proxy: bool = False
    pace: Pace = field(default_factory=lambda: Pace(burst=600, each_second=12))
    shelf: Shelf = field(default_factory=Shelf)
    hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def routes(self) -> list[web.RouteDef]:
        shown = {
            **square.HANDLERS,
            **feeds.HANDLERS,
            **finding.HANDLERS,
            **statements.HANDLERS,
            **machines.HANDLERS,
            **media.HANDLERS,
            **posts.HANDLERS,
            **places.HANDLERS,
            **sessions.HANDLERS,
            **files.HANDLERS,
            **invitations.HANDLERS,
            **mailboxes.HANDLERS,
            **passwords.HANDLERS,
            **digests.HANDLERS,
        }
        return [
            *(web.get(path, self._answering(handler)) for path, handler in shown.items()),
            *(web.get(path, handler) for path, handler in assets.HANDLERS.items()),
            *(web.post(path, self._answering(form)) for path, form in FORMS.items()),
            # Last: whatever there is none of, also for other methods.
            web.route("*", "/{path:.*}", self._answering(_nowhere)),
        ]

    def _answering(self, handler: Handler) -> Answering:
        async def answer(request: web.Request) -> web.StreamResponse:
            visit = self._visit(request)
            try:
                visit = await self._signed_in(visit)
                response = await self._shown(visit, handler)
            except DatabaseTrouble as trouble:
                logger.error("a page cannot be shown: %s", trouble)
                return visit.page("away.html", 503)
            if not visit.is_visitor and not response.prepared:
                response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    async def _shown(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        try:
            return await self._answer(visit, handler)
        except (NotHere, NoSuchPlace, NoSuchPost, NoSuchFile):
            return visit.page("missing.html", 404)
        except Moved as moved:
            return web.Response(status=302, headers={"Location": visit.words.link(moved.address)})

    def _visit(self, request: web.Request) -> Visit:
        """By a visitor, until it is known who it is: what went wrong is told without asking."""
        acts = self.house.acts
        words = spoken(
            request.query.get(CHOICE),
            request.headers.get("Accept-Language", ""),
            acts.plein.language,
            acts.plein.timezone,
        )
        where = address_of(request, behind_proxy=self.behind_proxy)
        return Visit(self.house, request, acts.by(VISITOR, "web"), words, from_where=where)

    async def _signed_in(self, visit: Visit) -> Visit:
        actor = await sessions.actor_of(self.house, visit.request)
        if actor == VISITOR:
            return visit
        act = replace(self.house.acts.by(actor, "web"), on_web=True)
        person = await people.recognise(act, actor)
        return replace(visit, act=act, reader=person.shown)

    async def _answer(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        request = visit.request
        forms = request.method == "POST" and handler in FORMS.values()
        if request.method not in ("GET", "HEAD") and not forms:
            return visit.page("method.html", 405)
        if len(request.path_qs) > _LONGEST:
            raise NotHere
        if self.sync.behind() > TOO_LATE:
            late = visit.page("away.html", 503)
            late.headers["Retry-After"] = "60"
            return late
        if forms or not visit.is_visitor:
            return await self._answer_apart(visit, handler)
        key = (request.path_qs, visit.words.code)
        index = self.house.acts.index
        if kept := self.shelf.find(key, index.changes):
            return _unless_known(request, kept.response())
        if handler in media.HANDLERS.values():
            return await handler(visit)
        async with self.shelf.turn(key):
            if kept := self.shelf.find(key, index.changes):
                return _unless_known(request, kept.response())
            return await self._made(visit, handler, key)

    async def _made(
        self, visit: Visit, handler: Handler, key: tuple[str, str]
    ) -> web.StreamResponse:
        # Taken before anything is read: what changes meanwhile makes the page old at once.
        changes = self.house.acts.index.changes
        async with self.hands:
            response = await handler(visit)
        if not isinstance(response, web.Response) or response.status != 200:
            return response
        if response.headers.get("Cache-Control") == "no-store":
            return response
        tagged(response)
        self.shelf.put(key, changes, response)
        return _unless_known(visit.request, response)

    async def _answer_apart(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        """For who is signed in, or wants to be: kept nowhere, and nothing while Plein is late."""
        if not visit.is_visitor and self.sync.behind() > LATE and visit.request.method != "POST":
            late = visit.page("late.html", 503)
            late.headers["Retry-After"] = "10"
            return late
        if visit.request.method == "POST" or handler in media.HANDLERS.values():
            # These wait for the homeserver, and nobody else waits for that.
            return await handler(visit)
        async with self.hands:
            return await handler(visit)

    @property
    def middlewares(self) -> tuple[Callable[..., Awaitable[web.StreamResponse]], ...]:
        return (self._secured,)

    @web.middleware
    async def _secured(self, request: web.Request, handler: Answering) -> web.StreamResponse:
        """Every answer with its headers; what went wrong as a page, and never as a traceback."""
        try:
            response = await self._paced(request, handler)
        except web.HTTPException as answered:
            # By the framework, in plain English: said in a page as anything else.
            if answered.status < 400:
                answered.headers.update(_secured_headers(self.house))
                raise
            template = _WRONG.get(answered.status, "unreadable.html")
            response = self._visit(request).page(template, answered.status)
            # Of what was sent there may be more than anybody wants to read.
            response.force_close()
        except Exception:
            # By the pattern of the address: what stands in it may be a secret.
            resource = request.match_info.route.resource
            logger.exception("%s cannot be shown", resource.canonical if resource else "a page")
            response = self._visit(request).page("broken.html", 500)
        if not response.prepared:
            secure(response.headers, encrypted=self.house.is_encrypted)
        return response

    async def _paced(self, request: web.Request, handler: Answering) -> web.StreamResponse:
        address = address_of(request, behind_proxy=self.behind_proxy)
        # A search costs more than a page that stands ready.
        cost = 5 if request.path in finding.HANDLERS else 1
        if seconds := self.pace.wait(address, cost):
            response = self._visit(request).page("paced.html", 429)
            response.headers["Retry-After"] = str(ceil(seconds))
            return response
        return await handler(request)


def _secured_headers(house: House) -> dict[str, str]:
    headers: dict[str, str] = {}
    secure(headers, encrypted=house.is_encrypted)
    return headers


async def _nowhere(visit: Visit) -> web.StreamResponse:
    # With a slash behind it people mean the same.
    plain = visit.path.rstrip("/")
    if plain.startswith(("/s/", "/p/", "/zoek", "/search", "/privacy")) and plain != visit.path:
        raise Moved(plain)
    raise NotHere


def _unless_known(request: web.Request, response: web.Response) -> web.Response:
    if not is_known(request, response.headers["ETag"]):
        return response
    kept = ("ETag", "Cache-Control", "Vary", "Content-Language")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return web.Response(status=304, headers=headers)
