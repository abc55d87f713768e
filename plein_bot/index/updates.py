"""What an update says, as rows: nothing is asked of the database here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plein_bot.domain.events import Event, Membership, RoomUpdate, WholeRoom
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.rows import Row

Told = RoomUpdate | WholeRoom
MEMBER = "m.room.member"
# Anybody's server may put any number in `origin_server_ts`; a database takes 64 bits.
_LAST_MOMENT = 2**53


@dataclass
class News:
    """What is to be written. By key, so that of several for one key the last counts."""

    rooms: list[Row] = field(default_factory=list)
    events: dict[EventId, Row] = field(default_factory=dict)
    state: dict[tuple[RoomId, str, str], Row] = field(default_factory=dict)
    members: dict[tuple[RoomId, str], Row] = field(default_factory=dict)
    # Rooms of which all state and members go before the new are written.
    replaced: set[RoomId] = field(default_factory=set)
    redacted: set[tuple[RoomId, EventId]] = field(default_factory=set)

    def tell_events(self, update: Told, known: set[EventId], after: int) -> None:
        for event in update.timeline:
            if event.event_id in known or event.event_id in self.events:
                continue
            after += 1
            relation, relates_to = relation_of(event.content)
            self.events[event.event_id] = {
                "event_id": event.event_id,
                "room_id": event.room,
                "position": after,
                "type": event.type,
                "state_key": event.state_key,
                "sender": event.sender,
                "ts": _moment(event),
                "content": dict(event.content),
                "redacts": event.redacts,
                "relation": relation,
                "relates_to": relates_to,
                "redacted": event.redacted,
                "held_here_only": False,
            }

    def tell_state(self, update: Told, known: set[EventId]) -> None:
        if _is_whole(update):
            self.replaced.add(update.room)
        for event in _standing(update, known):
            row = {
                "room_id": event.room,
                "event_id": event.event_id,
                "sender": event.sender,
                "ts": _moment(event),
            }
            key = event.state_key or ""
            if event.type == MEMBER:
                row |= {"user_id": key, "membership": _membership(event)}
                row["name"] = _text(event, "displayname")
                self.members[event.room, key] = row
            else:
                row |= {"type": event.type, "state_key": key, "content": dict(event.content)}
                self.state[event.room, event.type, key] = row

    def tell_redactions(self, update: Told) -> None:
        for event in update.timeline:
            if event.type == "m.room.redaction" and event.redacts:
                self.redacted.add((event.room, event.redacts))
            if event.redacted:
                self.redacted.add((event.room, event.event_id))


def is_seen_from_outside(update: Told) -> bool:
    """Before the bot is in a room it is shown a few events without ids, which may be made up."""
    return update.membership in (Membership.INVITE, Membership.KNOCK)


def _is_whole(update: Told) -> bool:
    match update:
        case WholeRoom(state=state):
            return bool(state)
        case RoomUpdate(state_is_whole=whole):
            return whole


def facts_of(update: Told, before: Row, bot: UserId) -> dict[str, object]:
    facts: dict[str, object] = {
        "creator": before.get("creator"),
        "version": before.get("version"),
        "kind": before.get("kind"),
        "cause": before.get("cause"),
        "subsite": before.get("subsite"),
        "replaces": before.get("replaces"),
        "encrypted": before.get("encrypted", False),
        "managed": before.get("managed", False),
        "room_id": update.room,
        "membership": update.membership,
        "gone": False,
    }
    if is_seen_from_outside(update):
        return facts
    if _is_whole(update):
        facts["encrypted"] = False
    for event in (*update.state, *update.timeline):
        match event:
            case Event(type="m.room.encryption", state_key=""):
                facts["encrypted"] = True
            case Event(type="m.room.create", state_key=""):
                facts |= {
                    # Before room version 11 the content names the creator too; the
                    # authorisation rules make it the sender.
                    "creator": event.sender,
                    "version": _text(event, "room_version") or "1",
                    "kind": _text(event, "nl.plein.kind"),
                    "cause": _text(event, "nl.plein.cause"),
                    "subsite": _text(event, "nl.plein.subsite"),
                    "replaces": _text(event, "nl.plein.replaces"),
                }
                facts["managed"] = event.sender == bot and facts["kind"] is not None
            case _:
                pass
    return facts


def relation_of(content: Mapping[str, Any]) -> tuple[str | None, EventId | None]:
    """What kind of relation an event has to which other one; a plain reply has none."""
    match content.get("m.relates_to"):
        case {"rel_type": str(kind), "event_id": str(event)}:
            return kind, EventId(event)
        case _:
            return None, None


def _text(event: Event, key: str) -> str | None:
    value = event.content.get(key)
    return value if isinstance(value, str) else None


def _moment(event: Event) -> int:
    return min(max(event.ts, 0), _LAST_MOMENT)


def _standing(update: Told, known: set[EventId]) -> Iterable[Event]:
    """The events that make the state what it is after this update, the last for a key counting.

    Events that were read before do not undo what came after them: they come again after a rebuild,
    or by a second channel. Unless the update itself takes their part of the state back to before
    them.
    """
    if isinstance(update, WholeRoom):
        return update.state
    if update.state_is_whole:
        return (*update.state, *(e for e in update.timeline if e.state_key is not None))
    if update.timeline and all(event.event_id in known for event in update.timeline):
        return ()
    restated = {(event.type, event.state_key) for event in update.state}
    return (
        *update.state,
        *(
            event
            for event in update.timeline
            if event.state_key is not None
            and (event.event_id not in known or (event.type, event.state_key) in restated)
        ),
    )


def _membership(event: Event) -> Membership:
    value = _text(event, "membership")
    # The homeserver lets no other value pass; a mirror of one might.
    return Membership(value) if value in set(Membership) else Membership.LEAVE
