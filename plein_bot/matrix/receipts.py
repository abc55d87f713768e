"""What people have read: asked for now and then, beside the sync loop, which is not kept busy."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.digests import Receipt
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index import receipts as rows
from plein_bot.index import sync_tokens
from plein_bot.index.database import Index
from plein_bot.matrix.api import Api

logger = logging.getLogger(__name__)

_NOTHING: dict[str, list[str]] = {"types": []}
_FILTER = json.dumps(
    {
        "presence": _NOTHING,
        "account_data": _NOTHING,
        "room": {
            "timeline": _NOTHING,
            "state": _NOTHING,
            "ephemeral": {"types": ["m.receipt"]},
            "account_data": _NOTHING,
        },
    }
)


class Receipts:
    def __init__(self, api: Api, index: Index, bot: UserId) -> None:
        self._api = api
        self._index = index
        self._bot = bot

    async def hear(self) -> None:
        """Take in what was read since the last time.

        It begins at a token of the sync loop, and goes on from one: the homeserver forgets the
        keys that it sent before the token that it is asked with, and only the sync loop keeps them.
        """
        known = await sync_tokens.token(self._index, self._bot)
        if known is None:
            return
        since = await rows.heard_until(self._index, self._bot) or known
        query = {"timeout": "0", "filter": _FILTER, "since": since}
        try:
            raw = await self._api.call("GET", "v3/sync", query=query)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # Without it a digest may hold what somebody has read already, and no more.
            logger.warning("what people have read is not known: %s", error)
            return
        await rows.keep(self._index, self._bot, told_in(raw), known)


def told_in(raw: Mapping[str, Any]) -> Iterator[Receipt]:
    """The receipts of an answer. Anybody's server sends them, so what is none is left out."""
    for room, section in _items(_mapping(raw.get("rooms")).get("join")):
        for one in _mapping(section.get("ephemeral")).get("events") or ():
            if _mapping(one).get("type") == "m.receipt":
                yield from _of_room(RoomId(room), _mapping(_mapping(one).get("content")))


def _of_room(room: RoomId, content: Mapping[str, Any]) -> Iterator[Receipt]:
    for event, kinds in _items(content):
        for person, told in _items(kinds.get("m.read")):
            thread, ts = told.get("thread_id", ""), told.get("ts")
            if isinstance(thread, str) and type(ts) is int and 0 <= ts < 2**53:
                yield Receipt(room, UserId(person), thread, EventId(event), ts)


def _items(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, one in _mapping(value).items():
        yield str(key), _mapping(one)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
