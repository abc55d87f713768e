"""Who is writing, and how far has somebody read? Told at once or never: nothing of it is kept.

Only where both sides want it, and of whose words may cross. Read in confidence stays so: the
homeserver does not tell us of that.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from bridges.common.homeserver import HomeserverError, Json, Unanswered, safe
from bridges.homeserver.crossing import policies
from bridges.homeserver.crossing.policies import Class
from bridges.homeserver.crossing.reading import mapping
from bridges.homeserver.saying import Way
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import copies, ghosts, links
from bridges.homeserver.store.database import Session, Store
from bridges.homeserver.store.links import LinkState

logger = logging.getLogger(__name__)

_MOST = 1000
"""What waits beyond that is old before its turn comes."""
_PATIENCE = 5.0
_WRITES_FOR = 60_000
"""Milliseconds, unless the homeserver says before that they stopped."""
_TYPES = frozenset({"m.typing", "m.receipt"})


@dataclass
class Passing:
    store: Store
    sides: Sides
    _came: asyncio.Queue[tuple[Side, Json]] = field(default_factory=lambda: asyncio.Queue(_MOST))
    _writing: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def take(self, side: Side, came: list[Json]) -> None:
        for one in came:
            if one.get("type") in _TYPES and not self._came.full():
                self._came.put_nowait((side, one))

    async def run(self) -> None:
        while True:
            side, one = await self._came.get()
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._pass(side, one)
            except (HomeserverError, Unanswered, SideAway, TimeoutError) as error:
                logger.debug("%s in %s: %s", one.get("type"), one.get("room_id"), error)
            except Exception:
                logger.exception("What passes stumbled")

    async def _pass(self, side: Side, one: Json) -> None:
        room, content = str(one.get("room_id")), mapping(one.get("content"))
        began: dict[str, bool] = {}
        if one["type"] == "m.typing":
            began = self._changed(side, room, content)
        async with self.store.session() as session:
            known = await links.of_room(session, side.name, room)
        for link in known:
            if link.state is not LinkState.ACTIVE:
                continue
            near = link.far(side.name)
            far = link.far(link.near(side.name).side)
            way = Way(link, near, far, 0, None, _always)
            if one["type"] == "m.typing" and way.rules.typing:
                await self._writes(way, began)
            if one["type"] == "m.receipt" and way.rules.receipts:
                await self._reads(way, content)

    def _changed(self, side: Side, room: str, content: Json) -> dict[str, bool]:
        """Who began to write since, and who stopped."""
        listed = content.get("user_ids")
        now = frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()
        before = self._writing.pop((side.name, room), frozenset())
        if now:
            self._writing[side.name, room] = now
        return {one: one in now for one in now ^ before if not side.is_ours(one)}

    async def _writes(self, way: Way, began: dict[str, bool]) -> None:
        for person, writes in began.items():
            async with self.store.session() as session:
                ghost = await self._ghost(session, way, person)
            if ghost is not None:
                path = f"client/v3/rooms/{safe(way.far.room)}/typing/{safe(ghost)}"
                body = {"typing": writes} | ({"timeout": _WRITES_FOR} if writes else {})
                await self.sides[way.far.side].call("PUT", path, body, user=ghost)

    async def _reads(self, way: Way, content: Json) -> None:
        for event, person, thread in _receipts(content):
            if self.sides[way.near.side].is_ours(person):
                continue
            async with self.store.session() as session:
                ghost = await self._ghost(session, way, person)
                there = await self._there(session, way, event)
                under = thread
                if thread not in (None, "main"):
                    under = await self._there(session, way, str(thread))
            if ghost is None or there is None or (thread and not under):
                continue
            path = f"client/v3/rooms/{safe(way.far.room)}/receipt/m.read/{safe(there)}"
            body = {"thread_id": under} if under else {}
            await self.sides[way.far.side].call("POST", path, body, user=ghost)

    async def _ghost(self, session: Session, way: Way, person: str) -> str | None:
        """The ghost of somebody who may be seen there, if it is in the room."""
        near, far = self.sides[way.near.side], self.sides[way.far.side]
        rules = way.rules
        if not policies.goes(rules, True) or not self.sides.may_speak_for(near, person):
            return None
        if Class[near.class_of(person).upper()] < policies.least(rules.people):
            return None
        ghost = far.ghost_of(person)
        return ghost if await ghosts.is_in(session, way.far, ghost) else None

    async def _there(self, session: Session, way: Way, event: str) -> str | None:
        """What an event of the near room is at the far end."""
        origin = await copies.origin(session, way.near, event)
        if origin.end == way.far:
            return origin.event_id
        return await copies.find(session, origin.end.side, origin.event_id, way.far)


async def _always() -> bool:
    return True


def _receipts(content: Json) -> Iterator[tuple[str, str, str | None]]:
    """Up to which event who read, and in which thread."""
    for event, kinds in content.items():
        for person, about in mapping(mapping(kinds).get("m.read")).items():
            thread = mapping(about).get("thread_id")
            yield event, person, thread if isinstance(thread, str) else None
