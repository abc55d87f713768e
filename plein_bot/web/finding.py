"""Searching: what is on the square, by its words."""

from aiohttp import web

from plein_bot.actions import browsing, posts, showcase
from plein_bot.actions.browsing import Result
from plein_bot.actions.search import Found
from plein_bot.domain.errors import Refusal
from plein_bot.domain.files import name_to_save
from plein_bot.domain.ids import RoomId
from plein_bot.domain.links import to_event
from plein_bot.domain.search import MOST_WORDS, SearchKind, parse
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.web import addresses, postlists
from plein_bot.web.pages import NotHere, Visit
from plein_bot.web.square import page_of

_PER_PAGE = 10
_LONGEST = 200


async def find(visit: Visit) -> web.StreamResponse:
    asked = visit.request.query.get("q", "")[:_LONGEST]
    kind, where = visit.request.query.get("soort", ""), visit.request.query.get("in", "")
    number = page_of(visit)
    there_are = browsing.kinds_for(visit.act)
    if kind and kind not in [one.value for one in there_are]:
        raise NotHere
    kinds = [SearchKind(kind)] if kind else list(there_are)
    rooms, place = await _rooms(visit, where)
    trouble, shown, count, more = "", [], 0, False
    if asked.strip():
        try:
            query = parse(asked)
        except Refusal:
            trouble = visit.words.put(say("Type some words, at most {n}.", n=MOST_WORDS))
        else:
            found = await browsing.results(visit.act, query, kinds, rooms)
            count, more = len(found.hits), found.more
            hits = found.hits[(number - 1) * _PER_PAGE : number * _PER_PAGE]
            if not hits and number > 1:
                raise NotHere
            shown = [
                (one, *_where(visit, one))
                for one in await browsing.shown(visit.act, found, hits, query)
            ]
    return visit.page(
        "found.html",
        asked=asked,
        kinds=there_are,
        kind=kind,
        where=where,
        place=place,
        trouble=trouble,
        results=shown,
        number=count,
        more=more,
        page_number=number,
        pages=[
            (one, visit.words.link(visit.request.path, **_again(asked, kind, where, one)))
            for one in range(1, -(-count // _PER_PAGE) + 1)
        ],
    )


def _again(asked: str, kind: str, where: str, page: int) -> dict[str, str]:
    given = {"q": asked, "soort": kind, "in": where, "pagina": str(page)}
    return {name: value for name, value in given.items() if value}


async def _rooms(visit: Visit, where: str) -> tuple[frozenset[RoomId] | None, str]:
    """The rooms of the place that a search is kept to, and its name."""
    if not where:
        return None, ""
    subsite, _, group = where.partition("/")
    try:
        standing = await showcase.place_at(visit.act, subsite, group or None)
    except NoSuchPlace:
        raise NotHere from None
    return await posts.rooms_of(visit.act, standing), standing.place.name


def _where(visit: Visit, result: Result) -> tuple[str, str, str]:
    """Where a result is opened, what it is called, and what its place is called."""
    about, hit = result.about, result.found.hit
    if about is None:
        return _in_passing(visit, result.found)
    address = addresses.of_post(about.standing.place, about.post)
    if hit.kind is SearchKind.COMMENT:
        address += f"#{addresses.anchor(hit.event)}"
    title = result.found.title or about.post.title
    return address, title, postlists.called(about)


def _in_passing(visit: Visit, found: Found) -> tuple[str, str, str]:
    """Of what belongs to no post: a file is fetched here, what was said opens in a client."""
    hit, place = found.hit, found.standing.place
    where = place.full_name if found.standing.may_see_subsite else place.name
    if hit.kind is SearchKind.FILE:
        return addresses.of_file(hit.event, name_to_save(found.title)), found.title, where
    link = to_event("", hit.room, hit.event, visit.act.plein.server).url
    return link, found.author.shown, where


HANDLERS = {"/zoek": find, "/search": find}
