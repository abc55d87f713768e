"""What the events of a room say about its posts: folded into rows, and read in full."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.consultations import OUTCOME, TOLD, Consultation, Outcome, told_in
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.posts import ATTACHMENT, MARK, NOTE, Post, Said, text_under
from plein_bot.index.database import Index
from plein_bot.index.tables.posts import PostRow, PostTagRow
from plein_bot.index.tables.projection import EventRow, RoomRow

_MESSAGE = "m.room.message"
# An edit of a card says all that the card says, and is none itself.
_NO_EDIT = func.coalesce(EventRow.relation, "") != "m.replace"


async def fold(session: AsyncSession, room: RoomId, events: frozenset[EventId]) -> None:
    """Make the rows of those posts again that these events are, or are about."""
    creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
    if creator is None:
        return
    roots = set(
        await session.scalars(
            select(PostRow.event_id).where(
                PostRow.room_id == room,
                or_(PostRow.event_id.in_(events), PostRow.card.in_(events)),
            )
        )
    )
    said = await session.scalars(
        select(EventRow).where(
            EventRow.event_id.in_(events),
            EventRow.room_id == room,
            EventRow.sender == creator,
            EventRow.type == _MESSAGE,
            _NO_EDIT,
        )
    )
    roots |= {root for row in said if (root := _root_of(row))}
    if roots:
        for root in sorted(roots):
            await _make_again(session, room, creator, root)


def _root_of(row: EventRow) -> EventId | None:
    """Of which post this event of the bot is the card."""
    facts = row.content.get(MARK)
    root = facts.get("event", row.event_id) if isinstance(facts, dict) else None
    return EventId(root) if isinstance(root, str) else None


async def _make_again(session: AsyncSession, room: RoomId, creator: UserId, root: EventId) -> None:
    await session.execute(delete(PostTagRow).where(PostTagRow.event_id == root))
    await session.execute(delete(PostRow).where(PostRow.event_id == root))
    written = await session.get(EventRow, root)
    if written is None or written.redacted or written.room_id != room:
        return
    card = await _card(session, room, creator, root)
    if card is None:
        return
    facts = (await _latest(session, card)).get(MARK)
    if not isinstance(facts, dict) or not isinstance(facts.get("number"), int):
        return
    own = written.sender == creator
    kept = own or facts.get("kept") is True
    typed = facts.get("typed") is True
    versions = await _versions(session, written)
    notes = await _notes(session, room, creator, root)
    if kept:
        texts = _texts(notes)
        if not texts:
            return  # Plein is still writing it.
        text = texts[-1].text
        latest = texts[-1].row.event_id
        edited_at = texts[-1].row.ts if len(texts) > 1 else None
    else:
        text = _text(versions[-1], typed=typed)
        latest = versions[-1].event_id
        edited_at = versions[-1].ts if len(versions) > 1 else None
    known: dict[str, Any] = {}
    for note in notes:
        known |= note.content
    session.add(
        PostRow(
            event_id=root,
            number=facts["number"],
            card=card.event_id,
            room_id=room,
            slug=str(facts.get("slug", "")),
            author=UserId(str(facts.get("author"))) if own else written.sender,
            title=str(facts.get("title", "")),
            text=text,
            posted_at=written.ts,
            edited_at=edited_at,
            featured=known.get("featured") is True,
            closed=known.get("closed") is True,
            typed=typed,
            latest=latest,
            kept=kept,
            **_thinking_along(notes),
        )
    )
    tags = facts.get("tags")
    for tag in dict.fromkeys(t for t in tags if isinstance(t, str)) if tags else ():
        session.add(PostTagRow(event_id=root, tag=tag))
    await session.flush()


def _thinking_along(notes: list[EventRow]) -> dict[str, Any]:
    """What the notes say of the term and the outcome, as columns: the last of each counts."""
    consultation: Consultation | None = None
    outcome: Outcome | None = None
    for note in notes:
        consultation = told_in(note.content, _moment(note.ts)) or consultation
        match note.content.get(OUTCOME):
            case {"text": str(text), "by": str(by)}:
                outcome = Outcome(text, UserId(by), _moment(note.ts), note.event_id)
            case _:
                pass
    if consultation is None:
        return {}
    ended = consultation.ended_at
    columns: dict[str, Any] = {
        "closes_at": _milliseconds(consultation.closes_at),
        "ended_at": _milliseconds(ended) if ended else None,
    }
    if outcome:
        columns |= {
            "outcome": outcome.text,
            "outcome_by": outcome.by,
            "outcome_at": _milliseconds(outcome.at),
            "outcome_event": outcome.event,
        }
    return columns


async def _card(
    session: AsyncSession, room: RoomId, creator: UserId, root: EventId
) -> EventRow | None:
    found = await session.scalars(
        select(EventRow)
        .where(
            EventRow.room_id == room,
            or_(EventRow.relates_to == root, EventRow.event_id == root),
            EventRow.sender == creator,
            EventRow.type == _MESSAGE,
            EventRow.redacted.is_(False),
            _NO_EDIT,
        )
        .order_by(EventRow.position)
    )
    return next((row for row in found if _root_of(row) == root), None)


async def _versions(session: AsyncSession, first: EventRow) -> list[EventRow]:
    """The event and its edits that count: by the same person, in the room's order."""
    edits = await session.scalars(
        select(EventRow)
        .where(
            EventRow.room_id == first.room_id,
            EventRow.relates_to == first.event_id,
            EventRow.relation == "m.replace",
            EventRow.sender == first.sender,
            EventRow.type == first.type,
            EventRow.redacted.is_(False),
        )
        .order_by(EventRow.position)
    )
    return [first, *(row for row in edits if isinstance(row.content.get("m.new_content"), dict))]


