"""The sync loop: one `/sync` after the other, each stored whole before the next is asked for.

The raw JSON of the response is the source; the keys in it go to `Encryption` first, because the
homeserver forgets them once a newer token is used.
"""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.commands.reading import addressed
from plein_bot.domain.events import (
    Batch,
    Event,
    Line,
    Membership,
    RoomUpdate,
    Undecryptable,
    WholeRoom,
    Work,
)
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import lines, places, sync_tokens, undecryptables
from plein_bot.index import rooms as room_rows
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.trouble import waited_out
from plein_bot.matrix import parsing, rooms
from plein_bot.matrix.api import Api
from plein_bot.matrix.encryption import Encryption
from plein_bot.matrix.parsing import Reader

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_POLL = 30
"""Seconds that the homeserver may keep a request waiting for news."""

_PAUSE = 10
"""Seconds before asking again what was refused."""

_OFTEN = 50
"""Rooms after which the log says how far a first start is: of places their whole past is read."""

_FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            # Far more than ever comes between two polls; what is more is paged back.
            "timeline": {"limit": 1000},
            "state": {"lazy_load_members": False},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
)


class Sync:
    """`ready` once everything up to the start is stored; `behind` says how long ago that was so."""

    def __init__(
        self, api: Api, index: Index, reader: Reader, encryption: Encryption | None = None
    ) -> None:
        self._api = api
        self._index = index
        self._reader = reader
        self._encryption = encryption
        self.ready = asyncio.Event()
        self._stored_at: float | None = None

    def behind(self) -> float:
        """Seconds since the homeserver last told everything it had; infinite before the first time.

        While it waits for news, nothing is missing.
        """
        if self._stored_at is None:
            return float("inf")
        return max(0.0, time.monotonic() - self._stored_at - _POLL)

    async def run(self) -> None:
        """Until cancelled. Raises `TokenRevoked`."""
        since = await waited_out(
            "The token", lambda: sync_tokens.token(self._index, self._reader.bot)
        )
        while True:
            try:
                since = await self._once(since)
            except TokenRevoked:
                raise
            except HomeserverError as error:
                # It answers others, so it is not away; what it refused now it may give later.
                logger.error("the homeserver does not tell its news: %s", error)
                await asyncio.sleep(_PAUSE)
                continue
            self._stored_at = time.monotonic()
            self.ready.set()

    async def _once(self, since: str | None) -> str:
        # The first answer after a start comes at once, so that `ready` does not wait for news.
        wait = _POLL if self.ready.is_set() else 0
        query = {"timeout": str(wait * 1000), "filter": _FILTER}
        if since:
            query["since"] = since
        raw = await self._api.call("GET", "v3/sync", query=query, timeout=_POLL + 60)
        readable = await self._encryption.take_in(raw) if self._encryption else frozenset()
        # A database that is locked or full is waited for; meanwhile nothing more is asked.
        batch = await waited_out(
            "What the homeserver told", lambda: self._whole_batch(raw, since, readable)
        )
        await waited_out(
            "What the homeserver told", lambda: take_in(self._index, batch, self._reader.bot)
        )
        return batch.token

    async def _whole_batch(
        self, raw: Json, since: str | None, readable: frozenset[RoomId]
    ) -> Batch:
        """The batch, and what came before it and can be read now that its key has come."""
        batch = await self._with_keys(raw, since, readable)
        said_by = {one.event_id: one.sender for told in batch.updates for one in told.timeline}
        work = [one for one in batch.work if not await self._is_overheard(one, said_by)]
        return replace(batch, work=tuple(work))

    async def _with_keys(self, raw: Json, since: str | None, readable: frozenset[RoomId]) -> Batch:
        batch = replace(await self._batch(raw, since), keyed=readable)
        # After a start all is tried: the keys of a batch that was not stored come only once.
        if not self.ready.is_set():
            waiting = await undecryptables.all_of(self._index)
        elif readable:
            waiting = await undecryptables.of_rooms(self._index, readable)
        else:
            return batch
        opened: list[Work] = []
        unlocked: list[EventId] = []
        for one in waiting:
            managed = await room_rows.is_managed(self._index, one.room)
            incoming = parsing.opened(self._reader, one.room, one.raw, managed=managed)
            if isinstance(incoming, Undecryptable):
                continue
            unlocked.append(one.event)
            if incoming:
                opened.append(Work(one.event, one.room, incoming))
        return replace(batch, work=(*opened, *batch.work), unlocked=tuple(unlocked))

    async def _is_overheard(self, work: Work, said_by: Mapping[EventId, UserId]) -> bool:
        """Whether it is an encrypted line in a place, between others: a reply, or an edit.

        Work lies readable in the database for a day, and this is none of Plein's business.
        """
        line = work.incoming
        if not isinstance(line, Line) or not line.encrypted or line.mentions_bot:
            return False
        if addressed(line.text, self._reader.names) is not None:
            return False
        if not await room_rows.is_managed(self._index, line.room):
            return False
        if line.edits:
            return await lines.was_understood(self._index, line.edits, line.event) is None
        if line.reply_to is None:
            return True
        sender = said_by.get(line.reply_to) or await room_rows.said_by(self._index, line.reply_to)
        return sender != self._reader.bot

    async def _batch(self, raw: Json, since: str | None) -> Batch:
        sections: Mapping[str, Mapping[RoomId, Json]] = raw.get("rooms") or {}
        updates: list[RoomUpdate | WholeRoom] = []
        work: list[Work] = []
        locked: list[Undecryptable] = []
        joined = sections.get("join") or {}
        known = await room_rows.memberships(self._index, joined)
        for number, (room, section) in enumerate(joined.items()):
            if since is None and number % _OFTEN == 0:
                logger.info("The first start: %d of %d rooms are read", number, len(joined))
            new = known.get(room) is not Membership.JOIN
            timeline, update = await self._joined(room, section, since, new=new)
            updates.append(update)
            if since is None:
                continue  # What was said before Plein ever ran is history.
            managed = await self._is_managed(room, update)
            if new:
                timeline = list(parsing.after_invitation(self._reader.bot, timeline))
            watched = managed and await places.is_watched(self._index, room)
            found = (
                parsing.work_of(self._reader, room, r, managed=managed, watched=watched)
                for r in timeline
            )
            for one in found:
                if one and isinstance(one.incoming, Undecryptable):
                    locked.append(one.incoming)
                elif one:
                    work.append(one)
            if changed := parsing.list_changed(update, managed=managed):
                work.append(changed)
        for room, section in (sections.get("invite") or {}).items():
            updates.append(RoomUpdate(room, Membership.INVITE))
            if invited := parsing.invitation(self._reader, room, section):
                work.append(invited)
        for room, section in (sections.get("leave") or {}).items():
            updates.append(self._left(room, section))
        return Batch(raw["next_batch"], tuple(updates), tuple(work), tuple(locked))

    async def _joined(
        self, room: RoomId, section: Json, since: str | None, *, new: bool
    ) -> tuple[list[Json], RoomUpdate | WholeRoom]:
        """The timeline without a gap, and what is now known of the room."""
        part = section.get("timeline") or {}
        timeline: list[Json] = part.get("events") or []
        state = parsing.events(room, (section.get("state") or {}).get("events"))
        limited = part.get("limited") and part.get("prev_batch")
        # Of a room that is known, `state` is told only where events crossed each other. It is the
        # state before the timeline, and so may take back what the last answer told.
        crossed = state and not new
        if not limited and not crossed:
            return timeline, RoomUpdate(
                room, Membership.JOIN, parsing.events(room, timeline), state
            )
        ours = any(one.type == "m.room.create" and one.sender == self._reader.bot for one in state)
        try:
            if limited:
                end = part["prev_batch"]
                if new and not ours:
                    # What came before the invitation is none of our business.
                    missed = await rooms.since_invitation(self._api, room, end, self._reader.bot)
                else:
                    missed = await rooms.back_to(self._api, room, end, None if new else since)
                timeline = [*missed, *timeline]
            whole = await rooms.state(self._api, room)
        except HomeserverError as error:
            if error.status not in (403, 404):
                raise
            # The bot was put out, or the room is gone: the next answer tells so.
            logger.warning("%s cannot be read any more: %s", room, error)
            return timeline, RoomUpdate(
                room, Membership.JOIN, parsing.events(room, timeline), state
            )
        return timeline, WholeRoom(room, Membership.JOIN, parsing.events(room, timeline), whole)

    def _left(self, room: RoomId, section: Json) -> RoomUpdate:
        timeline = (section.get("timeline") or {}).get("events")
        return RoomUpdate(room, Membership.LEAVE, parsing.events(room, timeline))

    async def _is_managed(self, room: RoomId, update: RoomUpdate | WholeRoom) -> bool:
        created = next(
            (e for e in (*update.state, *update.timeline) if e.type == "m.room.create"), None
        )
        if created is None:
            return await room_rows.is_managed(self._index, room)
        return _made_by(created, self._reader.bot)


def _made_by(created: Event, bot: str) -> bool:
    return created.sender == bot and "nl.plein.kind" in created.content
