"""Somebody with an account who sees what happens in their rooms."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.synapse.strangers import Json, Stranger, safe

Accepts = Callable[[str, Json], bool]
"""Whether this is the event one waits for, given its room and the event."""

PATIENCE = 120.0
"""Seconds until what has not come counts as missing; a machine that does other things is slow."""

FILTER: Json = {"room": {"timeline": {"limit": 100}}}


def membership(room: str, user: str, value: str) -> Accepts:
    return lambda where, event: (
        where == room
        and event["type"] == "m.room.member"
        and event.get("state_key") == user
        and event["content"].get("membership") == value
    )


@dataclass(eq=False)
class Watcher(Stranger):
    """Everything it ever saw stays in `seen`, in order; waiting takes one event out of what was not
    taken before. So it does not matter whether an event comes before or after one waits for it.
    """

    user_id: str
    token: str
    device_id: str | None = None
    seen: list[Json] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _since: str | None = None
    _watching: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def sees(self, what: Accepts, within: float = PATIENCE) -> Json:
        """Wait for an event that `what(room, event)` accepts; on failure say what came instead."""
        deadline = time.monotonic() + within
        looked = 0
        while True:
            for number in range(looked, len(self.seen)):
                event = self.seen[number]
                if number not in self._taken and what(event["room_id"], event):
                    self._taken.add(number)
                    return event
            looked = len(self.seen)
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{self.user_id} waited {within} s. {self._passed_over()}")
            await self._looks(looked, min(left, 5))

    async def hears(self, text: str, room: str | None = None, within: float = PATIENCE) -> Json:
        """Wait until somebody else says something with `text` in it."""
        return await self.sees(
            lambda where, event: (
                room in {None, where}
                and event["sender"] != self.user_id
                and text in event["content"].get("body", "")
                and event["type"] == "m.room.message"
            ),
            within,
        )

    async def is_invited_to(self, room: str, within: float = PATIENCE) -> Json:
        return await self.sees(membership(room, self.user_id, "invite"), within)

    async def catches_up(self) -> None:
        """Read everything that the homeserver holds now, to say afterwards what did not come."""
        await self._looks(len(self.seen), 0)

    async def _looks(self, looked: int, seconds: float) -> None:
        async with self._watching:
            if len(self.seen) > looked:
                return  # somebody else who waits with us has looked meanwhile
            sync = await self._sync(int(seconds * 1000))
            rooms = sync.get("rooms", {})
            for room, update in rooms.get("invite", {}).items():
                self._notes(room, update["invite_state"]["events"])
            for room, update in rooms.get("knock", {}).items():
                self._notes(room, update["knock_state"]["events"])
            for section in ("leave", "join"):
                for room, update in rooms.get(section, {}).items():
                    timeline = update.get("timeline", {"events": []})
                    if timeline.get("limited"):
                        self._notes(room, await self._gap(room, timeline["prev_batch"]))
                    self._notes(room, update.get("state", {}).get("events", []))
                    self._notes(room, timeline["events"])
            self._since = sync["next_batch"]

    async def _sync(self, milliseconds: int) -> Json:
        query = [("timeout", str(milliseconds)), ("filter", json.dumps(FILTER))]
        if self._since:
            query.append(("since", self._since))
        return await self.call("GET", "sync", query=query)

    async def _gap(self, room: str, before: str) -> list[Json]:
        """What came before `before` and after what is known, oldest first."""
        missed: list[Json] = []
        page: str | None = before
        while page:
            query = [("dir", "b"), ("from", page), ("limit", "100")]
            answer = await self.call("GET", f"rooms/{safe(room)}/messages", query=query)
            fresh = [event for event in answer["chunk"] if event["event_id"] not in self._known]
            missed += fresh
            page = answer.get("end") if fresh else None
        return missed[::-1]

    def _notes(self, room: str, events: list[Json]) -> None:
        for event in events:
            # The stripped state of an invitation has no ids.
            name = event.get("event_id")
            if name is None or name not in self._known:
                self.seen.append(event | {"room_id": room})
            if name is not None:
                self._known.add(name)

    def _passed_over(self) -> str:
        others = [event for number, event in enumerate(self.seen) if number not in self._taken]
        lines = [f"  {e['room_id']} {e['sender']} {e['type']} {e['content']}" for e in others]
        return "\n".join(["These came instead:", *lines[-40:]])
