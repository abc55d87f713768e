"""What programs ask for that visit every site: robots.txt, the sitemap, security.txt."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from plein_bot.actions import places, posts
from plein_bot.index import showing
from plein_bot.web import addresses
from plein_bot.web.pages import NotHere, Visit

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PER_MAP = 1000
"""Posts in one sitemap, by their numbers: with more of them there are several."""

_VALID = timedelta(days=180)

_ROBOTS = """User-agent: *
Disallow: /zoek
Disallow: /search
Disallow: /i/

Sitemap: {address}/sitemap.xml
"""


async def robots(visit: Visit) -> web.StreamResponse:
    return web.Response(text=_ROBOTS.format(address=visit.house.address))


async def sitemap(visit: Visit) -> web.StreamResponse:
    highest = await showing.highest(visit.act.index)
    if highest <= PER_MAP:
        return _urls(visit, [*await _of_places(visit), *await _of_posts(visit, 1)])
    index = Element("sitemapindex", {"xmlns": _SPACE})
    for number in range(-(-highest // PER_MAP) + 1):
        here = f"{visit.house.address}/sitemap/{number}.xml"
        SubElement(SubElement(index, "sitemap"), "loc").text = here
    return _xml(index)


async def part(visit: Visit) -> web.StreamResponse:
    """Of number 0 the places, of each other a thousand posts."""
    given = visit.part("number")
    if not given.isdecimal() or len(given) > 6:
        raise NotHere
    if number := int(given):
        return _urls(visit, await _of_posts(visit, (number - 1) * PER_MAP + 1))
    return _urls(visit, await _of_places(visit))


async def _of_places(visit: Visit) -> list[tuple[str, datetime | None]]:
    found = ["/"]
    for one in await places.visible_subsites(visit.act):
        found.append(addresses.of_place(one.place))
        for group in await places.visible_groups(visit.act, one.person, one.place):
            found.append(addresses.of_place(group.place))
    return [(one, None) for one in found]


async def _of_posts(visit: Visit, first: int) -> list[tuple[str, datetime | None]]:
    there = await showing.numbered(visit.act.index, first, first + PER_MAP - 1)
    return [
        (addresses.of_post(one.standing.place, one.post), one.post.edited_at or one.post.posted_at)
        for one in await posts.readable(visit.act, there)
    ]


def _urls(visit: Visit, found: list[tuple[str, datetime | None]]) -> web.Response:
    urls = Element("urlset", {"xmlns": _SPACE})
    # One without any is not valid.
    for address, changed in found or [("/", None)]:
        url = SubElement(urls, "url")
        SubElement(url, "loc").text = visit.house.address + address
        if changed:
            SubElement(url, "lastmod").text = changed.isoformat(timespec="seconds")
    return _xml(urls)


def _xml(root: Element) -> web.Response:
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8")
    return web.Response(body=body, content_type="application/xml", charset="utf-8")


async def security(visit: Visit) -> web.StreamResponse:
    """RFC 9116. Without a contact there is none."""
    if visit.house.contact is None:
        raise NotHere
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {visit.house.contact}",
        f"Expires: {(today + _VALID).isoformat()}",
        "Preferred-Languages: nl, en",
        f"Canonical: {visit.house.address}{visit.request.path}",
    )
    return web.Response(text="\n".join(lines) + "\n")


HANDLERS = {
    "/robots.txt": robots,
    "/sitemap.xml": sitemap,
    "/sitemap/{number}.xml": part,
    "/.well-known/security.txt": security,
}
