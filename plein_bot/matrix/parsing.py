"""From what the homeserver says to what Plein knows and has to do.

Anybody can send anything, so reading is total: what is not as the specification says counts as
absent. What Plein did itself asks for nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plein_bot.commands.reading import addressed
from plein_bot.domain.events import (
    Event,
    FileSent,
    Incoming,
    InvitedHere,
    Line,
    ListChanged,
    MemberChanged,
    Membership,
    PollEnded,
    Reaction,
    Redacted,
    RoomUpdate,
    Spoken,
    StateChanged,
    Undecryptable,
    WholeRoom,
    Work,
)
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.media import media_in
from plein_bot.domain.policies import TYPES
from plein_bot.domain.polls import ENDS
from plein_bot.matrix.content import message

Json = dict[str, Any]
Decrypt = Callable[[Json, RoomId], Json | None]

_TEXT = ("m.text",)
_SAID = ("m.room.message", "m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the bot, the names by which it is addressed, and its keys where it has them."""

    bot: UserId
    names: tuple[str, ...]
    decrypt: Decrypt | None = None


def event(room: RoomId, raw: Mapping[str, Any]) -> Event | None:
    """An event as the homeserver gave it; None for what is none."""
    match raw:
        case {"event_id": str(event_id), "type": str(kind), "sender": str(sender)}:
            pass
        case _:
            return None
    content = _mapping(raw.get("content"))
    state_key = raw.get("state_key")
    # Until room version 10 the target stands beside the content.
    redacts = content.get("redacts", raw.get("redacts")) if kind == "m.room.redaction" else None
    ts = raw.get("origin_server_ts")
    return Event(
        room=room,
        event_id=EventId(event_id),
        type=kind,
        sender=UserId(sender),
        ts=ts if isinstance(ts, int) else 0,
        content=content,
        state_key=state_key if isinstance(state_key, str) else None,
        redacts=EventId(redacts) if isinstance(redacts, str) else None,
        redacted="redacted_because" in _mapping(raw.get("unsigned")),
    )


def events(room: RoomId, section: object) -> tuple[Event, ...]:
    return tuple(found for raw in _list(section) if (found := event(room, raw)) is not None)


def work_of(
    reader: Reader, room: RoomId, raw: Json, *, managed: bool, watched: bool = False
) -> Work | None:
    """What one event of a room asks for. In a `watched` room, whatever is said does."""
    here = event(room, raw)
    if here is None or here.redacted:
        return None
    # What Plein did itself asks for nothing, but that the result of a poll is told in one way only.
    if here.sender == reader.bot and here.type not in ENDS:
        return None
    incoming = _incoming(reader, here, raw, managed=managed)
    if incoming is None and watched:
        incoming = _spoken(here)
    return Work(here.event_id, room, incoming) if incoming else None


def _incoming(reader: Reader, here: Event, raw: Json, *, managed: bool) -> Incoming | None:
    match here.type:
        case "m.room.message":
            return said(reader, here, here.content, managed=managed)
        case "m.reaction":
            return _reaction(here)
        case "m.room.member":
            return _member(reader, here, raw)
        case "m.room.redaction" if managed and here.redacts:
            return Redacted(here.event_id, here.room, here.sender, here.redacts, here.ts)
        case kind if managed and kind in ENDS and here.state_key is None:
            return _poll_ended(here)
        case "m.room.encrypted":
            return opened(reader, here.room, raw, managed=managed)
        case _ if managed and here.state_key is not None:
            return StateChanged(
                here.event_id, here.room, here.sender, here.type, here.state_key, here.ts
            )
        case _:
            return None


def _spoken(here: Event) -> Spoken | None:
    if here.type not in _SAID:
        return None
    thread: EventId | None = None
    match here.content.get("m.relates_to"):
        case {"rel_type": "m.replace"}:
            return None  # What it changes was looked at when it was said.
        case {"rel_type": "m.thread", "event_id": str(root)}:
            thread = EventId(root)
        case _:
            pass
    return Spoken(here.event_id, here.room, here.sender, thread, here.ts)


def opened(reader: Reader, room: RoomId, raw: Json, *, managed: bool) -> Incoming | None:
    """What an encrypted event asks for; Undecryptable as long as its key is missing."""
    here = event(room, raw)
    if here is None or reader.decrypt is None or here.content.get("algorithm") is None:
        return None  # Redacted, or not encrypted at all.
    clear = reader.decrypt(raw, room)
    if clear is None:
        return Undecryptable(here.event_id, room, here.sender, here.ts, raw)
    content = _mapping(clear.get("content"))
    if clear.get("type") != "m.room.message":
        return None
    # The relation stands outside the ciphertext, and counts from there (specification, "Sending
    # encrypted events").
    relation = _mapping(raw.get("content")).get("m.relates_to")
    if relation is not None and "m.relates_to" not in content:
        content = {**content, "m.relates_to": relation}
    return said(reader, here, content, managed=managed, encrypted=True)


