"""What was said before there was a link: the last of it crosses first."""

from collections.abc import Callable

from bridges.common.homeserver import Json, safe
from bridges.homeserver.saying import Saying, Way
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store.events import Concerns

_PAGE = 100


class Past:
    """What `concerns` the relay alone is no more for the others than it would be now."""

    def __init__(
        self, sides: Sides, saying: Saying, concerns: Callable[[Side, Json], Concerns]
    ) -> None:
        self._sides = sides
        self._saying = saying
        self._concerns = concerns

    async def crosses(self, way: Way, before: float) -> None:
        """The last of what people said in the near room up to `before`, in its order.

        Begun again, it takes the same events, and passes over those that are there.
        """
        most = way.rules.backfill
        for event in await self._last(way, most, before * 1000) if most else []:
            await self._saying.record(way, await self._saying.say(way, event))

    async def _last(self, way: Way, most: int, before: float) -> list[Json]:
        side = self._sides[way.near.side]
        path = f"client/v3/rooms/{safe(way.near.room)}/messages"
        query = {"dir": "b", "limit": str(_PAGE)}
        found: list[Json] = []
        while len(found) < most:
            page = await side.call("GET", path, query=query)
            found += [
                event
                for event in page.get("chunk", [])
                if "state_key" not in event
                and event.get("origin_server_ts", 0) <= before
                and self._concerns(side, event).crosses
            ]
            if not page.get("end") or not page.get("chunk"):
                break
            query = query | {"from": str(page["end"])}
        return [event | {"room_id": way.near.room} for event in reversed(found[:most])]
