"""What of that which comes in has the relay itself to see to?"""

import logging
import time
from dataclasses import dataclass

from bridges.common.homeserver import Json
from bridges.homeserver.crossing.kinds import MARK
from bridges.homeserver.desk import lines
from bridges.homeserver.desk.answering import Desk
from bridges.homeserver.desk.rooms import come, go, look
from bridges.homeserver.desk.staff import may_kick
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import events, ghosts
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.events import Concerns, Event
from bridges.homeserver.store.links import End

logger = logging.getLogger(__name__)

_MOST = 5
_LONGEST = 300
_ENDS = ("m.room.encryption", "m.room.tombstone")
_TALK = ("m.room.message", "m.room.encrypted")


def concerns(side: Side, event: Json) -> Concerns:
    """What there is to do for an event; asked as it comes in."""
    content, key = event.get("content"), event.get("state_key")
    if event["type"] == "m.room.member":
        ours = isinstance(key, str) and side.is_ours(key)
        membership = content.get("membership") if isinstance(content, dict) else None
        goes = membership in ("leave", "ban")
        return Concerns(crosses=not ours, late=False, ours=ours, goes=goes)
    if side.is_ours(str(event.get("sender"))) or (isinstance(content, dict) and MARK in content):
        return Concerns(crosses=False, late=False, ours=False)
    if event["type"] in _ENDS and key == "":
        return Concerns(crosses=False, late=False, ours=True)
    if event["type"] == "m.room.message" and lines.called(_text(content), side.bot) is not None:
        # Said to the relay, and to nobody else.
        return Concerns(crosses=False, late=False, ours=True)
    # What somebody takes back while a link rests goes as soon as it works again.
    late = event["type"] == "m.room.redaction"
    return Concerns(True, late, ours=False, alone=event["type"] in _TALK)


@dataclass(frozen=True, slots=True)
class Attend:
    """Does what waits in `events` for the relay itself, room by room."""

    store: Store
    sides: Sides
    desk: Desk

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
        match event.kind:
            case "m.room.member":
                await self._moved(side, event, event.state_key or "")
            case kind if kind in _ENDS:
                encrypted = kind == "m.room.encryption"
                await self.desk.decisions.interrupt(
                    side, event.room_id, event.event_id, encrypted=encrypted
                )
            case "m.room.message" if text := _text(event.content):
                room, event_id = event.room_id, event.event_id
                await self.desk.said(side, room, event_id, event.sender, text)
            case "m.room.encrypted":
                await self.desk.sealed(side, event.room_id, event.sender)
            case _:
                pass

    async def _moved(self, side: Side, event: Event, account: str) -> None:
        membership = event.content.get("membership")
        if account == side.bot:
            if membership == "invite":
                await self._come(side, event)
            elif membership in ("leave", "ban") and event.sender != side.bot:
                await self.desk.decisions.end_all(side, event.room_id, event.event_id)
            return
        if event.sender in (account, side.bot):
            return
        async with self.store.session() as session:
            ghost = await ghosts.find(session, side.name, account)
        if ghost is None:
            return
        end = End(side.name, event.room_id)
        kicked = membership == "leave" and _before(event) not in ("ban", "invite")
        lets = membership == "invite" and await self._may_let(side, event)
        async with self.store.session() as session:
            match membership:
                case "ban":
                    await ghosts.left(session, end, account)
                    await ghosts.silence(session, end, ghost.origin, banned=True, now=time.time())
                case "leave" if not kicked:
                    if _before(event) == "ban":
                        await ghosts.let_speak(session, end, ghost.origin)
                case "leave":
                    await ghosts.left(session, end, account)
                    await ghosts.silence(session, end, ghost.origin, banned=False, now=time.time())
                case "invite" if lets:
                    await ghosts.let_speak(session, end, ghost.origin)
                case _:
                    pass
        if kicked or membership == "ban":
            reason = str(event.content.get("reason") or "")[:_LONGEST]
            await self.desk.removed(
                side,
                event.room_id,
                event.event_id,
                ghost.origin,
                banned=membership == "ban",
                reason=reason,
            )

    async def _may_let(self, side: Side, event: Event) -> bool:
        """Whether an invitation is by somebody who might have taken them out: in many rooms every
        member may invite, and that is no power over what the staff decided."""
        room = await look(side, event.room_id, event.sender)
        return room is not None and may_kick(room, event.sender)

    async def _come(self, side: Side, event: Event) -> None:
        if await self.desk.is_tired_of(side, event.room_id, event.event_id, event.sender):
            await go(side, event.room_id)
            return
        if not await come(side, event.room_id):
            logger.info("The relay cannot come into %s", event.room_id)
            return
        direct = event.content.get("is_direct") is True
        await self.desk.invited(side, event.room_id, event.event_id, event.sender, direct=direct)


def _text(content: object) -> str:
    """What somebody typed just so; neither an edit nor a notice is that."""
    if not isinstance(content, dict) or content.get("msgtype") != "m.text":
        return ""
    body = content.get("body")
    return body if isinstance(body, str) and "m.new_content" not in content else ""


def _before(event: Event) -> str | None:
    unsigned = event.raw.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    membership = before.get("membership") if isinstance(before, dict) else None
    return membership if isinstance(membership, str) else None
