"""Posts for feed readers: Atom (RFC 4287), a page at a time (RFC 5005)."""

import re
from collections.abc import Mapping
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from plein_bot.actions import showcase
from plein_bot.actions.posts import Found
from plein_bot.domain.standing import Standing
from plein_bot.web import addresses, postlists, rendering
from plein_bot.web.pages import Visit

_PER_PAGE = 20
_LONG_AGO = "1970-01-01T00:00:00+00:00"
# XML 1.0 has no way to write these.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def of_square(visit: Visit) -> web.StreamResponse:
    return await _feed(visit, None)


async def of_subsite(visit: Visit) -> web.StreamResponse:
    return await _feed(visit, await showcase.place_at(visit.act, visit.part("subsite")))


async def of_group(visit: Visit) -> web.StreamResponse:
    place = await showcase.place_at(visit.act, visit.part("subsite"), visit.part("group"))
    return await _feed(visit, place)


async def _feed(visit: Visit, standing: Standing | None) -> web.Response:
    cursor = postlists.before(visit)
    listed = await showcase.latest(visit.act, standing, most=_PER_PAGE, before=cursor)
    names = {one.address: one.author for one in await postlists.entries(visit, listed.posts)}
    house = visit.house
    here = house.address + (addresses.of_place(standing.place) if standing else "/")
    itself = house.address + visit.request.path
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(feed, "id", _name(visit, f"place/{standing.place.room}" if standing else "square"))
    _add(feed, "title", f"{standing.place.name} – {house.name}" if standing else house.name)
    if standing and standing.place.topic:
        _add(feed, "subtitle", standing.place.topic)
    newest = max((_changed(one) for one in listed.posts), default=_LONG_AGO)
    _add(feed, "updated", newest)
    _add(feed, "generator", "Plein")
    _add(feed, "link", rel="alternate", type="text/html", href=here)
    whole = itself if cursor is None else f"{itself}?voor={postlists.written(cursor)}"
    _add(feed, "link", rel="self", type="application/atom+xml", href=whole)
    _add(feed, "link", rel="first", type="application/atom+xml", href=itself)
    if listed.older:
        older = f"{itself}?voor={postlists.written(listed.older)}"
        _add(feed, "link", rel="next", type="application/atom+xml", href=older)
    for one in listed.posts:
        address = addresses.of_post(one.standing.place, one.post)
        html = await rendering.of_post(one.post, house.address)
        _entry(feed, visit, one, house.address + address, names[address], html)
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="utf-8")
    return web.Response(body=body, content_type="application/atom+xml", charset="utf-8")


def _entry(feed: Element, visit: Visit, found: Found, address: str, author: str, html: str) -> None:
    post = found.post
    entry = SubElement(feed, "entry")
    _add(entry, "id", _name(visit, f"post/{post.number}"))
    _add(entry, "title", post.title)
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(entry, "published", post.posted_at.isoformat())
    _add(entry, "updated", _changed(found))
    _add(SubElement(entry, "author"), "name", author)
    for tag in post.tags:
        _add(entry, "category", term=tag)
    _add(entry, "summary", post.summary)
    _add(entry, "content", html, type="html")


def _name(visit: Visit, what: str) -> str:
    """Stays the same wherever the pages stand (RFC 4151); it is where the accounts are at home."""
    server = visit.act.plein.server.partition(":")[0]
    return f"tag:{server},2026:{quote(what)}"


def _changed(found: Found) -> str:
    return (found.post.edited_at or found.post.posted_at).isoformat()


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    clean: Mapping[str, str] = {
        name: _UNWRITABLE.sub("", value) for name, value in attributes.items()
    }
    element = SubElement(parent, tag, dict(clean))
    element.text = _UNWRITABLE.sub("", text) or None
    return element


HANDLERS = {
    "/feed.atom": of_square,
    "/s/{subsite}/feed.atom": of_subsite,
    "/s/{subsite}/{group}/feed.atom": of_group,
}
