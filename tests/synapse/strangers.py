"""Whoever has no account, and the plain HTTP and JSON that everybody speaks here.

Not nio: what the bot's library misreads, people must not misread with it.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

Json = dict[str, Any]


def safe(part: str) -> str:
    """A room, event, user or alias as one part of a path."""
    return quote(part, safe="")


@dataclass(eq=False)
class Stranger:
    """Somebody without an account: sees what everybody on the internet sees."""

    http: aiohttp.ClientSession
    url: str

    @property
    def _headers(self) -> dict[str, str]:
        return {}

    async def tries(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: list[tuple[str, str]] | None = None,
    ) -> tuple[int, Json]:
        """Call and tell status and answer, whatever they are.

        `path` comes after `/_matrix/client/v3/`, unless it begins with a slash. What may hold a
        `#`, `/` or `?` is made `safe` by the caller.
        """
        absolute = path if path.startswith("/") else f"/_matrix/client/v3/{path}"
        url = URL(self.url + absolute, encoded=True).update_query(query or [])
        async with self.http.request(method, url, json=body, headers=self._headers) as response:
            return response.status, await response.json()

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: list[tuple[str, str]] | None = None,
    ) -> Json:
        status, answer = await self.tries(method, path, body, query)
        assert status < 400, f"{method} {path}: {status} {answer}"
        return answer

    async def resolves(self, alias: str) -> str | None:
        status, answer = await self.tries("GET", f"directory/room/{safe(alias)}")
        return answer["room_id"] if status == 200 else None

    async def summary(self, room: str, via: tuple[str, ...] = ()) -> Json | None:
        """What a room shows to those who are not in it; None where it shows nothing."""
        path = f"/_matrix/client/v1/room_summary/{safe(room)}"
        status, answer = await self.tries("GET", path, query=[("via", v) for v in via])
        assert status in {200, 404}, answer
        return answer if status == 200 else None

    async def directory(self, server: str | None = None) -> list[Json]:
        """What a homeserver lists: another than one's own is asked over federation."""
        return await self._paged("publicRooms", "chunk", [("server", server)] if server else [])

    async def _paged(
        self, path: str, key: str, query: list[tuple[str, str]] | None = None
    ) -> list[Json]:
        found: list[Json] = []
        more: list[tuple[str, str]] = []
        while True:
            answer = await self.call("GET", path, query=[*(query or []), *more])
            found += answer[key]
            if "next_batch" not in answer:
                return found
            parameter = "since" if path == "publicRooms" else "from"
            more = [(parameter, answer["next_batch"])]
