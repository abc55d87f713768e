"""What can be found of the events of a room, folded into rows."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.files import shown_name
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.posts import tags_in
from plein_bot.domain.search import SearchKind
from plein_bot.domain.talk import text_of
from plein_bot.index.rows import Row, chunks, drop, put, sql_table
from plein_bot.index.said import Said
from plein_bot.index.tables.files import FileRow, FileTagRow, FileTextRow
from plein_bot.index.tables.posts import PostRow, PostTagRow
from plein_bot.index.tables.projection import EventRow, RoomRow
from plein_bot.index.tables.search import SearchRow
from plein_bot.index.terms import words_and_terms

_SEARCH = sql_table(SearchRow)
_MESSAGE = "m.room.message"
# Some hundreds of years after 1970: then the numbers still fit in 64 bits.
_LAST = 2**42
_BITS = 20


async def fold(session: AsyncSession, room: RoomId, events: frozenset[EventId]) -> None:
    """Make the rows of what these events are, or are about, again."""
    creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
    if creator is None:
        return
    roots = set(events)
    roots.update(
        await session.scalars(
            select(PostRow.event_id).where(PostRow.room_id == room, PostRow.card.in_(events))
        )
    )
    before = await _standing(session, roots)
    posts = await _posts(session, room, roots)
    # What is said in the thread of a post is a comment, and a message as soon as it is no post.
    other = {root for root in roots if (before.get(root) is SearchKind.POST) != (root in posts)}
    if other:
        roots.update(
            await session.scalars(
                select(EventRow.event_id).where(
                    EventRow.room_id == room,
                    EventRow.relates_to.in_(other),
                    EventRow.relation == "m.thread",
                )
            )
        )
    found = await _found(session, room, creator, roots, posts)
    gone = [{"event_id": event} for event in sorted(before.keys() - found.keys())]
    await drop(session, _SEARCH, gone)
    await put(session, _SEARCH, await _numbered(session, found))


async def _standing(
    session: AsyncSession, events: Collection[EventId]
) -> dict[EventId, SearchKind]:
    standing: dict[EventId, SearchKind] = {}
    for chunk in chunks(events):
        rows = await session.execute(
            select(SearchRow.event_id, SearchRow.kind).where(SearchRow.event_id.in_(chunk))
        )
        standing.update((event, kind) for event, kind in rows)
    return standing


@dataclass(frozen=True, slots=True)
class _Wording:
    title: str
    text: str
    author: UserId
    latest: EventId
    tags: tuple[str, ...] = ()


async def _posts(
    session: AsyncSession, room: RoomId, roots: Collection[EventId]
) -> dict[EventId, _Wording]:
    """The posts that these events are, and those in whose threads they stand."""
    posts: dict[EventId, _Wording] = {}
    for chunk in chunks(roots):
        about = select(EventRow.relates_to).where(
            EventRow.event_id.in_(chunk), EventRow.relates_to.is_not(None)
        )
        which = (
            PostRow.room_id == room,
            or_(PostRow.event_id.in_(chunk), PostRow.event_id.in_(about)),
        )
        tags: dict[EventId, list[str]] = {}
        for event, tag in await session.execute(
            select(PostTagRow.event_id, PostTagRow.tag)
            .join(PostRow, PostRow.event_id == PostTagRow.event_id)
            .where(*which)
        ):
            tags.setdefault(event, []).append(tag)
        for row in await session.scalars(select(PostRow).where(*which)):
            named = tuple(sorted(tags.get(row.event_id, ())))
            posts[row.event_id] = _Wording(row.title, row.text, row.author, row.latest, named)
    return posts


async def _found(
    session: AsyncSession,
    room: RoomId,
    creator: UserId,
    roots: Collection[EventId],
    posts: Mapping[EventId, _Wording],
) -> dict[EventId, Row]:
    found: dict[EventId, Row] = {}
    for chunk in chunks(roots):
        edits = await _edits(session, room, chunk)
        files = await _files(session, chunk)
        said = await session.scalars(
            select(Said).where(
                Said.event_id.in_(chunk),
                Said.room_id == room,
                Said.type == _MESSAGE,
                Said.redacted.is_(False),
            )
        )
        for row in said:
            if post := posts.get(row.event_id):
                found[row.event_id] = _row(row, SearchKind.POST, post)
            elif file := files.get(row.event_id):
                found[row.event_id] = _row(row, SearchKind.FILE, file)
            elif row.sender != creator and row.relation != "m.replace":
                edit = edits.get((row.event_id, row.sender))
                text = text_of(edit.content["m.new_content"] if edit else row.content)
                latest = edit.event_id if edit else row.event_id
                in_thread = row.relation == "m.thread" and row.relates_to in posts
                kind = SearchKind.COMMENT if in_thread else SearchKind.MESSAGE
                if text:
                    said_here = _Wording("", text, row.sender, latest, tags_in(text))
                    found[row.event_id] = _row(row, kind, said_here)
    return found


async def _files(session: AsyncSession, events: Collection[EventId]) -> dict[EventId, _Wording]:
    tags: dict[EventId, list[str]] = {}
    for event, tag in await session.execute(
        select(FileTagRow.event_id, FileTagRow.tag).where(FileTagRow.event_id.in_(events))
    ):
        tags.setdefault(event, []).append(tag)
    inside = and_(FileTextRow.event_id == FileRow.event_id, FileTextRow.latest == FileRow.latest)
    rows = await session.execute(
        select(FileRow, FileTextRow.text)
        .outerjoin(FileTextRow, inside)
        .where(FileRow.event_id.in_(events))
    )
    return {
        row.event_id: _Wording(
            shown_name(row.name),
            f"{row.description}\n{text or ''}",
            row.sender,
            row.latest,
            tuple(sorted(tags.get(row.event_id, ()))),
        )
        for row, text in rows
    }


async def _edits(
    session: AsyncSession, room: RoomId, events: Iterable[EventId]
) -> dict[tuple[EventId, UserId], Said]:
    """The last edit that counts of each event by each person."""
    edits: dict[tuple[EventId, UserId], Said] = {}
    for row in await session.scalars(
        select(Said)
        .where(
            Said.room_id == room,
            Said.relates_to.in_(events),
            Said.relation == "m.replace",
            Said.type == _MESSAGE,
            Said.redacted.is_(False),
        )
        .order_by(Said.position)
    ):
        if row.relates_to and isinstance(row.content.get("m.new_content"), dict):
            edits[row.relates_to, row.sender] = row
    return edits


def _row(row: Said, kind: SearchKind, said: _Wording) -> dict[str, Any]:
    words, terms = words_and_terms(said.text, said.title, said.tags, row.room_id, said.author)
    return {
        "event_id": row.event_id,
        "latest": said.latest,
        "room_id": row.room_id,
        "kind": kind,
        "author": said.author,
        "ts": row.ts,
        "words": words,
        "terms": terms,
    }


async def _numbered(session: AsyncSession, found: Mapping[EventId, Row]) -> list[Row]:
    """With the number of each: the one that it has, or the next that is free."""
    wanted = {event: number_of(event, row["ts"]) for event, row in found.items()}
    taken: dict[int, EventId] = {}
    for chunk in chunks(wanted.values()):
        rows = await session.execute(
            select(SearchRow.id, SearchRow.event_id).where(SearchRow.id.in_(chunk))
        )
        taken.update((number, event) for number, event in rows)
    numbered: list[Row] = []
    for event, number in sorted(wanted.items()):
        # Two in one millisecond of which the names have the same beginning: once in a lifetime,
        # unless somebody takes pains.
        while taken.setdefault(number, event) != event:
            number += 1
            other = await session.scalar(select(SearchRow.event_id).where(SearchRow.id == number))
            if other:
                taken[number] = other
        numbered.append({"id": number, **found[event]})
    return numbered


def number_of(event: EventId, ts: int) -> int:
    """A number that runs with the time, and is the same whenever it is made again."""
    mark = int.from_bytes(hashlib.sha256(event.encode(errors="replace")).digest()[:4])
    return (min(max(ts, 0), _LAST) << _BITS) | (mark >> (32 - _BITS))


def lowest_at(moment: datetime) -> int:
    """The lowest number of what was said from this moment on."""
    return min(max(int(moment.timestamp() * 1000), 0), _LAST) << _BITS
