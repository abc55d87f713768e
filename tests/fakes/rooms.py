"""Rooms in memory: their events as JSON, who is in them and who may do what."""

import time
from dataclasses import dataclass, field
from typing import Any

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.events import Event, Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.power import power_of
from plein_bot.domain.redaction import pruned
from plein_bot.matrix import parsing

Json = dict[str, Any]
MEMBER = "m.room.member"


def forbidden(why: str) -> HomeserverError:
    return HomeserverError("M_FORBIDDEN", why, 403)


@dataclass
class Room:
    """A room of version 12, in which creators have no limit."""

    id: RoomId
    creator: UserId
    timeline: list[Json] = field(default_factory=list)
    state: dict[tuple[str, str], Json] = field(default_factory=dict)
    listed: bool = False

    def content(self, kind: str, key: str = "") -> Json:
        content: Json = self.state.get((kind, key), {}).get("content", {})
        return content

    def membership(self, user: UserId) -> Membership:
        return Membership(self.content(MEMBER, user).get("membership", "leave"))

    def power(self, user: UserId) -> float:
        levels = self.content("m.room.power_levels")
        return power_of(user, self.content("m.room.create"), self.creator, levels)

    def needs(self, verb: str) -> int:
        level: int = self.content("m.room.power_levels").get(verb, 0 if verb == "invite" else 50)
        return level

    def sends(self, sender: UserId, kind: str, content: Json, event: EventId | None = None) -> Json:
        """Add an event that is no state, if the sender may."""
        relation = content.get("m.relates_to") or {}
        if relation.get("rel_type") == "m.replace" and not self.knows(relation["event_id"]):
            raise HomeserverError("M_UNKNOWN", "Relations must be in the same room")
        levels = self.content("m.room.power_levels")
        needed = levels.get("events", {}).get(kind, levels.get("events_default", 0))
        return self._from_within(sender, kind, content, None, needed, event)

    def puts(self, sender: UserId, kind: str, content: Json, key: str = "") -> Json:
        """Add state, if the sender may. What stands already is not said again."""
        levels = self.content("m.room.power_levels")
        needed = levels.get("events", {}).get(kind, levels.get("state_default", 50))
        standing = self.state.get((kind, key))
        if standing and standing["content"] == content and standing["sender"] == sender:
            return standing
        return self._from_within(sender, kind, content, key, needed)

    def _from_within(
        self,
        sender: UserId,
        kind: str,
        content: Json,
        key: str | None,
        needed: int,
        event: EventId | None = None,
    ) -> Json:
        if self.membership(sender) is not Membership.JOIN:
            raise forbidden(f"{sender} is not in {self.id}")
        if self.power(sender) < needed:
            raise forbidden(f"{kind} needs {needed}")
        creators = {self.creator, *self.content("m.room.create").get("additional_creators", [])}
        if kind == "m.room.power_levels" and creators & set(content.get("users", {})):
            raise HomeserverError("M_UNKNOWN", "creators stand in no power levels")
        return self.add(sender, kind, content, key, event)

    def add(
        self,
        sender: UserId,
        kind: str,
        content: Json,
        key: str | None,
        event: EventId | None = None,
    ) -> Json:
        before = self.content(kind, key) if key is not None else {}
        raw: Json = {
            "event_id": event or f"${len(self.timeline)}-of-{self.id[1:]}",
            "type": kind,
            "sender": sender,
            "origin_server_ts": int(time.time() * 1000),
            "content": content,
            "unsigned": {"prev_content": before} if before else {},
        }
        if key is not None:
            raw["state_key"] = key
            self.state[kind, key] = raw
        self.timeline.append(raw)
        return raw

    def moves(
        self, sender: UserId, user: UserId, to: Membership, name: str, reason: str = ""
    ) -> None:
        """Change a membership, without asking whether that may be."""
        content: Json = {"membership": to.value}
        if to in (Membership.JOIN, Membership.KNOCK) or (to is Membership.INVITE and name):
            content["displayname"] = name
        if reason:
            content["reason"] = reason
        if self.content(MEMBER, user) != content or to is Membership.KNOCK:
            self.add(sender, MEMBER, content, user)

    def redacts(self, sender: UserId, target: EventId, event: EventId, reason: str = "") -> None:
        if self.knows(event):
            return
        found = next((raw for raw in self.timeline if raw["event_id"] == target), None)
        if found is None:
            raise HomeserverError("M_NOT_FOUND", f"no {target}", 404)
        found["content"] = pruned(found["type"], found["content"], "12")
        found["unsigned"] = {"redacted_because": {"sender": sender}}
        content = {"redacts": target} | ({"reason": reason} if reason else {})
        self.add(sender, "m.room.redaction", content, None, event)

    def knows(self, event: EventId) -> bool:
        return any(raw["event_id"] == event for raw in self.timeline)

    def standing(self) -> tuple[Event, ...]:
        return parsing.events(self.id, list(self.state.values()))

    def said_by(self, sender: UserId) -> list[str]:
        """What somebody said here, as plain text."""
        return [
            raw["content"]["body"]
            for raw in self.timeline
            if raw["type"] == "m.room.message" and raw["sender"] == sender
            if "body" in raw["content"]
        ]
