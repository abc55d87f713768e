"""What has somebody who asks for a page, and what becomes of what they are shown?"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web

from plein_bot.actions.acts import Act, Acts
from plein_bot.domain.people import VISITOR
from plein_bot.web import cookies
from plein_bot.web.words import Words

_MOST_KEPT = 64 * 1024 * 1024
"""Bytes of pages that are kept ready."""


class NotHere(Exception):
    """There is no such page, or not for this reader: the same answer."""


class Moved(Exception):
    """What was asked for stands at another address of ours now."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True, slots=True)
class House:
    """What all pages share. `address` is what people type, without a path.

    `contact` is an address for who finds a hole (`mailto:` or `https:`). `statements` are Markdown
    of the operators, by name and language: `privacy.nl`.
    """

    acts: Acts
    name: str
    address: str
    contact: str | None = None
    statements: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_encrypted(self) -> bool:
        return self.address.startswith("https:")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: by whom (`act.actor`), and in which language it is answered.

    `reader` is the name of who is signed in, `from_where` the address that is counted.
    """

    house: House
    request: web.Request
    act: Act
    words: Words
    reader: str | None = None
    from_where: str = ""

    @property
    def is_visitor(self) -> bool:
        return self.act.actor == VISITOR

    def part(self, name: str) -> str:
        """What stands in the address at this place."""
        return self.request.match_info[name]

    @property
    def path(self) -> str:
        """What was asked for, as the address of a link; one of this site, whatever was asked."""
        return "/" + quote(self.request.path.lstrip("/"), safe="/")

    def page(self, template: str, status: int = 200, **data: Any) -> web.Response:
        """HTML of a template, which is told the house's name and where the reader is."""
        words = self.words
        others = {code: words.link(self.path, taal=code) for code in ("nl", "en")}
        html = words.filled(
            template,
            house=self.house.name,
            address=self.house.address,
            here=self.path,
            spoken=self._spoken,
            others=self._keeping_the_question(others),
            query=self.request.query.get("q", "")[:200],
            reader=self.reader,
            sign_out=self._sign_out,
            **data,
        )
        headers = {"Content-Language": words.code, "Vary": "Accept-Language, Cookie"}
        return web.Response(text=html, content_type="text/html", status=status, headers=headers)

    @property
    def _spoken(self) -> str:
        """For whoever has a page read aloud: what people wrote is in the language of the square."""
        theirs = self.act.plein.language
        return "" if theirs == self.words.code else f' lang="{theirs}"'

    @property
    def _sign_out(self) -> str:
        """The seal of the form by which who is signed in goes out."""
        session = cookies.given(self.request, cookies.SESSION, self.house.address)
        return cookies.seal(self.act.plein, session, "/afmelden") if self.reader else ""

    def _keeping_the_question(self, others: dict[str, str]) -> dict[str, str]:
        kept = [(key, value) for key, value in self.request.query.items() if key != "taal"]
        more = "".join(f"&{quote(key)}={quote(value)}" for key, value in kept[:20])
        return {code: address + more for code, address in others.items()}


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


def tagged(response: web.Response) -> web.Response:
    """With a mark by which a browser asks later whether it is still so.

    It asks each time: a place that is closed is gone at once, also from what others keep.
    """
    body = response.body if isinstance(response.body, bytes) else b""
    response.headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def is_known(request: web.Request, etag: str) -> bool:
    """Whether who asks has it already (RFC 9110, 13.1.2)."""
    known = request.headers.get("If-None-Match", "")
    return known.strip() == "*" or etag in [
        one.strip().removeprefix("W/") for one in known.split(",")
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was made when the index had seen so many `changes`."""

    changes: int
    body: bytes
    headers: dict[str, str]

    def response(self) -> web.Response:
        return web.Response(body=self.body, headers=self.headers)


@dataclass
class Shelf:
    """Pages for visitors, ready for as long as nothing at all has changed."""

    most: int = _MOST_KEPT
    _pages: OrderedDict[tuple[str, str], Kept] = field(default_factory=OrderedDict)
    _size: int = 0
    _turns: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, key: tuple[str, str]) -> AsyncIterator[None]:
        """Only one makes a page; who waits for it finds it ready."""
        lock = self._turns.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._turns.pop(key, None)

    def find(self, key: tuple[str, str], changes: int) -> Kept | None:
        kept = self._pages.get(key)
        if kept is None:
            return None
        if kept.changes != changes:
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        return kept

    def put(self, key: tuple[str, str], changes: int, response: web.Response) -> None:
        body = response.body
        if not isinstance(body, bytes) or len(body) > self.most // 8:
            return
        self._drop(key)
        self._pages[key] = Kept(changes, body, dict(response.headers))
        self._size += len(body)
        while self._size > self.most:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: tuple[str, str]) -> None:
        if kept := self._pages.pop(key, None):
            self._size -= len(kept.body)
