"""Subsites and groups: what each is, who runs it, how to take part, and what stands there."""

from typing import Any

from aiohttp import web

from plein_bot.actions import members, places, showcase
from plein_bot.domain.audiences import PUBLIC_TO_ALL, audience_of
from plein_bot.domain.places import Joining, Visibility
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.web import addresses, postlists
from plein_bot.web.pages import Visit
from plein_bot.web.square import building_of

_PER_PAGE = 20

_JOINING = {
    Joining.OPEN: say("Everybody can take part."),
    Joining.MEMBERS: say("Members of the subsite can take part; others ask."),
    Joining.REQUEST: say("Ask to take part; the staff decide."),
    Joining.ORGANISATION: say("People of certain organisations can take part; others ask."),
    Joining.INVITE: say("People take part by invitation."),
}


async def subsite(visit: Visit) -> web.StreamResponse:
    standing = await showcase.place_at(visit.act, visit.part("subsite"))
    groups = await places.visible_groups(visit.act, standing.person, standing.place)
    sizes = await members.counts(visit.act, [one.place for one in groups])
    return await _shown(
        visit,
        standing,
        groups=[(one, sizes.get(one.place.room, 0)) for one in groups],
    )


async def group(visit: Visit) -> web.StreamResponse:
    standing = await showcase.place_at(visit.act, visit.part("subsite"), visit.part("group"))
    return await _shown(visit, standing, groups=())


async def _shown(visit: Visit, standing: Standing, **data: Any) -> web.Response:
    place, act = standing.place, visit.act
    tag = visit.request.query.get("label", "").lstrip("#").lower()[:50] or None
    cursor = postlists.before(visit)
    listed = await showcase.latest(act, standing, most=_PER_PAGE, before=cursor, tag=tag)
    featured = () if cursor or tag else await showcase.featured(act, standing)
    size = (await members.counts(act, [place])).get(place.room, 0)
    return visit.page(
        "place.html",
        place=place,
        address_here=addresses.of_place(place),
        subsite=place.root if standing.may_see_subsite and not place.is_subsite else None,
        building=building_of(place.root),
        owners=await showcase.owners(act, standing),
        audience=audience_of(place, size),
        joining=_joining(standing),
        warning=PUBLIC_TO_ALL if place.settings.visibility is Visibility.PUBLIC else None,
        size=size,
        client=addresses.in_client(place, act.plein.server),
        featured=await postlists.entries(visit, featured),
        posts=await postlists.entries(visit, listed.posts),
        older=postlists.written(listed.older) if listed.older else None,
        newest=cursor is None,
        files=None if visit.is_visitor else addresses.of_files(place),
        open_now=() if cursor or tag else await postlists.open_now(visit, standing),
        tag=tag,
        **data,
    )


def _joining(standing: Standing) -> Sentence:
    place = standing.place
    if place.archived:
        return say("This place is archived: it can be read, and nothing is added.")
    return _JOINING[place.settings.joining]


HANDLERS = {"/s/{subsite}": subsite, "/s/{subsite}/{group}": group}
