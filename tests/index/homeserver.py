"""A homeserver in memory: rooms that tell of themselves, now by sync and now as a whole."""

import dataclasses
import itertools
from dataclasses import dataclass, field
from typing import Any

from plein_bot.domain.events import Event, Membership, RoomUpdate, WholeRoom
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.redaction import pruned

BOT = UserId("@plein:plein.test")
ALICE = UserId("@alice:plein.test")

_numbers = itertools.count(1)


def start_over() -> None:
    """Give the same names again, so that an example found by chance can be tried once more."""
    global _numbers
    _numbers = itertools.count(1)


@dataclass
class Room:
    """A room as the homeserver has it. `heard` is how much of it the bot has been told."""

    id: RoomId
    version: str = "12"
    membership: Membership = Membership.JOIN
    events: list[Event] = field(default_factory=list)
    state: dict[tuple[str, str], EventId] = field(default_factory=dict)
    heard: int = 0
    purged: set[EventId] = field(default_factory=set)

    @classmethod
    def made_by(cls, creator: UserId, name: str = "room", **content: Any) -> "Room":
        room = cls(RoomId(f"!{name}-{next(_numbers)}"), str(content.pop("room_version", "12")))
        room.put("m.room.create", {"room_version": room.version, **content}, sender=creator)
        room.enters(creator)
        return room

    @classmethod
    def managed(cls, kind: str = "group", **content: Any) -> "Room":
        return cls.made_by(BOT, kind, **{"nl.plein.kind": kind, **content})

    def send(
        self, type: str, content: dict[str, Any], *, sender: UserId = ALICE, **more: Any
    ) -> EventId:
        event_id = EventId(f"$event-{next(_numbers)}")
        ts = more.pop("ts", 1_700_000_000_000 + len(self.events))
        self.events.append(Event(self.id, event_id, type, sender, ts, content, **more))
        return event_id

    def put(
        self, type: str, content: dict[str, Any], state_key: str = "", *, sender: UserId = BOT
    ) -> EventId:
        event_id = self.send(type, content, sender=sender, state_key=state_key)
        self.state[type, state_key] = event_id
        return event_id

    def says(self, text: str, sender: UserId = ALICE) -> EventId:
        return self.send("m.room.message", {"msgtype": "m.text", "body": text}, sender=sender)

    def enters(self, person: UserId, name: str | None = None) -> EventId:
        content = {"membership": "join", "displayname": name or person}
        return self.put("m.room.member", content, person, sender=person)

    def leaves(self, person: UserId) -> EventId:
        return self.put("m.room.member", {"membership": "leave"}, person, sender=person)

    def redacts(self, target: EventId, sender: UserId = ALICE) -> EventId:
        assert target != self.events[0].event_id, "Synapse refuses to redact the creation"
        for number, event in enumerate(self.events):
            if event.event_id == target:
                content = pruned(event.type, event.content, self.version)
                self.events[number] = dataclasses.replace(event, content=content, redacted=True)
        content = {"redacts": target}
        return self.send("m.room.redaction", content, sender=sender, redacts=target)

    def purges(self, count: int) -> None:
        """Forget the oldest messages, as retention does. State that stands is kept as state."""
        messages = [event for event in self.events if event.event_id not in self.purged]
        self.purged.update(event.event_id for event in messages[:count])

    def _standing(self, events: list[Event]) -> tuple[Event, ...]:
        state = {(e.type, e.state_key): e for e in events if e.state_key is not None}
        return tuple(state.values())

    def sync(self) -> RoomUpdate:
        """What happened since the last time."""
        new, self.heard = tuple(self.events[self.heard :]), len(self.events)
        return RoomUpdate(self.id, self.membership, new)

    def sync_after_a_gap(self) -> RoomUpdate:
        """The state before what happened since the last time, and that."""
        state = self._standing(self.events[: self.heard])
        return dataclasses.replace(self.sync(), state=state, state_is_whole=True)

    def whole(self) -> WholeRoom:
        left = tuple(event for event in self.events if event.event_id not in self.purged)
        return WholeRoom(self.id, self.membership, left, self._standing(self.events))