def unsealed(decrypt: Decrypt, sealed: Event) -> Event | None:
    """An encrypted event that Plein kept, as its sender meant it; None without its key."""
    raw = {
        "event_id": sealed.event_id,
        "room_id": sealed.room,
        "type": sealed.type,
        "sender": sealed.sender,
        "origin_server_ts": sealed.ts,
        "content": dict(sealed.content),
    }
    clear = decrypt(raw, sealed.room)
    return event(sealed.room, clear) if clear else None


def said(
    reader: Reader,
    here: Event,
    content: Mapping[str, Any],
    *,
    managed: bool,
    encrypted: bool = False,
) -> Line | FileSent | None:
    """A typed line, or a file. In a managed room a file is looked at when somebody asks it."""
    media = None if managed else media_in(content)
    if media is None or "m.new_content" in content:
        return line(reader, here, content, managed=managed, encrypted=encrypted)
    return FileSent(here.event_id, here.room, here.sender, media, here.ts)


def line(
    reader: Reader,
    here: Event,
    content: Mapping[str, Any],
    *,
    managed: bool,
    encrypted: bool = False,
) -> Line | None:
    """A typed line. In a managed room only one that may be for Plein; the rest is conversation."""
    said = message(content) if content.get("msgtype") in _TEXT else None
    if said is None:
        return None
    mentions_bot = reader.bot in said.pills or (
        reader.bot in said.mentions and said.reply_to is None
    )
    for_plein = (
        mentions_bot
        or said.reply_to is not None
        or said.edits is not None
        or addressed(said.with_ids, reader.names) is not None
    )
    if managed and not for_plein:
        return None
    return Line(
        event=here.event_id,
        room=here.room,
        sender=here.sender,
        text=said.with_ids,
        ts=here.ts,
        reply_to=said.reply_to,
        thread=said.thread,
        edits=said.edits,
        mentions_bot=mentions_bot,
        pills=tuple(user for user in said.pills if user != reader.bot),
        encrypted=encrypted,
    )


def _reaction(here: Event) -> Reaction | None:
    match here.content.get("m.relates_to"):
        case {"rel_type": "m.annotation", "event_id": str(on), "key": str(key)}:
            return Reaction(here.event_id, here.room, here.sender, EventId(on), key[:64], here.ts)
        case _:
            return None


def _poll_ended(here: Event) -> PollEnded | None:
    match here.content.get("m.relates_to"):
        case {"rel_type": "m.reference", "event_id": str(poll)}:
            return PollEnded(here.event_id, here.room, here.sender, EventId(poll), here.ts)
        case _:
            return None


def _member(reader: Reader, here: Event, raw: Json) -> MemberChanged | None:
    after = _membership(here.content)
    before = _membership(_mapping(_mapping(raw.get("unsigned")).get("prev_content")))
    # Somebody who takes another name or picture "joins" again; who knocks again asks again.
    same = before is after and after is not Membership.KNOCK
    if here.state_key is None or here.state_key == reader.bot or same:
        return None
    reason = here.content.get("reason")
    return MemberChanged(
        event=here.event_id,
        room=here.room,
        person=UserId(here.state_key),
        sender=here.sender,
        membership=after,
        before=before,
        ts=here.ts,
        reason=reason if isinstance(reason, str) else None,
    )


def invitation(reader: Reader, room: RoomId, section: Mapping[str, Any]) -> Work | None:
    """An invitation of the bot: a few events without order, of which one invites."""
    stripped = _list(_mapping(section.get("invite_state")).get("events"))
    for raw in stripped:
        if raw.get("type") == "m.room.member" and raw.get("state_key") == reader.bot:
            sender = raw.get("sender")
            if not isinstance(sender, str):
                return None
            direct = _mapping(raw.get("content")).get("is_direct") is True
            # Synapse gives the invitation whole; elsewhere one per room has to do.
            name = raw.get("event_id", room)
            return Work(f"invite:{name}", room, InvitedHere(room, UserId(sender), direct))
    return None


def after_invitation(bot: UserId, timeline: list[Json]) -> Iterator[Json]:
    """Of a room that the bot has just come into: what was said since it was invited."""
    start = 0
    for place, raw in enumerate(timeline):
        if invites(bot, raw):
            start = place
    yield from timeline[start:]


def invites(bot: UserId, raw: Mapping[str, Any]) -> bool:
    """Whether this event is an invitation of the bot."""
    mine = raw.get("type") == "m.room.member" and raw.get("state_key") == bot
    return mine and _membership(_mapping(raw.get("content"))) is Membership.INVITE


def list_changed(update: RoomUpdate | WholeRoom, *, managed: bool) -> Work | None:
    """What rules of a policy list that came, changed or went ask for: once, however many.

    The bot's own too: others may follow a list that it publishes. A rule that was redacted is one
    that went; in Plein's own rooms only the bot takes rules away, and it empties them.
    """
    told = (*update.state, *update.timeline)
    redactions = () if managed else ("m.room.redaction",)
    if not any(one.type in TYPES or one.type in redactions for one in told):
        return None
    last = (update.timeline or update.state)[-1].event_id
    return Work(f"list:{last}", update.room, ListChanged(update.room))


def _membership(content: Mapping[str, Any]) -> Membership:
    value = content.get("membership")
    known = isinstance(value, str) and value in set(Membership)
    return Membership(value) if known else Membership.LEAVE  # type: ignore[arg-type]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
