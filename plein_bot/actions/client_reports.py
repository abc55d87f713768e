"""Reports made with a client's own button: they come to the staff like any other."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from plein_bot.actions import reports, targets
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.reports import Received
from plein_bot.domain.cases import ByClient, Complaint
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.timers import Timer
from plein_bot.index import client_reports as rows
from plein_bot.index import places, quotes

REPORTED = "report.client"
"""The kind of timer that each of them becomes, due at once."""


async def look(acts: Acts) -> None:
    """Take in what is new at the homeserver, each once; the first time: from now on."""
    if acts.reported is None:
        return
    last = await rows.last(acts.index)
    if last is None:
        await rows.heard(acts.index, (), await acts.reported.newest())
        return
    found = await acts.reported.since(last)
    if not found:
        return
    # Of rooms that are none of Plein's it wants to know nothing.
    there = await places.all_going_on_in(acts.index, {one.room for one in found})
    ours = {p.room for p in await places.of_rooms(acts.index, there.values())}
    timers = tuple(_timer(one) for one in found if there.get(one.room) in ours)
    await rows.heard(acts.index, timers, found[-1].id)


def _timer(one: ByClient) -> Timer:
    subject = {"event": one.event, "reporter": one.reporter, "words": one.words, "room": one.room}
    name = f"{REPORTED}:{one.id}"
    return Timer(name, REPORTED, one.room, min(one.at, datetime.now(UTC)), name, subject)


async def report(act: Act, subject: dict[str, Any]) -> Received | None:
    """Make a case of it, as the act of who reported; None where the place is gone."""
    event, room = EventId(subject["event"]), RoomId(subject["room"])
    theirs = replace(act, actor=UserId(subject["reporter"]))

    async def is_known() -> bool:
        return await quotes.of(act.index, event) is not None

    # The homeserver may tell of the report before it tells of the message.
    await act.told_back(is_known)
    target = await targets.seen_by_homeserver(act, room, event)
    if target is None:
        return None
    return await reports.report(theirs, target, Complaint.OTHER, str(subject["words"]))
