"""What people on the square do themselves, with their own tokens, as any client would."""

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from plein_bot.demo.accounts import Keyring
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.polls import RESPONSES, STARTS

# The names that clients still send.
_POLL, _VOTE = STARTS[1], RESPONSES[1]


@dataclass(frozen=True, slots=True)
class Client:
    user: UserId
    url: str
    token: str
    http: aiohttp.ClientSession

    async def join(self, room: RoomId) -> None:
        """Doing it again changes nothing."""
        await self._call("POST", f"client/v3/join/{quote(room, safe='')}", json={})

    async def say(
        self, room: RoomId, text: str, transaction: str, thread: EventId | None = None
    ) -> EventId:
        """The same transaction again is the same message, for a day."""
        body: dict[str, Any] = {"msgtype": "m.text", "body": text}
        if thread:
            body["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread}
        return await self._send(room, body, transaction)

    async def ask(
        self,
        room: RoomId,
        question: str,
        answers: Iterable[str],
        transaction: str,
        thread: EventId,
    ) -> EventId:
        """Hold a poll as clients do (MSC3381); everybody may see how it stands."""
        poll = {
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "question": {"org.matrix.msc1767.text": question},
            "answers": [{"id": one, "org.matrix.msc1767.text": one} for one in answers],
        }
        body = {
            _POLL: poll,
            "org.matrix.msc1767.text": question,
            "m.relates_to": {"rel_type": "m.thread", "event_id": thread},
        }
        return await self._send(room, body, transaction, _POLL)

    async def vote(self, room: RoomId, poll: EventId, answer: str, transaction: str) -> EventId:
        body = {
            _VOTE: {"answers": [answer]},
            "m.relates_to": {"rel_type": "m.reference", "event_id": poll},
        }
        return await self._send(room, body, transaction, _VOTE)

    async def share(self, room: RoomId, file: Path, transaction: str) -> EventId:
        data = await asyncio.to_thread(file.read_bytes)
        mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        name = quote(file.name, safe="")
        stored = await self._call(
            "POST", f"media/v3/upload?filename={name}", data=data, headers={"Content-Type": mime}
        )
        info = {"mimetype": mime, "size": len(data)}
        body = {"msgtype": "m.file", "body": file.name, "url": stored["content_uri"], "info": info}
        return await self._send(room, body, transaction)

    async def _send(
        self, room: RoomId, body: dict[str, Any], transaction: str, kind: str = "m.room.message"
    ) -> EventId:
        where = f"rooms/{quote(room, safe='')}/send/{kind}/{quote(transaction, safe='')}"
        return EventId((await self._call("PUT", f"client/v3/{where}", json=body))["event_id"])

    async def _call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        where = URL(f"{self.url}/_matrix/{path}", encoded=True)
        allowed = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        async with self.http.request(method, where, headers=allowed, **body) as response:
            if not response.ok:
                raise RuntimeError(f"{self.user}: {method} {path}: {await response.text()}")
            answer: dict[str, Any] = await response.json()
            return answer


@asynccontextmanager
async def of(keys: Keyring, url: str) -> AsyncIterator[dict[str, Client]]:
    """Everybody's client, by login."""
    async with aiohttp.ClientSession() as http:
        yield {
            login: Client(UserId(account.user_id), url, account.access_token, http)
            for login, account in keys.accounts.items()
        }
