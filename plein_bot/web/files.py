"""The files of a place, for who is signed in; without an account one sees those of posts only."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from plein_bot.actions import files, showcase
from plein_bot.actions.files import NoSuchFile
from plein_bot.domain.files import SharedFile, name_to_save, shown_name
from plein_bot.domain.ids import EventId
from plein_bot.index import places as place_rows
from plein_bot.web import addresses, media
from plein_bot.web.pages import NotHere, Visit
from plein_bot.web.square import page_of

_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a list. `place` where it is one of several."""

    name: str
    address: str
    size: int | None
    sender: str
    at: datetime
    folder: str
    place: str


async def of_subsite(visit: Visit) -> web.StreamResponse:
    return await _listed(visit, None)


async def of_group(visit: Visit) -> web.StreamResponse:
    return await _listed(visit, visit.part("group"))


async def _listed(visit: Visit, group: str | None) -> web.Response:
    if visit.is_visitor:
        raise NotHere
    standing = await showcase.place_at(visit.act, visit.part("subsite"), group)
    place = standing.place
    newest = [one.newest for one in await files.listed(visit.act, standing)]
    number = page_of(visit)
    pages = max(1, -(-len(newest) // _PER_PAGE))
    if number > pages:
        raise NotHere
    some = newest[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    return visit.page(
        "files.html",
        place=place,
        subsite=place.root if standing.may_see_subsite and not place.is_subsite else None,
        address_of_place=addresses.of_place(place),
        files=await _entries(visit, some, with_place=place.is_subsite),
        number=len(newest),
        page_number=number,
        pages=pages,
        here_paged=visit.request.path,
    )


async def _entries(visit: Visit, some: list[SharedFile], *, with_place: bool) -> list[Entry]:
    names, called = {}, {}
    for room in {one.room for one in some}:
        who = {one.sender for one in some if one.room == room}
        names[room] = await showcase.names_in(visit.act, room, who)
        place = await place_rows.of_room(visit.act.index, room) if with_place else None
        called[room] = place.name if place else ""
    return [
        Entry(
            shown_name(one.name),
            addresses.of_file(one.event, name_to_save(one.name)),
            one.size,
            names[one.room][one.sender],
            one.sent_at,
            one.folder,
            called[one.room],
        )
        for one in some
    ]


async def file(visit: Visit) -> web.StreamResponse:
    """Their right to it is asked now, and whether it was found clean."""
    if visit.is_visitor:
        raise NotHere
    found = await files.find(visit.act, EventId(visit.part("event")))
    if await files.unscanned(visit.act, found) is not None:
        return visit.page("unchecked.html", 404)
    kept = await files.media(visit.act, found)
    if kept.key is not None:
        # Encrypted: it is opened in a client, and nowhere on the way.
        raise NoSuchFile
    return await media.passed_on(visit, kept.url, name_to_save(found.file.name))


HANDLERS = {
    "/bestanden/{subsite}": of_subsite,
    "/bestanden/{subsite}/{group}": of_group,
    "/bestand/{event}/{name}": file,
}