async def _latest(session: AsyncSession, row: EventRow) -> dict[str, Any]:
    return _content((await _versions(session, row))[-1])


def _content(row: EventRow) -> dict[str, Any]:
    new = row.content.get("m.new_content") if row.relation == "m.replace" else None
    return new if isinstance(new, dict) else row.content


def _text(row: EventRow, *, typed: bool) -> str:
    body = _content(row).get("body")
    whole = body if isinstance(body, str) else ""
    return text_under(whole) if typed else whole


async def _notes(
    session: AsyncSession, room: RoomId, creator: UserId, root: EventId
) -> list[EventRow]:
    found = await session.scalars(
        select(EventRow)
        .where(
            EventRow.room_id == room,
            EventRow.relates_to == root,
            EventRow.type == NOTE,
            EventRow.sender == creator,
            EventRow.redacted.is_(False),
        )
        .order_by(EventRow.position)
    )
    return list(found)


@dataclass(frozen=True, slots=True)
class _Text:
    """A whole text of a post that the bot sent; `row` is the last note with a part of it."""

    row: EventRow
    text: str


def _texts(notes: list[EventRow]) -> list[_Text]:
    """The versions of which all parts are there (`domain.posts.parts_of`), the first one first."""
    versions: dict[int, dict[int, EventRow]] = {}
    for note in notes:
        match note.content:
            case {"text": str(), "part": int(part), "version": int(version)}:
                versions.setdefault(version, {})[part] = note
            case _:
                pass
    whole: list[_Text] = []
    for _, parts in sorted(versions.items()):
        rows = [parts[number] for number in sorted(parts)]
        if len(rows) == rows[0].content.get("of"):
            whole.append(_Text(rows[-1], "".join(row.content["text"] for row in rows)))
    return whole


async def revisions(index: Index, post: Post) -> tuple[Said, ...]:
    """Every version that stands, the first one first."""
    async with index.reading() as session:
        first = await session.get(EventRow, post.event)
        if first is None:
            return ()
        if post.kept:
            creator = await session.scalar(
                select(RoomRow.creator).where(RoomRow.room_id == post.room)
            )
            assert creator, "a room with posts is one that Plein made"
            notes = await _notes(session, post.room, creator, post.event)
            return tuple(
                replace(_said(one.row, one.row, one.text), author=post.author)
                for one in _texts(notes)
            )
        return tuple(
            _said(row, row, _text(row, typed=post.typed)) for row in await _versions(session, first)
        )


async def comments(index: Index, room: RoomId, post: EventId) -> tuple[Said, ...]:
    """What people say in the post's thread, as it reads now, in the room's order."""
    async with index.reading() as session:
        creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
        rows = await session.scalars(
            select(EventRow)
            .where(
                EventRow.room_id == room,
                EventRow.relates_to == post,
                EventRow.relation == "m.thread",
                EventRow.type == _MESSAGE,
                EventRow.sender != creator,
                EventRow.redacted.is_(False),
            )
            .order_by(EventRow.position)
        )
        found: list[Said] = []
        for row in rows:
            latest = (await _versions(session, row))[-1]
            found.append(_said(row, latest, _text(latest, typed=False)))
        return tuple(found)


def _said(row: EventRow, latest: EventRow, text: str) -> Said:
    return Said(row.event_id, latest.event_id, row.sender, _moment(row.ts), text)


async def traces(index: Index, room: RoomId, root: EventId) -> tuple[EventId, ...]:
    """What else in the room holds a post, also after the post itself is gone.

    The edits of its author, which outlive what they change; and the card with its edits, the notes
    and the files of Plein, and what it said of thinking along.
    """
    async with index.reading() as session:
        creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
        standing = (EventRow.room_id == room, EventRow.redacted.is_(False))
        about = list(
            await session.scalars(select(EventRow).where(*standing, EventRow.relates_to == root))
        )
        found = [row for row in about if row.relation == "m.replace"]
        ours = [
            row
            for row in about
            if row.sender == creator
            and (
                row.type == NOTE
                or _root_of(row) == root
                or root in (row.content.get(ATTACHMENT), row.content.get(TOLD))
            )
        ]
        edits = await session.scalars(
            select(EventRow).where(
                *standing,
                EventRow.relates_to.in_([row.event_id for row in ours]),
                EventRow.relation == "m.replace",
                EventRow.sender == creator,
            )
        )
        return tuple(dict.fromkeys(row.event_id for row in (*found, *ours, *edits)))


async def attachments(index: Index, room: RoomId, root: EventId) -> tuple[EventId, ...]:
    """The files with the whole text of a post that stand."""
    async with index.reading() as session:
        creator = await session.scalar(select(RoomRow.creator).where(RoomRow.room_id == room))
        rows = await session.scalars(
            select(EventRow).where(
                EventRow.room_id == room,
                EventRow.relates_to == root,
                EventRow.sender == creator,
                EventRow.redacted.is_(False),
            )
        )
        return tuple(row.event_id for row in rows if row.content.get(ATTACHMENT) == root)


async def written(
    index: Index, room: RoomId, event: EventId
) -> tuple[UserId, dict[str, Any]] | None:
    """Who said something in a managed room, and what it reads now; None where nothing stands."""
    async with index.reading() as session:
        row = await session.get(EventRow, event)
        if row is None or row.room_id != room or row.redacted or row.type != _MESSAGE:
            return None
        return row.sender, await _latest(session, row)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
