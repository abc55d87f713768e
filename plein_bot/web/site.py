"""The pages: who is answered by what, and what every answer has in common."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil

from aiohttp import web
from aiohttp.typedefs import Handler as Answering

from plein_bot.actions.files import NoSuchFile
from plein_bot.actions.posts import NoSuchPost
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import VISITOR
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.index.trouble import DatabaseTrouble
from plein_bot.web import (
    assets,
    feeds,
    finding,
    machines,
    media,
    places,
    posts,
    square,
    statements,
)
from plein_bot.web.health import Watched
from plein_bot.web.pages import Handler, House, Moved, NotHere, Shelf, Visit, is_known, tagged
from plein_bot.web.security import Pace, address_of, secure
from plein_bot.web.words import CHOICE, spoken

logger = logging.getLogger(__name__)

TOO_LATE = 300.0
"""Seconds behind the homeserver from which nothing is shown: who may read may be another by now."""

_LONGEST = 2000
"""Characters of an address with its question."""

Recognise = Callable[[web.Request], Awaitable[UserId]]


async def _nobody(_: web.Request) -> UserId:
    return VISITOR


@dataclass
class Site:
    """`recognise` tells who is asking; without an account it is `VISITOR`."""

    house: House
    sync: Watched
    behind_proxy: bool = False
    recognise: Recognise = _nobody
    pace: Pace = field(default_factory=lambda: Pace(burst=240, each_second=8))
    shelf: Shelf = field(default_factory=Shelf)

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
        }
        return [
            *(web.get(path, self._answering(handler)) for path, handler in shown.items()),
            *(web.get(path, handler) for path, handler in assets.HANDLERS.items()),
            # Last: whatever there is none of, also for other methods.
            web.route("*", "/{path:.*}", self._answering(_nowhere)),
        ]

    def _answering(self, handler: Handler) -> Answering:
        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._visit(request)
            try:
                return await self._answer(visit, handler)
            except (NotHere, NoSuchPlace, NoSuchPost, NoSuchFile):
                return visit.page("missing.html", 404)
            except Moved as moved:
                raise web.HTTPFound(visit.words.link(moved.address)) from None
            except DatabaseTrouble as trouble:
                logger.error("a page cannot be shown: %s", trouble)
                return visit.page("away.html", 503)

        return answer

    async def _visit(self, request: web.Request) -> Visit:
        acts = self.house.acts
        words = spoken(
            request.query.get(CHOICE),
            request.headers.get("Accept-Language", ""),
            acts.plein.language,
            acts.plein.timezone,
        )
        actor = await self.recognise(request)
        return Visit(self.house, request, acts.by(actor, "web"), words)

    async def _answer(self, visit: Visit, handler: Handler) -> web.StreamResponse:
        request = visit.request
        if request.method not in ("GET", "HEAD"):
            return visit.page("method.html", 405)
        if len(request.path_qs) > _LONGEST:
            raise NotHere
        if self.sync.behind() > TOO_LATE:
            late = visit.page("away.html", 503)
            late.headers["Retry-After"] = "60"
            return late
        key = (request.path_qs, visit.words.code)
        changes = self.house.acts.index.changes
        if visit.is_visitor and (kept := self.shelf.find(key, changes)):
            return _unless_known(request, kept.response())
        response = await handler(visit)
        if not isinstance(response, web.Response) or response.status != 200:
            return response
        tagged(response)
        if visit.is_visitor:
            self.shelf.put(key, changes, response)
        return _unless_known(request, response)

    @property
    def middlewares(self) -> tuple[Callable[..., Awaitable[web.StreamResponse]], ...]:
        return (self._secured,)

    @web.middleware
    async def _secured(self, request: web.Request, handler: Answering) -> web.StreamResponse:
        """Every answer with its headers; what went wrong as a page, and never as a traceback."""
        try:
            response = await self._paced(request, handler)
        except web.HTTPException as answered:
            answered.headers.update(_secured_headers(self.house))
            raise
        except Exception:
            # By the pattern of the address: what stands in it may be a secret.
            resource = request.match_info.route.resource
            logger.exception("%s cannot be shown", resource.canonical if resource else "a page")
            response = (await self._visit(request)).page("broken.html", 500)
        if not response.prepared:
            secure(response.headers, encrypted=self.house.is_encrypted)
        return response

    async def _paced(self, request: web.Request, handler: Answering) -> web.StreamResponse:
        address = address_of(request, behind_proxy=self.behind_proxy)
        if seconds := self.pace.wait(address):
            response = (await self._visit(request)).page("paced.html", 429)
            response.headers["Retry-After"] = str(ceil(seconds))
            return response
        return await handler(request)


def _secured_headers(house: House) -> dict[str, str]:
    headers: dict[str, str] = {}
    secure(headers, encrypted=house.is_encrypted)
    return headers


async def _nowhere(_: Visit) -> web.StreamResponse:
    raise NotHere


def _unless_known(request: web.Request, response: web.Response) -> web.Response:
    if not is_known(request, response.headers["ETag"]):
        return response
    kept = ("ETag", "Cache-Control", "Vary", "Content-Language")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return web.Response(status=304, headers=headers)
