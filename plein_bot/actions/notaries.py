"""How far the audit has come, said where whoever can write in the database only cannot say it."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from plein_bot.actions import register
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain.audits import Broken, Link
from plein_bot.domain.effects import PutState
from plein_bot.domain.ids import RoomId
from plein_bot.index import chain, rooms

logger = logging.getLogger(__name__)

TYPE = "nl.plein.audit"
"""State of the register's room, where the bot alone has the power to write."""

EVERY = timedelta(days=1)


async def note(acts: Acts, now: datetime) -> None:
    """Note once a day the last entry of the audit, when all since the last note is whole.

    What is broken is not noted: that would say that it is right.
    """
    if not (await chain.head(acts.index)).number:
        return
    act = acts.by(acts.plein.bot, f"audit {now:%Y-%m-%dT%H:%M:%S}")
    try:
        room = await register.room_of(act)
        known = (await rooms.state(acts.index, room)).get((TYPE, ""), {})
        if (at := _moment(known)) is None or now >= at + EVERY:
            await _note(act, room, now)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        # Nothing else has to wait for it; it is tried again with the next round.
        logger.warning("the audit cannot be noted: %s", error)


async def _note(act: Act, room: RoomId, now: datetime) -> None:
    noted = await noted_in(act, room)
    found = await (chain.goes_on(act.index, noted) if noted else chain.examine(act.index))
    if isinstance(found, Broken):
        logger.error("the audit is broken at %s: run `plein doctor`", found.number)
    elif found != noted:
        await put(act, room, found, now)


async def put(act: Act, room: RoomId, link: Link, now: datetime) -> None:
    content = {"number": link.number, "hash": link.hash, "at": int(now.timestamp() * 1000)}
    await act.perform([PutState(room, TYPE, content)])


async def noted_in(act: Act, room: RoomId) -> Link | None:
    """What was noted last, as the homeserver tells it: our own memory could be lied to as well."""
    for event in await act.homeserver.state(room):
        if (event.type, event.state_key, event.sender) == (TYPE, "", act.plein.bot):
            number, link = event.content.get("number"), event.content.get("hash")
            if isinstance(number, int) and isinstance(link, str):
                return Link(number, link)
    return None


def _moment(content: Mapping[str, Any]) -> datetime | None:
    at = content.get("at")
    return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) else None
