"""Two homeservers in memory with plein-relay's desk between them, for what staff can do."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sqlalchemy import update

from bridges.common.homeserver import HomeserverError, Unanswered
from bridges.homeserver.attending import Attend, concerns
from bridges.homeserver.config import SideSettings
from bridges.homeserver.desk.answering import Desk
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import crossings, events, links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import Link, LinkState
from bridges.homeserver.store.tables import EventRow, NoticeRow
from bridges.homeserver.telling import Telling

Json = dict[str, Any]


@dataclass
class Room:
    state: dict[tuple[str, str], Json] = field(default_factory=dict)
    left: dict[str, dict[tuple[str, str], Json]] = field(default_factory=dict)
    """The state when somebody went, which is what they read for ever."""
    said: list[Json] = field(default_factory=list)


@dataclass
class Memory:
    """A homeserver. It answers what the desk asks, and tells the relay what happens."""

    name: str
    rooms: dict[str, Room] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    uploaded: list[bytes] = field(default_factory=list)
    away: bool = False
    _numbers: Any = field(default_factory=itertools.count)
    _known: dict[str, str] = field(default_factory=dict)
    news: list[Json] = field(default_factory=list)

    @property
    def bot(self) -> str:
        return f"@plein-relay:{self.name}"

    def user(self, name: str) -> str:
        return f"@{name}:{self.name}"

    def room(self, name: str, owner: str, *others: str, **state: Json) -> str:
        """A room of today, that nobody but its staff may change."""
        room_id = f"!{name.replace(' ', '-')}-{self.name}"
        self.rooms[room_id] = Room()
        self.puts(room_id, owner, "m.room.create", {"room_version": "12"})
        for user in (owner, *others):
            self.puts(room_id, user, "m.room.member", {"membership": "join"}, user)
        self.puts(room_id, owner, "m.room.power_levels", {"users": {}, "invite": 50})
        self.puts(room_id, owner, "m.room.join_rules", {"join_rule": "invite"})
        self.puts(room_id, owner, "m.room.name", {"name": name})
        for kind, content in state.items():
            self.puts(room_id, owner, f"m.room.{kind}", content)
        return room_id

    def puts(self, room: str, sender: str, kind: str, content: Json, key: str = "") -> Json:
        here = self.rooms[room]
        before = here.state.get((kind, key))
        event = self._event(room, sender, kind, content) | {"state_key": key}
        if before:
            event["unsigned"] = {"prev_content": before["content"]}
        here.state[kind, key] = event
        if kind == "m.room.member" and content["membership"] in ("leave", "ban"):
            here.left.setdefault(key, dict(here.state))
        elif kind == "m.room.member":
            here.left.pop(key, None)
        self._tells(room, event)
        return event

    def says(self, room: str, sender: str, body: str, **content: Any) -> Json:
        whole = {"msgtype": "m.text", "body": body} | content
        event = self._event(room, sender, "m.room.message", whole)
        self.rooms[room].said.append(event)
        self._tells(room, event)
        return event

    def moves(self, room: str, user: str, to: str, by: str = "", **content: Any) -> Json:
        return self.puts(room, by or user, "m.room.member", {"membership": to} | content, user)

    def chat(self, person: str) -> str:
        room = self.room(f"chat {person[1:5]}", person)
        self.moves(room, self.bot, "invite", person, is_direct=True)
        return room

    def forgets(self) -> None:
        """Which transactions it had, as after a day."""
        self._known.clear()

    def _event(self, room: str, sender: str, kind: str, content: Json) -> Json:
        return {
            "event_id": f"${next(self._numbers)}-{self.name}",
            "room_id": room,
            "sender": sender,
            "type": kind,
            "content": content,
        }

    def _tells(self, room: str, event: Json) -> None:
        bot = self.rooms[room].state.get(("m.room.member", self.bot))
        if bot and (bot["content"]["membership"] in ("join", "invite") or event == bot):
            self.news.append(event)

    # What follows is what `Homeserver.call` asks of it.

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        mime: str = "",
        tries: int | None = None,
    ) -> Json:
        if self.away:
            raise Unanswered("away", 503)
        who = user or self.bot
        match [unquote(part) for part in path.split("/")]:
            case ["client", "v3", "directory", "room", alias]:
                if alias not in self.aliases:
                    raise HomeserverError(404, "M_NOT_FOUND", alias)
                return {"room_id": self.aliases[alias]}
            case ["client", "v3", "join", room]:
                return self._join(self.aliases.get(room, room), who)
            case ["media", "v3", "upload"]:
                self.uploaded.append(data or b"")
                return {"content_uri": f"mxc://{self.name}/{len(self.uploaded)}"}
            case ["client", "v3", "createRoom"]:
                return self._create(body or {}, who)
            case ["client", "v3", "joined_rooms"]:
                return {"joined_rooms": [one for one in self.rooms if self._is_in(one, who)]}
            case ["client", "v3", "rooms", room, *rest]:
                return self._in_room(method, room, rest, body or {}, who, dict(query or {}))
            case _:
                raise AssertionError(path)

    def _in_room(
        self, method: str, room: str, rest: list[str], body: Json, who: str, query: Json
    ) -> Json:
        left = self.rooms[room].left.get(who) if room in self.rooms else None
        if not self._is_in(room, who) and not (
            (left and rest[0] == "state" and method == "GET") or rest == ["leave"]
        ):
            raise HomeserverError(403, "M_FORBIDDEN", room)
        here = self.rooms[room]
        match method, rest:
            case "GET", ["state", kind, *key]:
                event = (left or here.state).get((kind, key[0] if key else ""))
                if event is None:
                    raise HomeserverError(404, "M_NOT_FOUND", kind)
                return event if query.get("format") == "event" else event["content"]
            case "GET", ["joined_members"]:
                return {"joined": {one: {} for one in self._members(room)}}
            case "GET", ["messages"]:
                return {"chunk": here.said[::-1]}
            case "PUT", ["state", "nl.plein.relay", key]:
                levels = here.state["m.room.power_levels", ""]["content"]
                if levels["users"].get(who, 0) < 50:
                    raise HomeserverError(403, "M_FORBIDDEN", "power")
                return self.puts(room, who, "nl.plein.relay", body, key)
            case "PUT", ["send", "m.room.message", transaction]:
                if transaction not in self._known:
                    self._known[transaction] = self.says(room, who, **body)["event_id"]
                return {"event_id": self._known[transaction]}
            case "POST", ["leave"]:
                return self.moves(room, who, "leave")
            case _:
                raise AssertionError((method, rest))

    def _members(self, room: str) -> list[str]:
        return [
            key
            for (kind, key), event in self.rooms[room].state.items()
            if kind == "m.room.member" and event["content"]["membership"] == "join"
        ]

    def _is_in(self, room: str, user: str) -> bool:
        return room in self.rooms and user in self._members(room)

    def _join(self, room: str, who: str) -> Json:
        if room not in self.rooms:
            raise HomeserverError(404, "M_NOT_FOUND", room)
        state = self.rooms[room].state
        mine = state.get(("m.room.member", who), {"content": {"membership": "leave"}})
        is_public = state["m.room.join_rules", ""]["content"]["join_rule"] == "public"
        if mine["content"]["membership"] not in ("invite", "join") and not is_public:
            raise HomeserverError(403, "M_FORBIDDEN", room)
        self.moves(room, who, "join")
        return {"room_id": room}

    def _create(self, body: Json, who: str) -> Json:
        room = self.room(f"made {next(self._numbers)}", who)
        self.rooms[room].state["m.room.create", ""]["content"] |= body["creation_content"]
        for person in body["invite"]:
            self.moves(room, person, "invite", who)
        return {"room_id": room}


@dataclass
class Desks:
    """Zaanstad and Purmerend, and what the relay does between them."""

    store: Store
    zaanstad: Memory
    purmerend: Memory
    attend: Attend
    telling: Telling

    async def settle(self) -> None:
        """Let the relay do all there is to do."""
        while True:
            for side, memory in (("zaanstad", self.zaanstad), ("purmerend", self.purmerend)):
                while memory.news and not memory.away:
                    event = memory.news.pop(0)
                    await self.hears(side, event)
            todo = [(self.attend.attend, lane) for lane in await self.attend.rooms()]
            todo += [(self.telling.tell, lane) for lane in await self.telling.lanes()]
            if not todo:
                return
            for do, lane in todo:
                await do(lane)

    async def comes_back(self, memory: Memory) -> None:
        """A homeserver answers again, and nobody waits until that would be tried."""
        memory.away = False
        for side in self.attend.sides.values():
            side.away.answered()
        async with self.store.session() as session:
            await session.execute(update(NoticeRow).values(due=0.0))
            await session.execute(update(EventRow).values(due=0.0))
        await self.settle()

    async def hears(self, side: str, event: Json) -> None:
        def what(one: Json) -> events.Concerns:
            return concerns(self.attend.sides[side], one)

        transaction = f"{event['event_id']}"
        async with self.store.session() as session:
            await events.keep(session, side, transaction, [event], 0.0, what)

    async def asks(self, memory: Memory, room: str, person: str, text: str) -> str:
        """Type something; all that the relay then says in that room."""
        before = len(memory.rooms[room].said)
        memory.says(room, person, text)
        await self.settle()
        return "\n".join(one["content"]["body"] for one in memory.rooms[room].said[before + 1 :])

    async def link(self, number: int = 1) -> Link:
        async with self.store.session() as session:
            found = await links.get(session, number)
        assert found
        return found

    async def waiting(self) -> list[str]:
        async with self.store.session() as session:
            return await crossings.lanes(session, 0.0, ())


@asynccontextmanager
async def desks(url: str, language: str = "en") -> AsyncIterator[Desks]:
    store = await Store.open(url)
    zaanstad, purmerend = Memory("zaanstad.example"), Memory("purmerend.example")
    sides = Sides()
    for name, memory in (("zaanstad", zaanstad), ("purmerend", purmerend)):
        settings = SideSettings.model_validate(
            {
                "url": f"http://{memory.name}",
                "server_name": memory.name,
                "label": f"gemeente {name.capitalize()}",
                "language": language,
            }
        )
        sides[name] = Side.of(name, settings, memory)  # type: ignore[arg-type]
    attend = Attend(store, sides, Desk.of(store, sides, b"secret"))
    try:
        yield Desks(store, zaanstad, purmerend, attend, Telling(store, sides))
    finally:
        await store.close()


async def rooms(desk: Desks) -> tuple[str, str]:
    """Sanne's room in Zaanstad and Piet's in Purmerend; the relay was invited to both."""
    z, p = desk.zaanstad, desk.purmerend
    here = z.room("Jeugd", z.user("sanne"), z.user("joost"))
    there = p.room("Wijkteam", p.user("piet"), p.user("wim"))
    z.moves(here, z.bot, "invite", z.user("sanne"))
    p.moves(there, p.bot, "invite", p.user("piet"))
    await desk.settle()
    return here, there


async def linked(desk: Desks) -> tuple[str, str]:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    await desk.asks(z, here, z.user("sanne"), f"!relay offer purmerend {there}")
    await desk.asks(p, there, p.user("piet"), "!koppeling aannemen 1")
    await desk.asks(p, there, p.user("piet"), "!relay yes")
    assert (await desk.link()).state is LinkState.ACTIVE
    return here, there


def last(memory: Memory, room: str) -> str:
    said = [one for one in memory.rooms[room].said if one["sender"] == memory.bot]
    return str(said[-1]["content"]["body"]) if said else ""


def state_of(memory: Memory, room: str, number: int = 1) -> Json | None:
    event = memory.rooms[room].state.get(("nl.plein.relay", f"{number} {memory.bot}"))
    return json.loads(json.dumps(event["content"])) if event else None
