"""The square: which buildings stand on it, and what is new there."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from zlib import crc32

from aiohttp import web

from plein_bot.actions import places, showcase
from plein_bot.domain.places import Place
from plein_bot.domain.standing import Standing
from plein_bot.web.pages import NotHere, Visit
from plein_bot.web.postlists import entries, open_now

SHAPES = 8
"""So many kinds of building there are in `templates/buildings.html`."""

COLOURS = 6
PER_PAGE = 48
FEW = 24
"""Subsites for which nobody needs letters."""

_NEWEST = 6
_SKYLINE = 13


def building_of(place: Place) -> tuple[int, int]:
    """The shape and the colour of a place's building: always the same for the same place."""
    number = crc32(place.path.encode())
    return number % SHAPES, number // SHAPES % COLOURS


async def square(visit: Visit) -> web.StreamResponse:
    seen = await places.visible_subsites(visit.act)
    letters = sorted({letter_of(one.place) for one in seen}, key=_digits_last)
    letter = visit.request.query.get("letter", "")
    if letter and letter not in letters:
        raise NotHere
    wanted = [one for one in seen if not letter or letter_of(one.place) == letter]
    page = page_of(visit)
    pages = max(1, -(-len(wanted) // PER_PAGE))
    if page > pages:
        raise NotHere
    shown = wanted[(page - 1) * PER_PAGE : page * PER_PAGE]
    first = page == 1 and not letter
    newest = await showcase.latest(visit.act, None, most=_NEWEST) if first else None
    thinking = await open_now(visit) if first else []
    known = {one.found.post.event for one in thinking}
    mine = await showcase.own_places(visit.act) if first and not visit.is_visitor else ()
    return visit.page(
        "square.html",
        mine=_by_subsite(mine),
        subsites=[(one, building_of(one.place)) for one in shown],
        number=len(seen),
        letters=letters if len(seen) > FEW else (),
        letter=letter,
        page_number=page,
        pages=pages,
        skyline=_skyline(one.place for one in seen) if first else (),
        posts=await entries(visit, [one for one in newest.posts if one.post.event not in known])
        if newest
        else (),
        open_now=thinking,
    )


def _skyline(there: Iterable[Place]) -> list[tuple[int, int | None]]:
    """Buildings along the square: those that stand on it, and in the distance what may come."""
    near: list[tuple[int, int | None]] = [building_of(one) for one in islice(there, _SKYLINE)]
    far = [(number * 5 % SHAPES, None) for number in range(_SKYLINE - len(near))]
    return [*near, *far]


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody takes part in of one subsite.

    `place` is the subsite, where they may know of it; else a group that takes in others too.
    """

    place: Place
    building: tuple[int, int]
    groups: tuple[Place, ...]


def _by_subsite(mine: Iterable[Standing]) -> list[Mine]:
    found = []
    for _, some in groupby(mine, key=lambda one: one.place.root.room):
        here = tuple(some)
        groups = tuple(one.place for one in here if not one.place.is_subsite)
        root = here[0].place.root
        if here[0].may_see_subsite:
            found.append(Mine(root, building_of(root), groups))
        else:
            found += [Mine(group, building_of(root), ()) for group in groups]
    return found


def letter_of(place: Place) -> str:
    """Under which letter a name stands; `Ö` under `o`, and what is no letter under `0-9`."""
    plain = unicodedata.normalize("NFKD", place.name.strip().casefold())
    first = next((sign for sign in plain if sign.isalnum()), "0")
    return first if first.isalpha() else "0-9"


def _digits_last(letter: str) -> tuple[bool, str]:
    return letter == "0-9", letter


def page_of(visit: Visit) -> int:
    asked = visit.request.query.get("pagina", "1")
    if not asked.isdecimal() or len(asked) > 6 or int(asked) < 1:
        raise NotHere
    return int(asked)


HANDLERS = {"/": square}
