"""What somebody who looks around finds by its words.

Without an account that is posts, and what belongs to them; who has one finds what is said too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from plein_bot.actions import posts, search
from plein_bot.actions.acts import Act
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.people import VISITOR
from plein_bot.domain.search import Hit, Query, SearchKind, ranked
from plein_bot.index import posts as post_rows
from plein_bot.index import showing
from plein_bot.index.candidates import Within

KINDS = (SearchKind.POST, SearchKind.COMMENT, SearchKind.FILE)
"""What is said in passing belongs to no post, and is not for everybody on the web."""


@dataclass(frozen=True, slots=True)
class Results:
    """The best first. `about` is the post that each is, or belongs to, where there is one."""

    hits: tuple[Hit, ...]
    about: dict[EventId, posts.Found]
    more: bool


@dataclass(frozen=True, slots=True)
class Result:
    found: search.Found
    about: posts.Found | None


def kinds_for(act: Act) -> tuple[SearchKind, ...]:
    return KINDS if act.actor == VISITOR else (*KINDS, SearchKind.MESSAGE)


async def results(
    act: Act, query: Query, kinds: Collection[SearchKind], rooms: frozenset[RoomId] | None
) -> Results:
    hits: list[Hit] = []
    more = False
    # Each apart: what is said in passing is far more, and would push the others out of sight.
    for kind in kinds:
        found = await search.results(act, search.Wanted(query, Within(rooms=rooms, kind=kind)))
        hits += found.hits
        more = more or found.more
    roots = await showing.posts_around(act.index, [hit.event for hit in hits])
    there = await post_rows.of_events(act.index, set(roots.values()))
    readable = {one.post.event: one for one in await posts.readable(act, there)}
    about = {event: readable[root] for event, root in roots.items() if root in readable}
    kept = [hit for hit in hits if hit.event in about or act.actor != VISITOR]
    return Results(tuple(ranked(kept, datetime.now(UTC))), about, more)


async def shown(act: Act, found: Results, hits: Sequence[Hit], query: Query) -> tuple[Result, ...]:
    """A page of them, with the words looked for marked."""
    return tuple(
        Result(one, found.about.get(one.hit.event)) for one in await search.shown(act, hits, query)
    )
