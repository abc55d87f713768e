"""What people report with the button of their client, from the admin API of Synapse.

https://element-hq.github.io/synapse/latest/admin_api/event_reports.html
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from plein_bot.domain.cases import ByClient
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.matrix.api import Api

_PATH = "/_synapse/admin/v1/event_reports"
_PAGE = 50


class Reports:
    """`token` is that of an admin of the homeserver."""

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token

    async def newest(self) -> int:
        async for one in self._newest_first():
            return one.id
        return 0

    async def since(self, last: int) -> tuple[ByClient, ...]:
        found: dict[int, ByClient] = {}
        async for one in self._newest_first():
            if one.id <= last:
                break
            found[one.id] = one
        return tuple(found[number] for number in sorted(found))

    async def _newest_first(self) -> AsyncIterator[ByClient]:
        """What comes in meanwhile moves the pages: one may come twice, but none is left out."""
        start: int | None = 0
        while start is not None:
            query = {"dir": "b", "from": str(start), "limit": str(_PAGE)}
            answer = await self._api.call("GET", _PATH, query=query, token=self._token)
            for raw in answer["event_reports"]:
                yield _read(raw)
            start = answer.get("next_token")


def _read(raw: dict[str, Any]) -> ByClient:
    return ByClient(
        id=int(raw["id"]),
        room=RoomId(raw["room_id"]),
        event=EventId(raw["event_id"]),
        reporter=UserId(raw["user_id"]),
        words=str(raw.get("reason") or ""),
        at=datetime.fromtimestamp(int(raw["received_ts"]) / 1000, UTC),
    )
