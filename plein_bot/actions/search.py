"""Searching: what fits, as far as the actor may read it, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from plein_bot.actions import people, places, reading
from plein_bot.actions.acts import Act
from plein_bot.domain import posts
from plein_bot.domain import search as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.people import Person
from plein_bot.domain.search import Hit, Query
from plein_bot.domain.sentences import say
from plein_bot.domain.snippets import Piece, snippet
from plein_bot.domain.standing import Standing
from plein_bot.index import candidates, terms
from plein_bot.index import places as place_rows
from plein_bot.index import search as rows
from plein_bot.index.candidates import Batch, Within
from plein_bot.index.search import Shown
from plein_bot.index.terms import Match
from plein_bot.stemming.forms import forms

_FEW_ROOMS = 200
"""So many can be asked for by name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    query: Query
    within: Within = field(default_factory=Within)
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """What the actor may read of what fits, the best first; `more` where there is more."""

    hits: tuple[Hit, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One of the results as it is shown."""

    hit: Hit
    standing: Standing
    author: Person
    title: str
    text: tuple[Piece, ...]
    number: int | None


async def results(act: Act, wanted: Wanted) -> Results:
    """Judged one by one, so that also their number tells of nothing that the actor may not read."""
    if wanted.within.rooms is not None and not wanted.within.rooms:
        return Results(())  # A place without rooms: there is nowhere to look.
    search = _Search(act, wanted.within)
    marks = _marks(wanted)
    words = terms.matching(wanted.query, marks)
    title = terms.matching_titles(wanted.query, marks)
    first = await search.newest([words, title])
    plain = await search.enough(words, first[0])
    titled = await search.enough(title, first[1])
    found = {hit.event: hit for hit in (*plain, *titled)}
    longer = terms.matching_longer(wanted.query, marks)
    if len(plain) < rules.ENOUGH and longer != words:
        [begun] = await search.newest([longer])
        more = await search.enough(longer, begun)
        found = {hit.event: replace(hit, whole=False) for hit in more} | found
    for hit in titled:
        found[hit.event] = replace(hit, in_title=True)
    hits = rules.ranked(found.values(), datetime.now(UTC))
    most = rules.MOST_FOUND
    return Results(tuple(hits[:most]), more=len(hits) > most)


def _marks(wanted: Wanted) -> list[Sequence[str]]:
    """What is asked of the full-text index beside the words; the rows are asked again."""
    marks: list[Sequence[str]] = []
    rooms = wanted.within.rooms
    if rooms is not None and len(rooms) <= _FEW_ROOMS:
        marks.append([terms.room_term(room) for room in rooms])
    if wanted.within.author:
        marks.append([terms.author_term(wanted.within.author)])
    if wanted.tag:
        marks.append([terms.tag_term(wanted.tag)])
    return marks


@dataclass(frozen=True, slots=True)
class _Search:
    """One search of one person."""

    act: Act
    within: Within

    async def newest(
        self, matches: Sequence[Match], before: int | None = None
    ) -> tuple[Batch, ...]:
        """One more than is shown: then it is known that there are more."""
        return await candidates.newest(
            self.act.index,
            self.act.actor,
            matches,
            self.within,
            most=rules.MOST_FOUND + 1,
            before=before,
        )

    async def enough(self, match: Match, batch: Batch) -> list[Hit]:
        """Of what matches, from a first batch on, as many as are shown and one more."""
        found: list[Hit] = []
        while True:
            found += await reading.judged(self.act, batch.candidates)
            if len(found) > rules.MOST_FOUND or batch.before is None:
                return found
            [batch] = await self.newest([match], batch.before)


async def shown(act: Act, hits: Sequence[Hit], query: Query) -> tuple[Found, ...]:
    """A page of results with their texts, the words looked for marked."""
    standings = await reading.standings(act, {hit.room for hit in hits})
    texts = await rows.shown(act.index, hits)
    known = await people.recognise_all(act, {hit.author for hit in hits})
    return tuple(
        Found(
            hit,
            standings[hit.room],
            known[hit.author],
            texts[hit.event].title,
            snippet(_bare(texts[hit.event]), query, forms),
            texts[hit.event].number,
        )
        for hit in hits
        if hit.event in texts and hit.room in standings
    )


def _bare(shown: Shown) -> str:
    return shown.text if shown.number is None else posts.bare(shown.text)


class NotFoundAgain(Refusal):
    """There is none, it was taken away, or this person may not read it: the same words."""

    def __init__(self) -> None:
        super().__init__(say("That is no longer there. Type your search again."))


async def again(act: Act, event: EventId) -> Found:
    """Something that was found before, judged again."""
    hit = await rows.one(act.index, event)
    if hit is None:
        raise NotFoundAgain
    known = await reading.standings(act, [hit.room])
    spoken = {(hit.room, event) for event in (hit.event, hit.latest)}
    if not {hit.event, hit.latest} <= await reading.readable(act, spoken, known):
        raise NotFoundAgain
    found = await shown(act, [hit], Query(()))
    if not found:
        raise NotFoundAgain
    return found[0]


async def rooms_in(act: Act, standing: Standing) -> frozenset[RoomId]:
    """The rooms of a place, of a subsite those of its groups too, and those that they came from."""
    place = standing.place
    rooms = {place.room}
    if place.is_subsite:
        groups = await places.visible_groups(act, standing.person, place)
        rooms |= {group.place.room for group in groups}
    return frozenset(rooms | await place_rows.earlier_rooms(act.index, rooms))
