"""How does what the relay itself has to say get into rooms? In order, each once."""

import hashlib
import json
import logging
import time
from dataclasses import dataclass

from bridges.common.homeserver import HomeserverError, Json, Unanswered, safe
from bridges.homeserver.crossing.kinds import MARK
from bridges.homeserver.desk.letters import TO_STAFF
from bridges.homeserver.desk.rooms import look
from bridges.homeserver.desk.staff import staff_of
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import notices
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.notices import Notice, Waiting

logger = logging.getLogger(__name__)

CAUSE = "nl.plein.cause"
CHAT = "nl.plein.relay_chat"
_MOST = 6
_STAFF = 10
"""To how many of the staff of a room something is said."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Does what waits in `notices`, lane by lane."""

    store: Store
    sides: Sides

    async def lanes(self) -> list[str]:
        async with self.store.session() as session:
            return await notices.lanes(session, time.time())

    async def tell(self, lane: str) -> None:
        async with self.store.session() as session:
            waiting = await notices.begin(session, lane, time.time())
        if waiting is None:
            return None
        side = self.sides.get(waiting.notice.side)
        try:
            if side is not None:
                await self._say(side, waiting)
        except SideAway as error:
            return await self._later(waiting, error.until, counts=False)
        except HomeserverError as error:
            # Such as a room that it was removed from, or state that it may not write.
            logger.info("The relay cannot say it in %s: %s", waiting.notice.room, error)
        except Unanswered:
            if waiting.tries < _MOST:
                pause = 2.0 ** (waiting.tries + 1)
                return await self._later(waiting, time.time() + pause, counts=True)
            logger.error("What the relay had to say in %s is given up", waiting.notice.room)
        async with self.store.session() as session:
            await notices.sent(session, waiting.number)
        return None

    async def _later(self, waiting: Waiting, due: float, *, counts: bool) -> None:
        async with self.store.session() as session:
            await notices.later(session, waiting.number, due, counts=counts)

    async def _say(self, side: Side, waiting: Waiting) -> None:
        notice = waiting.notice
        if notice.kind == TO_STAFF:
            return await self._to_staff(side, notice)
        room = notice.room or await self._chat(side, notice.person or "", waiting)
        path = f"client/v3/rooms/{safe(room)}"
        if notice.state_key is not None:
            # The same state twice is one event.
            key = safe(notice.state_key)
            await side.call("PUT", f"{path}/state/{notice.kind}/{key}", dict(notice.content))
            return None
        cause = hashlib.sha256(f"{notice.side}:{notice.cause}".encode()).hexdigest()[:32]
        if waiting.begun is not None and await _was_said(side, room, cause):
            return None
        content = await _uploaded(side, notice) if notice.kind == "file" else dict(notice.content)
        content[CAUSE] = cause
        await side.call("PUT", f"{path}/send/m.room.message/{cause}", content)
        return None

    async def _to_staff(self, side: Side, notice: Notice) -> None:
        room = await look(side, notice.room or "")
        if room is None or notice.content["about"] not in room.members:
            return
        each = [
            Notice(f"{notice.cause}:{one}", side.name, notice.content["message"], person=one)
            for one in staff_of(room, side.bot)[:_STAFF]
        ]
        async with self.store.session() as session:
            await notices.write(session, each, time.time())

    async def _chat(self, side: Side, person: str, waiting: Waiting) -> str:
        """The direct chat with somebody, made where there is none."""
        async with self.store.session() as session:
            known = await notices.chat(session, side.name, person)
        if known and await _is_there(side, known, person):
            return known
        room = await _made_before(side, person) if waiting.begun is not None else None
        if room is None:
            answer = await side.call("POST", "client/v3/createRoom", _chat_body(person))
            room = str(answer["room_id"])
        async with self.store.session() as session:
            await notices.chats_in(session, side.name, room, person, time.time())
        return room


async def _is_there(side: Side, room: str, person: str) -> bool:
    path = f"client/v3/rooms/{safe(room)}/state/m.room.member/{safe(person)}"
    try:
        return (await side.call("GET", path)).get("membership") in ("join", "invite")
    except HomeserverError:
        return False


async def _was_said(side: Side, room: str, cause: str) -> bool:
    """What was begun before is looked for: the homeserver forgets transactions after a day."""
    query = {"dir": "b", "limit": "100", "filter": json.dumps({"senders": [side.bot]})}
    page = await side.call("GET", f"client/v3/rooms/{safe(room)}/messages", query=query)
    return any(event.get("content", {}).get(CAUSE) == cause for event in page.get("chunk", []))


async def _made_before(side: Side, person: str) -> str | None:
    """A chat that was made when the relay was stopped, before it could write that down."""
    for room in (await side.call("GET", "client/v3/joined_rooms")).get("joined_rooms", []):
        create = await side.call("GET", f"client/v3/rooms/{safe(room)}/state/m.room.create")
        if create.get(CHAT) == person:
            return str(room)
    return None


def _chat_body(person: str) -> Json:
    # Not the private presets: a homeserver may encrypt what is made with them.
    state = {
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.guest_access": {"guest_access": "forbidden"},
    }
    return {
        "preset": "public_chat",
        "visibility": "private",
        "is_direct": True,
        "invite": [person],
        "creation_content": {CHAT: person},
        "initial_state": [
            {"type": kind, "state_key": "", "content": content} for kind, content in state.items()
        ],
    }


async def _uploaded(side: Side, notice: Notice) -> Json:
    name, mime = str(notice.content["name"]), str(notice.content["mimetype"])
    data = str(notice.content["text"]).encode("utf-8-sig")
    path = "media/v3/upload"
    answer = await side.call("POST", path, query={"filename": name}, data=data, mime=mime)
    return {
        "msgtype": "m.file",
        "body": name,
        "filename": name,
        "info": {"mimetype": mime, "size": len(data)},
        "url": answer["content_uri"],
        MARK: {"notice": True},
    }
