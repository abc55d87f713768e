"""People on a homeserver: what they do, and what they look up."""

import asyncio
import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from tests.synapse.strangers import Json, safe
from tests.synapse.watchers import PATIENCE, Watcher, membership

State = dict[tuple[str, str], Json]

# The homeserver remembers transaction ids for a day, longer than a process lives.
_RUN = secrets.token_hex(4)
_TRANSACTIONS = itertools.count()


def transaction() -> str:
    return f"{_RUN}-{next(_TRANSACTIONS)}"


@dataclass(eq=False)
class Person(Watcher):
    """An account that acts, looks up and watches."""

    _chats: dict[str, str] = field(default_factory=dict)

    # Acting

    async def creates_room(self, *invited: str, **options: Any) -> str:
        answer = await self.call("POST", "createRoom", {"invite": list(invited), **options})
        room: str = answer["room_id"]
        return room

    async def sends(self, room: str, kind: str, content: Json) -> str:
        path = f"rooms/{safe(room)}/send/{kind}/{transaction()}"
        event: str = (await self.call("PUT", path, content))["event_id"]
        return event

    async def says(self, room: str, text: str, **content: Any) -> str:
        return await self.sends(
            room, "m.room.message", {"msgtype": "m.text", "body": text, **content}
        )

    async def replies(self, room: str, event: str, text: str) -> str:
        relation = {"m.in_reply_to": {"event_id": event}}
        return await self.says(room, text, **{"m.relates_to": relation})

    async def comments(self, room: str, root: str, text: str) -> str:
        """Say something in the thread that hangs under `root`."""
        return await self.says(
            room, text, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}}
        )

    async def reacts(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.sends(room, "m.reaction", {"m.relates_to": relation})

    async def edits(self, room: str, event: str, text: str) -> str:
        return await self.says(
            room,
            f"* {text}",
            **{
                "m.new_content": {"msgtype": "m.text", "body": text},
                "m.relates_to": {"rel_type": "m.replace", "event_id": event},
            },
        )

    async def redacts(self, room: str, event: str, reason: str = "") -> str:
        path = f"rooms/{safe(room)}/redact/{safe(event)}/{transaction()}"
        answer = await self.call("PUT", path, {"reason": reason} if reason else {})
        redaction: str = answer["event_id"]
        return redaction

    async def uploads(self, data: bytes, name: str, mimetype: str) -> str:
        headers = self._headers | {"Content-Type": mimetype}
        url = URL(f"{self.url}/_matrix/media/v3/upload").update_query(filename=name)
        async with self.http.post(url, data=data, headers=headers) as response:
            answer: Json = await response.json()
            assert response.ok, answer
            uri: str = answer["content_uri"]
            return uri

    async def sends_file(self, room: str, name: str, data: bytes, mimetype: str) -> str:
        return await self.says(
            room,
            name,
            msgtype="m.file",
            url=await self.uploads(data, name, mimetype),
            info={"mimetype": mimetype, "size": len(data)},
        )

    async def sets(self, room: str, kind: str, content: Json, key: str = "") -> str:
        answer = await self.call(
            "PUT", f"rooms/{safe(room)}/state/{safe(kind)}/{safe(key)}", content
        )
        event: str = answer["event_id"]
        return event

    async def joins(self, room: str, via: tuple[str, ...] = ()) -> str:
        """Over federation an invitation may be seen before the server that sent it knows of it."""
        for pause in (0.1, 0.2, 0.4, 0.8, 1.6, None):
            status, answer = await self.tries(
                "POST", f"join/{safe(room)}", {}, [("via", v) for v in via]
            )
            if pause is None or "not invited" not in answer.get("error", ""):
                break
            await asyncio.sleep(pause)
        assert status < 400, f"{self.user_id} joins {room}: {status} {answer}"
        joined: str = answer["room_id"]
        return joined

    async def knocks(self, room: str, reason: str = "", via: tuple[str, ...] = ()) -> str:
        body = {"reason": reason} if reason else {}
        answer = await self.call("POST", f"knock/{safe(room)}", body, [("via", v) for v in via])
        knocked: str = answer["room_id"]
        return knocked

    async def leaves(self, room: str) -> None:
        await self.call("POST", f"rooms/{safe(room)}/leave", {})

    async def removes(self, room: str, user: str, reason: str = "") -> None:
        await self._moves(room, "kick", user, reason)

    async def bans(self, room: str, user: str, reason: str = "") -> None:
        await self._moves(room, "ban", user, reason)

    async def unbans(self, room: str, user: str) -> None:
        await self._moves(room, "unban", user)

    async def _moves(self, room: str, verb: str, user: str, reason: str = "") -> None:
        body = {"user_id": user} | ({"reason": reason} if reason else {})
        await self.call("POST", f"rooms/{safe(room)}/{verb}", body)

    async def invites(self, room: str, user: str) -> None:
        await self.call("POST", f"rooms/{safe(room)}/invite", {"user_id": user})

    async def takes_name(self, name: str) -> None:
        await self.call("PUT", f"profile/{safe(self.user_id)}/displayname", {"displayname": name})

    # Asking the bot

    async def chat_with(self, other: str) -> str:
        """The direct chat with somebody, opened and joined by both on first use."""
        if other not in self._chats:
            room = await self._opens_chat(other)
            await self.sees(membership(room, other, "join"))
            self._chats[other] = room
        return self._chats[other]

    async def asks(self, bot: str, text: str, within: float = PATIENCE) -> Json:
        """Say something in the direct chat; the content of the notice that replies to it."""
        room = await self.chat_with(bot)
        asked = await self.says(room, text)
        content: Json = (await self.is_answered(asked, bot, within))["content"]
        return content

    async def is_answered(self, asked: str, bot: str, within: float = PATIENCE) -> Json:
        """The first notice of the bot's that replies to an event, in whatever room."""

        def answers(_: str, event: Json) -> bool:
            relation = event["content"].get("m.relates_to") or {}
            return (
                event["sender"] == bot
                and event["content"].get("msgtype") == "m.notice"
                and (relation.get("m.in_reply_to") or {}).get("event_id") == asked
            )

        return await self.sees(answers, within)

    async def _opens_chat(self, other: str) -> str:
        # As Element makes one, but never encrypted: the private presets are, where the homeserver
        # encrypts by default.
        return await self.creates_room(
            other,
            is_direct=True,
            preset="public_chat",
            creation_content={"additional_creators": [other]},
            initial_state=[
                {"type": kind, "state_key": "", "content": content}
                for kind, content in (
                    ("m.room.join_rules", {"join_rule": "invite"}),
                    ("m.room.history_visibility", {"history_visibility": "shared"}),
                    ("m.room.guest_access", {"guest_access": "can_join"}),
                )
            ],
        )

    # Looking up

    async def invitations(self) -> dict[str, str]:
        """The rooms that this person is invited to now, by name."""
        sync = await self.call("GET", "sync", query=[("timeout", "0")])
        found = {}
        for room, section in sync.get("rooms", {}).get("invite", {}).items():
            for event in section["invite_state"]["events"]:
                if event["type"] == "m.room.name":
                    found[event["content"]["name"]] = room
        return found

    async def state(self, room: str) -> State:
        events: Any = await self.call("GET", f"rooms/{safe(room)}/state")
        return {(event["type"], event["state_key"]): event["content"] for event in events}

    async def members(self, room: str) -> dict[str, str]:
        """Everybody who ever had a membership in the room, and which they have now."""
        answer = await self.call("GET", f"rooms/{safe(room)}/members")
        return {event["state_key"]: event["content"]["membership"] for event in answer["chunk"]}

    async def hierarchy(self, space: str, via: tuple[str, ...] = ()) -> list[Json]:
        path = f"/_matrix/client/v1/rooms/{safe(space)}/hierarchy"
        return await self._paged(path, "rooms", [("org.matrix.msc4235.via", v) for v in via])

    async def display_name(self, user: str) -> str | None:
        status, answer = await self.tries("GET", f"profile/{safe(user)}/displayname")
        return answer.get("displayname") if status == 200 else None

    async def may_read(self, room: str, event: str) -> bool:
        """Whether the homeserver gives this person this event, now."""
        status, _ = await self.tries("GET", f"rooms/{safe(room)}/event/{safe(event)}")
        return status == 200
