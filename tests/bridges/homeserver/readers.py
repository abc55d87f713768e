"""What stands in a room, by plain HTTP and as somebody in it."""

import asyncio
import hashlib
import re
from typing import Any

import aiohttp
from yarl import URL

from tests.bridges.homeserver.readings import Reading
from tests.synapse.people import Person
from tests.synapse.strangers import Json, safe

_FILE = re.compile(r"^mxc://([^/]+)/([\w-]+)$")

Away = (aiohttp.ClientError, TimeoutError, ValueError)
"""How it looks when a homeserver is not there now."""


class Reader:
    """Somebody who reads one room, and remembers the bytes of its files by their hash."""

    def __init__(self, person: Person, room: str, label: str) -> None:
        self.person = person
        self.room = room
        self.label = label
        self._files: dict[str, str] = {}
        self._since: str | None = None

    @property
    def server(self) -> str:
        return self.person.user_id.partition(":")[2]

    async def events(self) -> list[Json]:
        """All that is in the timeline, from the first on."""
        path = f"rooms/{safe(self.room)}/messages"
        found: list[Json] = []
        since: list[tuple[str, str]] = []
        while True:
            page = await self.person.call(
                "GET", path, query=[("dir", "f"), ("limit", "500"), *since]
            )
            found += page["chunk"]
            if "end" not in page:
                return found
            since = [("from", page["end"])]

    async def reading(self) -> Reading:
        events = await self.events()
        answer: Any = await self.person.call("GET", f"rooms/{safe(self.room)}/state")
        state = {(one["type"], one["state_key"]): one["content"] for one in answer}
        for event in events:
            for address in addresses(event["content"]):
                if address not in self._files:
                    self._files[address] = await self._hash(address)
        return Reading(self.server, self.room, self.label, tuple(events), state, dict(self._files))

    async def hears(self, within: float) -> None:
        """Wait for something new, `within` seconds at most; the first time there is something."""
        query = [("timeout", str(round(within * 1000)))]
        query += [("since", self._since)] if self._since else []
        self._since = (await self.person.call("GET", "sync", query=query))["next_batch"]

    async def patiently(self) -> Reading:
        """As `reading`, also while the homeserver is being killed."""
        while True:
            try:
                return await self.reading()
            except Away:
                await asyncio.sleep(0.1)

    async def _hash(self, address: str) -> str:
        found = _FILE.match(address)
        assert found, address
        path = f"/_matrix/client/v1/media/download/{safe(found[1])}/{safe(found[2])}"
        url = URL(self.person.url + path, encoded=True)
        headers = {"Authorization": f"Bearer {self.person.token}"}
        async with self.person.http.get(url, headers=headers) as response:
            data = await response.read()
            if response.status >= 500:
                raise TimeoutError
            kind = response.headers.get("Content-Type", "").partition(";")[0]
            return f"{response.status} {kind} {hashlib.sha256(data).hexdigest()}"


def addresses(value: Any) -> list[str]:
    """Every address of a file in a content, wherever it stands."""
    if isinstance(value, dict):
        return [one for part in value.values() for one in addresses(part)]
    if isinstance(value, list):
        return [one for part in value for one in addresses(part)]
    return [value] if isinstance(value, str) and _FILE.match(value) else []
