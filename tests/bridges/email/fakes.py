"""A homeserver in memory, as a bridge sees it, that can be stopped at every step.

It forgets transaction ids whenever it is stopped, as Synapse does those of bridges.
"""

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bridges.common.homeserver import Homeserver, HomeserverError, Stream, Unanswered

Json = dict[str, Any]


class Stopped(BaseException):
    """The bridge is killed here."""


@dataclass
class Held:
    """A file as aiohttp gives it: a response whose content can be read."""

    data: bytes

    @property
    def content(self) -> "Held":
        return self

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        yield self.data


@dataclass
class FakeRoom:
    events: list[Json] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    state: dict[str, Json] = field(default_factory=dict)
    join_rule: str = "public"


@dataclass
class FakeHomeserver(Homeserver):
    """`stop_at` is the number of the call at which the bridge is killed: `after` it was heard, or
    before. `killed_at` is that at which the homeserver itself is, when it has heard: it is there
    again at the next try, and knows no transaction ids any more."""

    bot: str
    rooms: dict[str, FakeRoom] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    files: dict[str, bytes | None] = field(default_factory=dict)
    stop_at: int | None = None
    after: bool = False
    killed_at: int | None = None
    calls: int = 0
    _heard: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def room(self, name: str, group: str) -> FakeRoom:
        made = FakeRoom()
        subsite, _, _ = name.partition(".")
        for kind, content in (
            ("m.room.create", {}),
            ("nl.plein.group", {"slug": group}),
            ("m.room.name", {"name": group.capitalize()}),
            ("m.room.canonical_alias", {"alias": f"#{subsite}.{group}:plein.localhost"}),
        ):
            made.state[kind] = {"type": kind, "sender": self.bot, "content": content}
        self.rooms[f"!{name}"] = made
        self.aliases[f"#{name}:plein.localhost"] = f"!{name}"
        return made

    def starts_anew(self) -> None:
        self.stop_at, self.killed_at, self.calls = None, None, 0
        self._heard.clear()

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        data: bytes | Stream | None = None,
        mime: str = "",
        tries: int | None = None,
    ) -> Json:
        assert not isinstance(data, Stream), "a mail is in memory"
        self.calls += 1
        stops = self.stop_at == self.calls
        if stops and not self.after:
            raise Stopped
        parts = [unquote(one) for one in path.split("/")]
        asked = body if body is not None else dict(query or {})
        answer = self._answer(method, parts, asked, user, data)
        if stops:
            raise Stopped
        if self.killed_at == self.calls:
            self._heard.clear()
            if tries == 1:
                raise Unanswered(path, None)
            return self._answer(method, parts, asked, user, data)
        return answer

    @asynccontextmanager
    async def media(self, uri: str, user: str) -> AsyncIterator[Any]:
        if uri not in self.files:
            raise HomeserverError(404, "M_NOT_FOUND", uri)
        yield Held(self.files[uri] or b"")

    def _answer(
        self, method: str, path: list[str], body: Json | None, user: str | None, data: bytes | None
    ) -> Json:
        match method, path[2:]:
            case "POST", ["register"]:
                assert body
                if body["username"] in self.accounts:
                    raise HomeserverError(400, "M_USER_IN_USE", "")
                self.accounts.add(body["username"])
                return {}
            case "PUT", ["profile", _, "displayname"]:
                return {}
            case "GET", ["directory", "room", alias]:
                if alias not in self.aliases:
                    raise HomeserverError(404, "M_NOT_FOUND", "")
                return {"room_id": self.aliases[alias]}
            case "POST", ["join", room]:
                return self._join(self.rooms[room], str(user))
            case "POST", ["knock", room]:
                if self.rooms[room].join_rule != "knock":
                    raise HomeserverError(403, "M_FORBIDDEN", "")
                self.rooms[room].members[str(user)] = "knock"
                return {}
            case "POST", ["create"]:
                uri = f"mxc://plein.localhost/{next(self._numbers)}"
                self.files[uri] = None
                return {"content_uri": uri}
            case "PUT", ["upload", server, name]:
                uri = f"mxc://{server}/{name}"
                if self.files[uri] is not None:
                    raise HomeserverError(409, "M_CANNOT_OVERWRITE_MEDIA", "")
                self.files[uri] = data
                return {}
            case _, ["rooms", room, *rest]:
                return self._in_room(self.rooms[room], method, rest, body, str(user))
            case _:
                raise AssertionError(f"{method} {path}")

    def _join(self, room: FakeRoom, user: str) -> Json:
        if room.join_rule != "public" and room.members.get(user) not in {"join", "invite"}:
            raise HomeserverError(403, "M_FORBIDDEN", "")
        room.members[user] = "join"
        return {}

    def _in_room(
        self, room: FakeRoom, method: str, path: list[str], body: Json | None, user: str
    ) -> Json:
        match method, path:
            case "POST", ["leave"]:
                room.members[user] = "leave"
                return {}
            case "GET", ["state", "m.room.member", who]:
                return {"membership": room.members.get(who, "leave"), "displayname": "Annelies"}
            case _ if room.members.get(user) != "join":
                raise HomeserverError(403, "M_FORBIDDEN", "")
            case "GET", ["state", kind, ""]:
                if kind not in room.state:
                    raise HomeserverError(404, "M_NOT_FOUND", "")
                return room.state[kind]
            case "PUT", ["send", kind, transaction]:
                if transaction not in self._heard:
                    event = self.says(room, user, body or {}, kind)
                    self._heard[transaction] = event["event_id"]
                return {"event_id": self._heard[transaction]}
            case "GET", ["messages"]:
                senders = json.loads((body or {}).get("filter", "{}")).get("senders")
                found = [
                    one for one in reversed(room.events) if not senders or one["sender"] in senders
                ]
                return {"chunk": found[: int((body or {})["limit"])]}
            case "GET", ["event", event_id]:
                for event in room.events:
                    if event["event_id"] == event_id:
                        edits = _edits(room, event_id, event["sender"])
                        bundled = {"m.relations": {"m.replace": edits[0]}} if edits else {}
                        return event | {"unsigned": bundled}
                raise HomeserverError(404, "M_NOT_FOUND", event_id)
            case "GET", ["relations", event_id, "m.replace"]:
                return {"chunk": _edits(room, event_id)}
            case _:
                raise AssertionError(f"{method} {path}")

    def says(self, room: FakeRoom, user: str, content: Json, kind: str = "m.room.message") -> Json:
        event = {
            "type": kind,
            "event_id": f"${next(self._numbers)}",
            "room_id": next(name for name, one in self.rooms.items() if one is room),
            "sender": user,
            "content": content,
            "origin_server_ts": 1_800_000_000_000,
        }
        room.events.append(event)
        return event


def _edits(room: FakeRoom, event_id: str, sender: str | None = None) -> list[Json]:
    """The newest first; of its sender, as only those count, or of anybody."""
    return [
        event
        for event in reversed(room.events)
        if event["content"].get("m.relates_to", {}).get("rel_type") == "m.replace"
        and event["content"]["m.relates_to"]["event_id"] == event_id
        and sender in {None, event["sender"]}
    ]
