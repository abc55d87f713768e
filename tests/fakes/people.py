"""People on the homeserver in memory. They do what people on a real one do, by the same names."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from plein_bot.domain.ids import EventId, RoomId, UserId
from tests.fakes.homeserver import FakeHomeserver
from tests.fakes.rooms import Json


@dataclass
class Person:
    homeserver: FakeHomeserver
    user_id: UserId
    chat: RoomId = field(default=RoomId(""))

    async def joins(self, room: str) -> None:
        self.homeserver.join(RoomId(room), self.user_id)
        await self.homeserver.settled()

    async def knocks(self, room: str, reason: str = "") -> None:
        self.homeserver.knock(RoomId(room), self.user_id, reason)
        await self.homeserver.settled()

    async def leaves(self, room: str) -> None:
        self.homeserver.remove(RoomId(room), self.user_id, self.user_id)
        await self.homeserver.settled()

    async def removes(self, room: str, user: str) -> None:
        self.homeserver.remove(RoomId(room), self.user_id, UserId(user))
        await self.homeserver.settled()

    async def bans(self, room: str, user: str, reason: str = "") -> None:
        self.homeserver.ban(RoomId(room), self.user_id, UserId(user), reason)
        await self.homeserver.settled()

    async def unbans(self, room: str, user: str) -> None:
        self.homeserver.unban(RoomId(room), self.user_id, UserId(user))
        await self.homeserver.settled()

    async def invites(self, room: str, user: str) -> None:
        self.homeserver.invite(RoomId(room), self.user_id, UserId(user))
        await self.homeserver.settled()

    async def sets(self, room: str, kind: str, content: Json, key: str = "") -> None:
        self.homeserver.room(RoomId(room)).puts(self.user_id, kind, content, key)
        await self.homeserver.settled()

    async def sends(self, room: str, kind: str, content: Json) -> EventId:
        raw = self.homeserver.room(RoomId(room)).sends(self.user_id, kind, content)
        await self.homeserver.settled()
        return EventId(raw["event_id"])

    async def seals(self, room: str, text: str, **content: Any) -> EventId:
        """Say something encrypted."""
        whole = {"msgtype": "m.text", "body": text, **content}
        session = f"{self.user_id} {room}"
        sealed = self.homeserver.seals.seal(session, "m.room.message", whole)
        return await self.sends(room, "m.room.encrypted", sealed)

    async def gives_key(self, room: str) -> None:
        """Plein can read what this person sealed in a room: what was, and what will be."""
        self.homeserver.seals.keys.add(f"{self.user_id} {room}")
        await self.homeserver.settled(keyed=frozenset([RoomId(room)]))

    async def uploads(self, data: bytes, name: str, mimetype: str) -> str:
        return self.homeserver.media.keep(data)

    async def sends_file(self, room: str, name: str, data: bytes, mimetype: str) -> EventId:
        info = {"mimetype": mimetype, "size": len(data)}
        url = await self.uploads(data, name, mimetype)
        content = {"msgtype": "m.file", "body": name, "url": url, "info": info}
        return await self.sends(room, "m.room.message", content)

    async def says(self, room: str, text: str, **content: Any) -> EventId:
        return await self.sends(
            room, "m.room.message", {"msgtype": "m.text", "body": text, **content}
        )

    async def replies(self, room: str, event: str, text: str) -> EventId:
        relation = {"m.in_reply_to": {"event_id": event}}
        return await self.says(room, text, **{"m.relates_to": relation})

    async def edits(self, room: str, event: str, text: str) -> EventId:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self.says(
            room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation}
        )

    async def redacts(self, room: str, event: str) -> None:
        here = self.homeserver.room(RoomId(room))
        here.redacts(self.user_id, EventId(event), EventId(f"$gone-{event[1:]}"))
        await self.homeserver.settled()

    async def comments(self, room: str, root: str, text: str) -> EventId:
        relation = {"rel_type": "m.thread", "event_id": root}
        return await self.says(room, text, **{"m.relates_to": relation})

    async def reacts(self, room: str, event: str, key: str) -> EventId:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.sends(room, "m.reaction", {"m.relates_to": relation})

    async def creates_room(self, *invited: str, **options: Any) -> RoomId:
        room_id = RoomId(f"!{len(self.homeserver.rooms)}-of-{self.user_id[1:]}")
        self.homeserver.create(room_id, self.user_id, {"invite": list(invited), **options})
        await self.homeserver.settled()
        return room_id

    async def opens_chat(self, *, encrypted: bool = False) -> RoomId:
        """A direct chat with the bot, which has yet to come in."""
        state: list[Json] = [{"type": "m.room.join_rules", "content": {"join_rule": "invite"}}]
        if encrypted:
            state.append({"type": "m.room.encryption", "content": {"algorithm": "fake"}})
        bot = self.homeserver.plein.bot
        self.chat = await self.creates_room(
            bot, initial_state=state, creation_content={"additional_creators": [bot]}
        )
        return self.chat

    async def hears(self, room: str, wanted: Callable[[Json], bool]) -> Json:
        """The first event in a room that is as wanted, once there is one."""
        here = self.homeserver.room(RoomId(room))
        async with asyncio.timeout(60):
            while True:
                if found := next((raw for raw in here.timeline if wanted(raw)), None):
                    return found
                await self.homeserver.something_happens()

    async def is_answered(self, room: str, asked: str) -> Json:
        """The first notice that replies to an event."""

        def answers(raw: Json) -> bool:
            relation = raw["content"].get("m.relates_to") or {}
            reply = relation.get("m.in_reply_to") or {}
            return raw["sender"] == self.homeserver.plein.bot and reply.get("event_id") == asked

        return await self.hears(room, answers)

    async def asks(self, text: str) -> str:
        """Say something in the direct chat; the plain text of the answer."""
        if not self.chat:
            await self.opens_chat()
            await self.hears(self.chat, lambda raw: raw.get("state_key") == self._bot_joined(raw))
        asked = await self.says(self.chat, text)
        return str((await self.is_answered(self.chat, asked))["content"]["body"])

    def _bot_joined(self, raw: Json) -> str | None:
        joined = raw["content"].get("membership") == "join"
        return self.homeserver.plein.bot if joined else None
