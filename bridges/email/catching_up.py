"""What did the homeserver not bring? How that is found is in `bridges.common.looking_back`."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bridges.common.homeserver import Homeserver, HomeserverError, Json, Unanswered, safe
from bridges.email.store import events, reached
from bridges.email.store.database import Store

_ASKED = 3
"""Ghosts that are asked what a room says, where those before are not in it any more."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The rooms that ghosts are in. The bridge is in none itself, so they ask."""

    store: Store
    homeserver: Homeserver
    name: str = "The homeserver"

    async def rooms(self, among: Collection[str] | None = None) -> dict[str, float]:
        async with self.store.session() as session:
            return await reached.rooms(session, among)

    async def newest(self, room: str) -> str | None:
        async with self.store.session() as session:
            known = await reached.newest(session, room)
        if known is not None:
            return known
        # What was said before the bridge looked back at all was mailed then.
        path = f"client/v3/rooms/{safe(room)}/messages"
        page = await self.ask(room, path, {"dir": "b", "limit": "1"})
        for event in page.get("chunk", []):
            async with self.store.session() as session:
                await events.begin_at(session, room, event)
            return str(event["event_id"])
        return None

    async def ask(self, room: str, path: str, query: Mapping[str, str]) -> Json:
        async with self.store.session() as session:
            ghosts = await reached.readers(session, room, _ASKED)
        refused = HomeserverError(403, "M_FORBIDDEN", "no ghost is there")
        for ghost in ghosts:
            try:
                return await self.homeserver.call("GET", path, user=ghost, query=query, tries=1)
            except HomeserverError as error:
                refused = error
        raise refused

    async def keep(self, transaction: str, came: list[Json]) -> None:
        async with self.store.session() as session:
            await events.keep(session, transaction, came, time.time())

    async def catch_up(self, room: str, missed: list[Json]) -> None:
        async with self.store.session() as session:
            await events.catch_up(session, room, missed, time.time())

    async def answers(self) -> bool:
        try:
            await self.homeserver.call("GET", "client/versions", tries=1)
        except Unanswered:
            return False
        except HomeserverError:
            pass
        return True
