"""Which room is a place, and what may be said of it?"""

import time
from collections.abc import Callable
from typing import Any

from bridges.common.homeserver import Homeserver, HomeserverError, safe
from bridges.email.addresses import PlaceAddress
from bridges.email.charsets import one_line
from bridges.email.store.people import Room

# How long it is believed that an alias leads, or leads nowhere, in seconds.
_BELIEVED = 30.0
# Rooms that are asked about where somebody may start something, and those that are named.
_ASKED, _NAMED = 10, 3
_PUBLIC = "publiek"
_MEMBERS = "leden"
_MARK = "nl.plein.group"

Json = dict[str, Any]


class NoPlace(Exception):
    """A room in which no mail belongs: encrypted, not Plein's, or not to be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.encrypted = why == "encrypted"


class Places:
    def __init__(
        self,
        homeserver: Homeserver,
        server_name: str,
        bot: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._homeserver = homeserver
        self._server = server_name
        self._bot = bot
        self._clock = clock
        self._aliases: dict[str, tuple[float, str | None]] = {}

    async def by_alias(self, address: PlaceAddress) -> str | None:
        """The room of a place of which anybody may know: only those have an alias that can be read.

        A subsite's own is its public group.
        """
        name = f"{address.subsite}.{address.group or _PUBLIC}"
        alias = f"#{name}:{self._server}"
        known = self._aliases.get(alias)
        if known and self._clock() - known[0] < _BELIEVED:
            return known[1]
        try:
            answer = await self._homeserver.call("GET", f"client/v3/directory/room/{safe(alias)}")
            room = answer.get("room_id")
        except HomeserverError as error:
            if error.status != 404:
                raise
            room = None
        if len(self._aliases) > 10_000:
            self._aliases.clear()
        self._aliases[alias] = (self._clock(), room if isinstance(room, str) else None)
        return self._aliases[alias][1]

    def among(self, rooms: list[Room], address: PlaceAddress) -> str | None:
        """The one of these rooms with the address; of a subsite its public group, or `leden`."""
        groups = [address.group] if address.group else [_PUBLIC, _MEMBERS]
        for group in groups:
            for room in rooms:
                if (room.subsite, room.group) == (address.subsite, group):
                    return room.room_id
        return None

    async def look(self, room_id: str, ghost: str) -> Room:
        """What a room is, as a ghost that is in it reads it. Raises `NoPlace`.

        `nl.plein.*` counts only from the bot, in rooms that the bot made: else anybody could make
        a room that is called as a place is.
        """
        created = await self._state(room_id, ghost, "m.room.create")
        if created is None or created.get("sender") != self._bot:
            raise NoPlace("not made by Plein")
        if await self._state(room_id, ghost, "m.room.encryption") is not None:
            raise NoPlace("encrypted")
        group = await self._state(room_id, ghost, _MARK)
        if group is None or group.get("sender") != self._bot:
            raise NoPlace("not a group")
        content = group["content"]
        space = content.get("subsite") or created["content"].get("nl.plein.subsite")
        name = await self._state(room_id, ghost, "m.room.name")
        tomb = await self._state(room_id, ghost, "m.room.tombstone")
        replaced = content.get("replaced_by") or (tomb or {"content": {}})["content"].get(
            "replacement_room"
        )
        return Room(
            room_id,
            await self._subsite(room_id, space, ghost),
            str(content.get("slug", "")),
            one_line(
                str((name or {"content": {}})["content"].get("name") or content.get("slug", ""))
            ),
            replaced if isinstance(replaced, str) else None,
        )

    async def is_chat(self, room_id: str, ghost: str) -> bool:
        """Whether it is a direct chat with Plein, which it began: no place, and not encrypted."""
        created = await self._state(room_id, ghost, "m.room.create")
        if created is None or created.get("sender") != self._bot:
            return False
        if await self._state(room_id, ghost, _MARK) is not None:
            return False
        return (
            "nl.plein.kind" not in created["content"]
            and await self._state(room_id, ghost, "m.room.encryption") is None
        )

    async def may_start(self, room_id: str, ghost: str) -> bool:
        """Whether a ghost may say what answers nothing; else Plein would take it away again."""
        group = await self._state(room_id, ghost, _MARK)
        content = group["content"] if group else {}
        match content.get("posting"):
            case "authors":
                authors = content.get("authors")
                return isinstance(authors, list) and ghost in authors
            case "staff":
                return False
            case _:
                return True

    async def where_to_start(
        self, rooms: list[Room], ghost: str, subsite: str
    ) -> list[PlaceAddress]:
        """Where a ghost that is in these rooms may start something; in this subsite first."""
        near = sorted(rooms, key=lambda one: (one.subsite != subsite, one.subsite, one.group))
        found: list[PlaceAddress] = []
        for room in near[:_ASKED]:
            if room.subsite and await self.may_start(room.room_id, ghost):
                found.append(PlaceAddress(room.subsite, room.group))
        return found[:_NAMED]

    async def _subsite(self, room_id: str, space: object, ghost: str) -> str:
        """The short name of a group's subsite; empty where its reader is not in that."""
        if isinstance(space, str):
            subsite = await self._state(space, ghost, "nl.plein.subsite")
            if subsite and subsite.get("sender") == self._bot:
                return str(subsite["content"].get("slug", ""))
        alias = await self._state(room_id, ghost, "m.room.canonical_alias")
        name = str((alias or {"content": {}})["content"].get("alias", ""))
        return name.removeprefix("#").partition(":")[0].partition(".")[0] if "." in name else ""

    async def _state(self, room_id: str, ghost: str, kind: str) -> Json | None:
        path = f"client/v3/rooms/{safe(room_id)}/state/{kind}/"
        try:
            event = await self._homeserver.call("GET", path, user=ghost, query={"format": "event"})
        except HomeserverError as error:
            if error.status in {403, 404}:
                return None
            raise
        return event if isinstance(event.get("content"), dict) else None
