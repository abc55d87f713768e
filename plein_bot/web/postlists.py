"""How does a list of posts look?"""

from collections.abc import Collection
from dataclasses import dataclass

from plein_bot.actions import consultations, showcase
from plein_bot.actions.posts import Found
from plein_bot.domain.posts import Echo
from plein_bot.domain.standing import Standing
from plein_bot.index.showing import Cursor
from plein_bot.web import addresses
from plein_bot.web.pages import NotHere, Visit

_MOST_OPEN = 6

_LONGEST = 15
"""Digits of a number in an address: a database counts no further than 18."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post in a list. `place` is what to call where it stands."""

    found: Found
    author: str
    address: str
    place: str
    echo: Echo
    cover: str | None


async def entries(visit: Visit, found: Collection[Found]) -> list[Entry]:
    echoes = await showcase.echoes(visit.act, found)
    names = {}
    for room in {one.post.room for one in found}:
        who = {one.post.author for one in found if one.post.room == room}
        names[room] = await showcase.names_in(visit.act, room, who)
    return [
        Entry(
            one,
            names[one.post.room][one.post.author],
            addresses.of_post(one.standing.place, one.post),
            called(one),
            echoes[one.post.event],
            addresses.of_media(one.post, one.post.cover) if one.post.cover else None,
        )
        for one in found
    ]


async def open_now(visit: Visit, standing: Standing | None = None) -> list[Entry]:
    """About what people can think along, in a place or everywhere; what closes first goes first."""
    found = await consultations.listed(visit.act, standing, only_open=True)
    return await entries(visit, found[:_MOST_OPEN])


def called(found: Found) -> str:
    """The name of a post's place; without its subsite where the reader may not know of that."""
    place = found.standing.place
    return place.full_name if found.standing.may_see_subsite else place.name


def before(visit: Visit) -> Cursor | None:
    """Where the reader is in a list: `?voor=1732740000000-12`."""
    asked = visit.request.query.get("voor")
    if asked is None:
        return None
    ts, _, number = asked.partition("-")
    if not (ts.isdecimal() and number.isdecimal() and max(len(ts), len(number)) <= _LONGEST):
        raise NotHere
    return Cursor(int(ts), int(number))


def written(cursor: Cursor) -> str:
    return f"{cursor.ts}-{cursor.number}"
