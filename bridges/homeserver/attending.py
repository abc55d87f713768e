"""What of that which comes in has the relay itself to see to?"""

import logging
import time
from dataclasses import dataclass

from bridges.common.homeserver import HomeserverError, Json, safe
from bridges.homeserver.crossing.kinds import MARK
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import events, ghosts
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.events import Concerns, Event
from bridges.homeserver.store.links import End

logger = logging.getLogger(__name__)

_MOST = 5


def concerns(side: Side, event: Json) -> Concerns:
    """What there is to do for an event; asked as it comes in."""
    content, key = event.get("content"), event.get("state_key")
    if event["type"] == "m.room.member":
        ours = isinstance(key, str) and side.is_ours(key)
        return Concerns(crosses=not ours, late=False, ours=ours)
    said = not side.is_ours(str(event.get("sender"))) and not (
        isinstance(content, dict) and MARK in content
    )
    # What somebody takes back while a link rests goes as soon as it works again.
    return Concerns(said, event["type"] == "m.room.redaction", False)


@dataclass(frozen=True, slots=True)
class Attend:
    """Does what waits in `events` for the relay itself, room by room."""

    store: Store
    sides: Sides

    async def rooms(self) -> list[str]:
        async with self.store.session() as session:
            return await events.rooms(session, time.time())

    async def attend(self, lane: str) -> None:
        side, _, room = lane.partition(" ")
        async with self.store.session() as session:
            event = await events.begin(session, side, room)
        if event is None:
            return
        try:
            await self._attend(self.sides[side], event)
        except SideAway as error:
            async with self.store.session() as session:
                await events.later(session, event.number, error.until)
            return
        except Exception:
            logger.exception("Event %s failed, for the %d. time", event.event_id, event.tries)
            if event.tries < _MOST:
                async with self.store.session() as session:
                    await events.later(session, event.number, time.time() + 2**event.tries)
                return
            logger.error("Event %s is given up", event.event_id)
        async with self.store.session() as session:
            await events.attended(session, event.number)

    async def _attend(self, side: Side, event: Event) -> None:
        if event.kind == "m.room.member":
            await self._moved(side, event, event.state_key or "")

    async def _moved(self, side: Side, event: Event, account: str) -> None:
        membership = event.content.get("membership")
        if account == side.bot:
            if membership == "invite":
                await self._come(side, event.room_id)
            return
        if event.sender in (account, side.bot):
            return
        async with self.store.session() as session:
            ghost = await ghosts.find(session, side.name, account)
            if ghost is None:
                return
            end = End(side.name, event.room_id)
            match membership:
                case "ban":
                    await ghosts.left(session, end, account)
                    await ghosts.silence(session, end, ghost.origin, banned=True, now=time.time())
                case "leave" if _before(event) in ("ban", "invite"):
                    if _before(event) == "ban":
                        await ghosts.let_speak(session, end, ghost.origin)
                case "leave":
                    await ghosts.left(session, end, account)
                    await ghosts.silence(session, end, ghost.origin, banned=False, now=time.time())
                case "invite":
                    await ghosts.let_speak(session, end, ghost.origin)
                case _:
                    pass

    async def _come(self, side: Side, room: str) -> None:
        try:
            await side.call("POST", f"client/v3/join/{safe(room)}", {})
        except HomeserverError as error:
            logger.info("The relay cannot come into %s: %s", room, error)


def _before(event: Event) -> str | None:
    unsigned = event.raw.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    membership = before.get("membership") if isinstance(before, dict) else None
    return membership if isinstance(membership, str) else None
