"""What is new for each of many people, as far as they may read it and have not yet.

Whatever many share is asked for once; for each person it is only sorted out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from plein_bot.actions import crowds, digest_waiting
from plein_bot.actions.crowds import Crowd
from plein_bot.actions.digest_waiting import Waiting
from plein_bot.domain import digests as rules
from plein_bot.domain import files as file_rules
from plein_bot.domain.digests import Digest, Entry, News, NewsKind, Section
from plein_bot.domain.ids import EventId, RoomId, UserId, localpart
from plein_bot.domain.places import Place
from plein_bot.domain.posts import summary_of
from plein_bot.domain.sentences import brief
from plein_bot.index import news, receipts
from plein_bot.index.database import Index

_LONGEST_TEXT = 160
_NOT_AT_ALL: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody, and since when what happened is news to them."""

    person: UserId
    since: datetime


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is new at all, for whoever it is, by its room."""

    crowd: Crowd
    said: Mapping[RoomId, Sequence[News]]
    closing: Mapping[RoomId, Sequence[News]]
    public: Mapping[RoomId, RoomId]
    read: Mapping[tuple[RoomId, UserId], Mapping[str, int]]
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What of it one person is told."""

    said: tuple[News, ...]
    closing: tuple[News, ...]


async def gather(index: Index, readers: Sequence[Reader], until: datetime) -> dict[UserId, Digest]:
    """Each one's digest of what came not after `until`; an empty one where there is nothing."""
    if not readers:
        return {}
    shared = await _shared(index, readers, until)
    chosen = {one.person: _chosen(shared, one, until) for one in readers}
    shown = [news for one in chosen.values() for news in _that_fit(shared.crowd, one)]
    names = await news.names(index, {(one.room, one.author) for one in shown})
    posts = {one.event for one in shown if one.kind is NewsKind.POST}
    texts = {
        event: brief(summary_of(text), _LONGEST_TEXT)
        for event, text in (await news.texts(index, posts)).items()
    }
    desk = _Desk(shared.crowd, names, texts)
    return {one.person: desk.digest(chosen[one.person], shared.waiting, one) for one in readers}


async def _shared(index: Index, readers: Sequence[Reader], until: datetime) -> _Shared:
    people = [one.person for one in readers]
    first = min(one.since for one in readers)
    there = await news.joined(index, people)
    joined = {person: frozenset(there.get(person, ())) for person in people}
    public = await news.public_rooms(index)
    here = frozenset[RoomId]().union(*joined.values())
    near = here | {room for room, subsite in public.items() if subsite in here}
    posts = [one for one in await news.posts(index, first, until) if one.room in near]
    files = await news.files(index, near, first, until)
    closing = [
        one
        for one in await news.closing(index, first + rules.SOON, until + rules.SOON)
        if one.room in near
    ]
    spoken = [(one.room, one.stages) for one in (*posts, *files, *closing)]
    return _Shared(
        await crowds.gathered(index, joined, spoken),
        _by_room([*posts, *files]),
        _by_room(closing),
        public,
        await receipts.read_by(index, people, {room for room, _ in spoken}),
        await digest_waiting.gathered(index, joined, first, until),
    )


def _by_room(found: Iterable[News]) -> dict[RoomId, list[News]]:
    by_room: defaultdict[RoomId, list[News]] = defaultdict(list)
    for one in found:
        by_room[one.room].append(one)
    return dict(by_room)


def _chosen(shared: _Shared, reader: Reader, until: datetime) -> _Chosen:
    rooms = set(shared.crowd.joined[reader.person])
    rooms |= {room for room, subsite in shared.public.items() if subsite in rooms}
    ends = reader.since + rules.SOON
    said = [
        one
        for one in _readable(shared, reader, rooms, shared.said)
        if one.at > reader.since
        and not one.is_read(shared.read.get((one.room, reader.person), _NOT_AT_ALL))
    ]
    told = {one.event for one in said}
    closing = [
        one
        for one in _readable(shared, reader, rooms, shared.closing)
        # A new post says itself until when.
        if one.closes_at and one.closes_at > ends and one.event not in told
    ]
    return _Chosen(
        tuple(sorted(said, key=_newest_first)),
        tuple(sorted(closing, key=lambda one: (one.closes_at or until, one.event))),
    )


def _readable(
    shared: _Shared, reader: Reader, rooms: set[RoomId], found: Mapping[RoomId, Sequence[News]]
) -> Iterator[News]:
    for room in rooms & found.keys():
        for one in found[room]:
            if one.author != reader.person and shared.crowd.may_read(
                reader.person, room, one.stages
            ):
                yield one


def _newest_first(one: News) -> tuple[bool, float, EventId]:
    return one.kind is NewsKind.FILE, -one.at.timestamp(), one.event


def _sections(crowd: Crowd, said: Iterable[News]) -> list[tuple[Place, list[News]]]:
    """By subsite, in the order of their names."""
    found: dict[RoomId, tuple[Place, list[News]]] = {}
    for one in said:
        root = crowd.places[one.room].root
        found.setdefault(root.room, (root, []))[1].append(one)
    return sorted(found.values(), key=lambda one: (one[0].name.casefold(), one[0].room))


def _that_fit(crowd: Crowd, chosen: _Chosen) -> Iterator[News]:
    for _, said in _sections(crowd, chosen.said)[: rules.MOST_SECTIONS]:
        yield from said[: rules.MOST_ENTRIES]
    yield from chosen.closing[: rules.MOST_ENTRIES]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Makes lines of what is shown. `names` are those that authors bear in the room."""

    crowd: Crowd
    names: Mapping[tuple[RoomId, UserId], str]
    texts: Mapping[EventId, str]

    def digest(self, chosen: _Chosen, waiting: Waiting, reader: Reader) -> Digest:
        sections = _sections(self.crowd, chosen.said)
        rest = sections[rules.MOST_SECTIONS :]
        return Digest(
            tuple(self._section(*one) for one in sections[: rules.MOST_SECTIONS]),
            sum(len(said) for _, said in rest),
            waiting.requests_of(reader.person, reader.since),
            waiting.invitations_of(reader.person, reader.since),
            tuple(map(self._entry, chosen.closing[: rules.MOST_ENTRIES])),
            waiting.places_for(reader.person, reader.since),
        )

    def _section(self, root: Place, said: Sequence[News]) -> Section:
        entries = tuple(map(self._entry, said[: rules.MOST_ENTRIES]))
        return Section(root.name, root.path, entries, len(said) - len(entries))

    def _entry(self, one: News) -> Entry:
        author = self.names.get((one.room, one.author)) or localpart(one.author)
        title = file_rules.shown_name(one.title) if one.kind is NewsKind.FILE else one.title
        return Entry(
            one.kind,
            one.event,
            one.room,
            title,
            self.crowd.places[one.room].full_name,
            author,
            self.texts.get(one.event, ""),
            one.closes_at,
        )
