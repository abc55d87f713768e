"""Reading whole rooms: the gap after an absence, and everything for a rebuild."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from plein_bot.domain.events import Event, Membership, WholeRoom
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.matrix import parsing
from plein_bot.matrix.api import Api, path

Json = dict[str, Any]
_PAGE = "1000"
_NEAR = 100  # events between an invitation and its acceptance; in a direct chat there are few


async def back_to(api: Api, room: RoomId, start: str, end: str | None) -> list[Json]:
    """The events before token `start` and after token `end` (or the beginning), in order."""
    found: list[Json] = []
    token: str | None = start
    while token:
        query = {"dir": "b", "from": token, "limit": _PAGE} | ({"to": end} if end else {})
        answer = await api.call("GET", path("v3/rooms/{}/messages", room), query=query)
        chunk = answer.get("chunk") or []
        found += chunk
        token = answer.get("end") if chunk else None
    return found[::-1]


async def since_invitation(api: Api, room: RoomId, end: str, bot: UserId) -> list[Json]:
    """What happened from the bot's own invitation to token `end`, in order.

    Over federation the timeline begins with one's own joining, and what somebody said meanwhile is
    found by looking back. Nothing where the invitation is out of sight or too far back.
    """
    found: list[Json] = []
    token: str | None = end
    while token and len(found) < _NEAR:
        query = {"dir": "b", "from": token, "limit": str(_NEAR)}
        answer = await api.call("GET", path("v3/rooms/{}/messages", room), query=query)
        chunk = answer.get("chunk") or []
        for raw in chunk:
            found.append(raw)
            if parsing.invites(bot, raw):
                return found[::-1]
        token = answer.get("end") if chunk else None
    return []


async def find_said(api: Api, room: RoomId, bot: UserId, mark: dict[str, str]) -> EventId | None:
    """Something that the bot said lately, of which the content has this mark."""
    query = {"dir": "b", "limit": "500"}
    recent = await api.call("GET", path("v3/rooms/{}/messages", room), query=query)
    for raw in recent.get("chunk", []):
        if raw.get("sender") == bot and mark.items() <= raw["content"].items():
            return EventId(raw["event_id"])
    return None


async def state(api: Api, room: RoomId) -> tuple[Event, ...]:
    """The room's whole state, now."""
    return parsing.events(room, await api.listing(path("v3/rooms/{}/state", room)))


async def joined(api: Api) -> tuple[RoomId, ...]:
    answer = await api.call("GET", "v3/joined_rooms")
    return tuple(RoomId(room) for room in sorted(answer["joined_rooms"]))


async def whole(
    api: Api, bot: UserId, heard: Callable[[RoomId, int], None] = lambda _, __: None
) -> AsyncIterator[WholeRoom]:
    """Every room that the bot is in; of those it made, all events that the homeserver still has.

    `heard` is told how many of a room there are so far, as they come.
    """
    for room in await joined(api):
        standing = await state(api, room)
        timeline: tuple[Event, ...] = ()
        if any(one.type == "m.room.create" and one.sender == bot for one in standing):
            timeline = await _from_the_beginning(api, room, heard)
        yield WholeRoom(room, Membership.JOIN, timeline, standing)


async def _from_the_beginning(
    api: Api, room: RoomId, heard: Callable[[RoomId, int], None]
) -> tuple[Event, ...]:
    found: list[Event] = []
    token: str | None = ""
    while token is not None:
        query = {"dir": "f", "limit": _PAGE} | ({"from": token} if token else {})
        answer = await api.call("GET", path("v3/rooms/{}/messages", room), query=query)
        chunk = answer.get("chunk") or []
        found += parsing.events(room, chunk)
        heard(room, len(found))
        token = answer.get("end") if chunk else None
    return tuple(found)
