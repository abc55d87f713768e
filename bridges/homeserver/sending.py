"""How is something said at a far end, once, whatever stops in between?

Each thing has a transaction id of its own, made of the link and the event that it stems from. The
homeserver remembers those for a while only, and forgets a ghost's when it is stopped; so what was
begun before is first looked for in the room, by its mark.
"""

import hashlib
import json
from dataclasses import dataclass

from bridges.common.homeserver import HomeserverError, Json, safe
from bridges.homeserver.crossing.kinds import MARK, Crossing
from bridges.homeserver.sides import Side
from bridges.homeserver.store.links import End

_CLOCKS = 3600.0
"""Seconds by which the clocks of two machines may differ."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Cause:
    """What is sent and over which link. `begun` is when it was tried before, or None."""

    link: int
    event_id: str
    begun: float | None

    @property
    def transaction(self) -> str:
        return hashlib.sha256(f"{self.link}:{self.event_id}".encode()).hexdigest()[:32]


async def send(side: Side, far: End, sent: Crossing, user: str, cause: Cause) -> str:
    """Send as `user`; gives the event that it became. Raises `HomeserverError`."""
    room = f"client/v3/rooms/{safe(far.room)}"
    if sent.state:
        # The same state twice is one event.
        answer = await side.call("PUT", f"{room}/state/{safe(sent.type)}/", sent.content)
        return str(answer["event_id"])
    if cause.begun is not None and (found := await _sent_before(side, far, sent, user, cause)):
        return found
    if sent.redacts is not None:
        path = f"{room}/redact/{safe(sent.redacts)}/{cause.transaction}"
    else:
        path = f"{room}/send/{safe(sent.type)}/{cause.transaction}"
    answer = await side.call("PUT", path, sent.content, user=user)
    return str(answer["event_id"])


async def _sent_before(side: Side, far: End, sent: Crossing, user: str, cause: Cause) -> str | None:
    assert cause.begun is not None
    oldest = (cause.begun - _CLOCKS) * 1000
    query = {
        "dir": "b",
        "limit": str(_PAGE),
        "filter": json.dumps({"senders": [user], "types": [sent.type]}),
    }
    while True:
        try:
            path = f"client/v3/rooms/{safe(far.room)}/messages"
            page = await side.call("GET", path, user=user, query=query)
        except HomeserverError as error:
            if error.status == 403:
                return None  # It was never in the room, or is not any more.
            raise
        events = page.get("chunk", [])
        for event in events:
            if _stems_from(event, cause.event_id):
                return str(event["event_id"])
        if not page.get("end") or (events and events[-1].get("origin_server_ts", 0) < oldest):
            return None
        query = query | {"from": str(page["end"])}


def _stems_from(event: Json, event_id: str) -> bool:
    mark = event.get("content", {}).get(MARK)
    return isinstance(mark, dict) and mark.get("event_id") == event_id
