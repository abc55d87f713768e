"""Homeservers in memory, as the relay sees them, that can stop it at every step.

They forget transaction ids whenever it is stopped, as Synapse does those of bridges.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bridges.common.homeserver import Homeserver, HomeserverError, Unanswered

Json = dict[str, Any]


class Stopped(BaseException):
    """The relay is killed here."""


@dataclass
class Steps:
    """The calls to all homeservers together; the relay is killed at `stop_at`: `after` the call was
    heard, or before."""

    stop_at: int | None = None
    after: bool = False
    done: int = 0


@dataclass
class FakeRoom:
    events: list[Json] = field(default_factory=list)
    members: dict[str, Json] = field(default_factory=dict)
    """The last membership event of each."""
    is_closed: bool = False
    """Nobody comes in, and the relay may invite nobody."""
    speaks: frozenset[str] | None = None
    """Who may say something; None for everybody."""

    def is_in(self, user: str) -> bool:
        event = self.members.get(user)
        return event is not None and bool(event["content"]["membership"] == "join")


@dataclass
class FakeServer(Homeserver):
    """`new` is what it has yet to bring to the relay."""

    name: str
    steps: Steps
    rooms: dict[str, FakeRoom] = field(default_factory=dict)
    new: list[Json] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    away: bool = False
    poison: str | None = None
    """What it stumbles over, each time."""
    _heard: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    def forgets(self) -> None:
        self._heard.clear()

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Json:
        if self.away:
            raise Unanswered(path, None)
        if body and self.poison is not None and body.get("body") == self.poison:
            raise Unanswered(path, 500)
        self.steps.done += 1
        stops = self.steps.stop_at == self.steps.done
        if stops and not self.steps.after:
            raise Stopped
        who = user or f"@plein-relay:{self.name}"
        answer = self._answer(method, [unquote(one) for one in path.split("/")][2:], body, who)
        if stops:
            raise Stopped
        return answer

    def _answer(self, method: str, path: list[str], body: Json | None, user: str) -> Json:
        body = body or {}
        match method, path:
            case "POST", ["register"]:
                if body["username"] in self.accounts:
                    raise HomeserverError(400, "M_USER_IN_USE", "")
                self.accounts.add(body["username"])
                return {}
            case "PUT", ["profile", _, _]:
                return {}
            case "POST", ["join", room]:
                if self._membership(room, user) == "ban" or self.rooms[room].is_closed:
                    raise HomeserverError(403, "M_FORBIDDEN", "")
                self.moves(room, user, "join")
                return {}
            case _, ["rooms", room, *rest]:
                return self._in_room(room, method, rest, body, user)
            case _:
                raise AssertionError(f"{method} {path}")

    def _in_room(self, room: str, method: str, path: list[str], body: Json, user: str) -> Json:
        here = self.rooms[room]
        match method, path:
            case "POST", ["invite"] if here.is_closed:
                raise HomeserverError(403, "M_FORBIDDEN", "")
            case "POST", ["leave"]:
                self.moves(room, user, "leave")
                return {}
            case "GET", ["state", "m.room.member", who] if who in here.members:
                event = here.members[who]
                return {**event, **event["content"]}
            case "GET", ["joined_members"]:
                names = {
                    one: {"display_name": event["content"].get("displayname")}
                    for one, event in here.members.items()
                    if here.is_in(one)
                }
                return {"joined": names}
            case "PUT", ["send", _, _] | ["redact", _, _] if not here.is_in(user) or (
                here.speaks is not None and user not in here.speaks
            ):
                raise HomeserverError(403, "M_FORBIDDEN", "")
            case "PUT", ["send" | "redact" as how, what, transaction]:
                if transaction not in self._heard:
                    more = {"redacts": what} if how == "redact" else {}
                    kind = "m.room.redaction" if how == "redact" else what
                    self._heard[transaction] = self.says(room, user, body, kind, **more)
                return {"event_id": self._heard[transaction]}
            case "GET", ["messages"]:
                return {"chunk": list(reversed(here.events))}
            case _:
                raise HomeserverError(404, "M_NOT_FOUND", "/".join(path))

    def _membership(self, room: str, user: str) -> str:
        event = self.rooms[room].members.get(user)
        return str(event["content"]["membership"]) if event else "leave"

    def moves(self, room: str, user: str, membership: str, by: str = "") -> None:
        before = self.rooms[room].members.get(user)
        content = {"membership": membership, "displayname": user[1:4].capitalize()}
        event = self._event(room, by or user, content, "m.room.member", state_key=user)
        if before is not None:
            event["unsigned"] = {"prev_content": before["content"]}
        self.rooms[room].members[user] = event
        self.new.append(event)

    def says(
        self, room: str, user: str, content: Json, kind: str = "m.room.message", **more: Any
    ) -> str:
        event = self._event(room, user, json.loads(json.dumps(content)), kind, **more)
        self.rooms[room].events.append(event)
        self.new.append(event)
        return str(event["event_id"])

    def _event(self, room: str, user: str, content: Json, kind: str, **more: Any) -> Json:
        self._events += 1
        return {
            "type": kind,
            "event_id": f"${self._events}-{self.name}",
            "room_id": room,
            "sender": user,
            "content": content,
            "origin_server_ts": 1_700_000_000_000 + self._events,
            **more,
        }
