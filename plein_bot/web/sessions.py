"""Signing in by a link that Plein gave in a direct chat, and signing out."""

from math import ceil

from aiohttp import web

from plein_bot.actions import people, sessions
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import VISITOR
from plein_bot.web import cookies
from plein_bot.web.pages import House, Moved, Visit
from plein_bot.web.security import Pace

_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
WRONG = Pace(burst=20, each_second=1 / 60)
"""How often one address may come with links that do not work."""


async def actor_of(house: House, request: web.Request) -> UserId:
    """Who is signed in in this browser; else a visitor."""
    session = cookies.given(request, cookies.SESSION, house.address)
    person = await sessions.person_in(house.acts, session) if session else None
    return person or VISITOR


async def link(visit: Visit) -> web.StreamResponse:
    """Show who a link is for. Mail scanners and previews open it too, and that changes nothing."""
    person = await sessions.whose_link(visit.house.acts, visit.part("token"))
    if person is None:
        return _over(visit)
    address = visit.house.address
    browser = cookies.given(visit.request, cookies.BROWSER, address) or cookies.new()
    who = await people.recognise(visit.act, person)
    page = visit.page(
        "signing_in.html",
        who=who,
        seal=cookies.seal(visit.act.plein, browser, visit.request.path),
    )
    page.headers.update(_PRIVATE)
    cookies.give(page, cookies.BROWSER, browser, address)
    return page


async def sign_in(visit: Visit) -> web.StreamResponse:
    house, request = visit.house, visit.request
    browser = cookies.given(request, cookies.BROWSER, house.address)
    try:
        fields = await cookies.read(request, visit.act.plein, browser, house.address)
    except cookies.Forged:
        return _forged(visit)
    alone = "alone" in fields
    session = await sessions.begin(house.acts, visit.part("token"), browser, alone=alone)
    if session is None:
        return _over(visit)
    before = cookies.given(request, cookies.SESSION, house.address)
    if before and before != session:
        # One browser is one person: nobody could sign this one out any more.
        await sessions.end(house.acts, before)
    inside = _to(visit, "/")
    cookies.give(inside, cookies.SESSION, session, house.address)
    return inside


async def sign_out(visit: Visit) -> web.StreamResponse:
    house, request = visit.house, visit.request
    session = cookies.given(request, cookies.SESSION, house.address)
    if session and not visit.is_visitor:
        try:
            await cookies.read(request, visit.act.plein, session, house.address)
        except cookies.Forged:
            return _forged(visit)
        await sessions.end(house.acts, session)
    outside = _to(visit, "/")
    for name in (cookies.SESSION, cookies.BROWSER):
        cookies.take_back(outside, name, house.address)
    return outside


async def signed_out(_: Visit) -> web.StreamResponse:
    """Where the links to other languages lead on the page of a form that was refused."""
    raise Moved("/")


def _to(visit: Visit, path: str) -> web.Response:
    there = {"Location": visit.words.link(path)}
    return web.Response(status=303, headers={**_PRIVATE, **there})


def _over(visit: Visit) -> web.Response:
    """Wrong, used and over: the same page, and not too often."""
    if seconds := WRONG.wait(visit.from_where):
        page = visit.page("paced.html", 429)
        page.headers["Retry-After"] = str(ceil(seconds))
    else:
        page = visit.page("link_over.html", 404)
    page.headers.update(_PRIVATE)
    return page


def _forged(visit: Visit) -> web.Response:
    page = visit.page("forged.html", 403)
    page.headers.update(_PRIVATE)
    return page


HANDLERS = {"/aanmelden/{token}": link, "/afmelden": signed_out}
FORMS = {"/aanmelden/{token}": sign_in, "/afmelden": sign_out}
