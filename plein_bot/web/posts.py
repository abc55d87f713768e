"""A post: its text, what people said about it, and everything that belongs to it."""

from dataclasses import dataclass

from aiohttp import web

from plein_bot.actions import files, members, posts, showcase
from plein_bot.actions.files import Found as FoundFile
from plein_bot.actions.polls import Found as FoundPoll
from plein_bot.actions.showcase import Whole
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.files import shown_name
from plein_bot.domain.posts import Post, Said
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.web import addresses, rendering
from plein_bot.web.pages import Moved, NotHere, Visit

MOST_COMMENTS = 500
"""On one page; more than that are read in an app."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be fetched; `address` is None while it was not checked for viruses."""

    name: str
    size: int | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Comment:
    said: Said
    author: str
    html: str
    file: File | None
    anchor: str


@dataclass(frozen=True, slots=True)
class Bar:
    answer: str
    votes: int
    percentage: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A poll; `bars` is empty where nobody is to know yet how it stands."""

    poll: FoundPoll
    bars: tuple[Bar, ...]


async def post(visit: Visit) -> web.StreamResponse:
    slug = visit.part("slug")
    try:
        standing = await showcase.place_at(visit.act, visit.part("subsite"), visit.part("group"))
        found = await showcase.post_at(visit.act, standing, slug)
    except (NoSuchPlace, posts.NoSuchPost):
        found = await showcase.post_elsewhere(visit.act, slug)
        raise Moved(addresses.of_post(found.standing.place, found.post)) from None
    whole = await showcase.whole(visit.act, found)
    one, place = found.post, found.standing.place
    size = (await members.counts(visit.act, [place])).get(place.room, 0)
    return visit.page(
        "post.html",
        post=one,
        place=place,
        address_here=addresses.of_post(place, one),
        address_of_place=addresses.of_place(place),
        subsite=place.root if found.standing.may_see_subsite else None,
        address_of_subsite=addresses.of_place(place.root),
        author=whole.names[one.author],
        html=await rendering.of_post(one),
        outcome=await _outcome(one),
        cover=addresses.of_media(one, one.cover) if one.cover else None,
        audience=audience_of(place, size),
        echo=whole.echo,
        comments=await _comments(visit, whole),
        number_of_comments=len(whole.comments),
        charts=[_chart(one) for one in whole.polls],
        files=[await _file(visit, one, attached) for attached in whole.files],
        client=addresses.in_client(place, visit.act.plein.server, one),
    )


async def _outcome(post: Post) -> str | None:
    """What was done with what people said, where that is known."""
    outcome = post.consultation and post.consultation.outcome
    return (await rendering.without_pictures([outcome.text], under=2))[0] if outcome else None


async def _comments(visit: Visit, whole: Whole) -> list[Comment]:
    """The last of them, in their order."""
    said = whole.comments[-MOST_COMMENTS:]
    html = await rendering.without_pictures([one.text for one in said], under=3)
    return [await _comment(visit, whole, one, text) for one, text in zip(said, html, strict=True)]


async def _comment(visit: Visit, whole: Whole, said: Said, html: str) -> Comment:
    sent = whole.sent.get(said.event)
    file = await _file(visit, whole.found.post, sent) if sent else None
    return Comment(said, whole.names[said.author], html, file, addresses.anchor(said.event))


async def _file(visit: Visit, post: Post, found: FoundFile) -> File:
    name = shown_name(found.file.name)
    address = None
    if await files.unscanned(visit.act, found) is None:
        media = await files.media(visit.act, found)
        address = addresses.of_media(post, media.url, name)
    return File(name, found.file.size, address)


def _chart(found: FoundPoll) -> Chart:
    poll, tally = found.poll, found.tally
    if not poll.may_be_told:
        return Chart(found, ())
    return Chart(
        found,
        tuple(
            Bar(answer.text, votes, tally.percentage(votes))
            for answer, votes in zip(poll.question.answers, tally.counts, strict=True)
        ),
    )


async def numbered(visit: Visit) -> web.StreamResponse:
    """The address that never changes, wherever a post goes."""
    number = visit.part("number")
    if not number.isdecimal():
        raise NotHere
    found = await posts.find(visit.act, number)
    raise Moved(addresses.of_post(found.standing.place, found.post))


HANDLERS = {"/s/{subsite}/{group}/p/{slug}": post, "/p/{number}": numbered}
