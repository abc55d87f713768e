"""What somebody who looks around is shown: places and posts, as far as they may know of them.

Whoever has no account is `domain.people.VISITOR`, and is judged as everybody else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from plein_bot.actions import files, people, places, polls, posts, reading
from plein_bot.actions.acts import Act
from plein_bot.actions.files import Found as FoundFile
from plein_bot.actions.polls import Found as FoundPoll
from plein_bot.actions.posts import Found, NoSuchPost
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId, localpart
from plein_bot.domain.posts import Echo, Post, Said
from plein_bot.domain.standing import NoSuchPlace, Standing
from plein_bot.index import members, post_numbers, showing
from plein_bot.index import places as place_rows
from plein_bot.index import posts as post_rows
from plein_bot.index.showing import Cursor

MOST_FEATURED = 5


@dataclass(frozen=True, slots=True)
class Listed:
    """Posts that may be read, the newest first. `older` is where more of them begin."""

    posts: tuple[Found, ...]
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with all that belongs to it. `names` are those that people bear in its place.

    `files` are what its author put with it; `sent` is who sent what among the comments.
    """

    found: Found
    names: Mapping[UserId, str]
    comments: tuple[Said, ...] = ()
    echo: Echo = field(default_factory=Echo)
    polls: tuple[FoundPoll, ...] = ()
    files: tuple[FoundFile, ...] = ()
    sent: Mapping[EventId, FoundFile] = field(default_factory=dict)


async def place_at(act: Act, subsite: str, group: str | None = None) -> Standing:
    """Raises NoSuchPlace, also for a place that the actor may not know of."""
    found = await place_rows.at_path(act.index, subsite.lower(), group and group.lower())
    person = await people.recognise(act, act.actor)
    seen = [one for one in await places.stand_in_all(act, person, found) if one.may_see]
    if not seen:
        raise NoSuchPlace(subsite if group is None else f"{subsite}/{group}")
    return seen[0]


async def own_places(act: Act) -> tuple[Standing, ...]:
    """The subsites and groups that the actor takes part in, each subsite before its groups."""
    person = await people.recognise(act, act.actor)
    found = await place_rows.of_rooms(act.index, await showing.joined(act.index, act.actor))
    mine = [one for one in await places.stand_in_all(act, person, found) if one.is_in]
    return tuple(sorted(mine, key=_in_order))


def _in_order(standing: Standing) -> tuple[str, RoomId, bool, str]:
    place, root = standing.place, standing.place.root
    return root.name.casefold(), root.room, not place.is_subsite, place.name.casefold()


async def owners(act: Act, standing: Standing) -> tuple[str, ...]:
    """The names of who run a place, as they bear them there."""
    roles = await places.roles_in(act, standing.place)
    ours = (act.plein.bot, act.plein.reserve)
    who = [user for user in sorted(roles.owners()) if user not in ours]
    stays = await members.among(act.index, [standing.place.room], who)
    here = [user for (_, user), stay in stays.items() if stay.membership is Membership.JOIN]
    names = await names_in(act, standing.place.room, here)
    return tuple(sorted(names.values(), key=str.casefold))


async def names_in(act: Act, room: RoomId, who: Collection[UserId]) -> dict[UserId, str]:
    """What people are called in a room; who has no name there goes by the first of their ID."""
    names = await members.names_in(act.index, room, who)
    return {user: names.get(user) or localpart(user) for user in who}


async def latest(
    act: Act,
    standing: Standing | None,
    *,
    most: int,
    before: Cursor | None = None,
    tag: str | None = None,
) -> Listed:
    """The newest posts of a place, of a subsite those of its groups; without one, of the square."""
    rooms = await posts.rooms_of(act, standing) if standing else None
    found: list[Found] = []
    while True:
        batch = await showing.newest(
            act.index, act.actor, most=most + 1, rooms=rooms, before=before, tag=tag
        )
        found += await posts.readable(act, batch.posts)
        if len(found) > most:
            last = found[most - 1].post
            return Listed(tuple(found[:most]), cursor_of(last))
        if batch.older is None:
            return Listed(tuple(found), None)
        before = batch.older


def cursor_of(post: Post) -> Cursor:
    return Cursor(round(post.posted_at.timestamp() * 1000), post.number)


async def featured(act: Act, standing: Standing) -> tuple[Found, ...]:
    wanted = post_rows.Wanted((), featured=True)
    return (await posts.listed(act, standing, wanted))[:MOST_FEATURED]


async def echoes(act: Act, found: Collection[Found]) -> dict[EventId, Echo]:
    """What posts called forth, as far as the actor may read each of it: a number tells too."""
    events = [one.post.event for one in found]
    rooms = {one.post.event: one.post.room for one in found}
    reactions = await showing.reactions(act.index, events)
    remarks = await showing.remarks(act.index, events)
    spoken = {(rooms[one.post], one.event) for one in reactions}
    spoken |= {(rooms[post], event) for post, event in remarks}
    known = {one.post.room: one.standing for one in found}
    may = await reading.readable(act, spoken, known) if spoken else frozenset()
    counted: dict[EventId, dict[str, set[UserId]]] = {}
    for one in reactions:
        if one.event in may:
            counted.setdefault(one.post, {}).setdefault(one.key, set()).add(one.person)
    return {
        event: Echo(
            sum(post == event and remark in may for post, remark in remarks),
            {key: len(who) for key, who in sorted(counted.get(event, {}).items())},
        )
        for event in events
    }


async def post_at(act: Act, standing: Standing, slug: str) -> Found:
    """The post of this short name in a place. Raises NoSuchPost."""
    there = await post_rows.called(act.index, await posts.rooms_of(act, standing), slug)
    found = await posts.readable(act, there)
    if not found:
        raise NoSuchPost(slug)
    return found[0]


async def post_elsewhere(act: Act, slug: str) -> Found:
    """Where a post stands that has left the place where somebody looks for it.

    Raises NoSuchPost, also where the short name does not tell which one is meant.
    """
    given = {one.number for one in await post_numbers.called(act.index, slug)}
    there = [await post_rows.numbered(act.index, number) for number in sorted(given)]
    found = await posts.readable(act, [post for post in there if post])
    if len(found) != 1:
        raise NoSuchPost(slug)
    return found[0]


async def whole(act: Act, found: Found) -> Whole:
    """Everything that a page about a post shows."""
    post = found.post
    kinds = await showing.kinds_about(act.index, post.event, act.plein.bot)
    if not kinds and not post.kept:
        return Whole(found, await names_in(act, post.room, {post.author}))
    comments = tuple(said for said, _ in await posts.comments(act, found))
    sent = await files.of_post(act, post)
    with_post = tuple(one for one in sent if one.file.sender == post.author)
    own = {one.file.event for one in with_post}
    said = tuple(one for one in comments if one.event not in own)
    asked = await polls.of_post(act, post)
    who = {post.author, *(one.author for one in said), *(one.poll.author for one in asked)}
    return Whole(
        found,
        await names_in(act, post.room, who),
        said,
        (await echoes(act, [found]))[post.event],
        asked,
        with_post,
        {one.file.event: one for one in sent if one.file.event not in own},
    )
