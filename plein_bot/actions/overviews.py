"""Once a month a group is told which files are new in it, where its staff want that."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plein_bot.actions import reading
from plein_bot.actions.acts import Act, Acts
from plein_bot.domain import overviews as rules
from plein_bot.domain.events import Membership
from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.overviews import Overview
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.reading import Then
from plein_bot.domain.timers import Timer
from plein_bot.index import files, histories, members, places, timers

_AT_ONCE = datetime.fromtimestamp(0, UTC)

_MOST_ASKED = 200
"""People of whom each is asked what they may read, where not everybody reads the same."""


async def expect(acts: Acts, now: datetime) -> None:
    """One always waits. It knows no place: a setting that changes moves nothing."""
    if not await timers.of_kind(acts.index, rules.ALL):
        due = rules.next_moment(now, ZoneInfo(acts.plein.timezone))
        await timers.set(acts.index, Timer(rules.ALL, rules.ALL, rules.ALL, due, rules.ALL))


async def begin(act: Act, moment: datetime) -> None:
    """Each group that wants one gets work of its own, so that none waits for another."""
    begin, end = rules.month_before(moment, ZoneInfo(act.plein.timezone))
    for subsite in await places.subsites(act.index):
        for group in await places.groups_of(act.index, subsite):
            if _wants(group):
                subject = {
                    "room": group.room,
                    "begin": begin.timestamp(),
                    "end": end.timestamp(),
                }
                name = f"{rules.ONE}:{group.room}:{begin:%Y-%m-%d}"
                await timers.set(
                    act.index, Timer(name, rules.ONE, group.room, _AT_ONCE, act.cause, subject)
                )


def _wants(place: Place) -> bool:
    return place.settings.overview and not (place.archived or place.root.archived)


async def of_group(
    act: Act, room: RoomId, begin: datetime, end: datetime
) -> tuple[Place, Overview] | None:
    """What is told, and where; None where there is nothing, or nobody wants it any more."""
    place = await places.of_room(act.index, await places.going_on_in(act.index, room))
    if place is None or not _wants(place):
        return None
    sent = await files.of_rooms(act.index, [place.room])
    new = await _for_all(act, place, [one for one in sent if begin <= one.sent_at < end])
    return (place, rules.overview_of(new)) if new else None


async def _for_all(act: Act, place: Place, new: list[SharedFile]) -> list[SharedFile]:
    """Those that every reader of the room may read: what is told there, all of them read."""
    events = {event for file in new for event in (file.event, file.latest)}
    then = await histories.then(act.index, act.plein.bot, events)
    everybody = place.settings.visibility is Visibility.PUBLIC
    open_ = {event for event, one in then.items() if _is_open(one, everybody=everybody)}
    if not everybody and (rest := events - open_):
        open_ |= await _readable_by_each(act, place, rest)
    return [file for file in new if {file.event, file.latest} <= open_]


def _is_open(then: Then, *, everybody: bool) -> bool:
    """Whether who reads along now may read it whenever they came."""
    known = ("world_readable",) if everybody else ("world_readable", "shared")
    return then.history in known and not then.sealed


async def _readable_by_each(act: Act, place: Place, events: set[EventId]) -> set[EventId]:
    there = await members.of_room(act.index, place.room)
    people = [user for user, one in there.items() if one is Membership.JOIN]
    if len(people) > _MOST_ASKED:
        return set()
    left = set(events)
    for person in people:
        if left and person not in (act.plein.bot, act.plein.reserve):
            left &= await _readable_by(act, place, person, left)
    return left


async def _readable_by(
    act: Act, place: Place, person: UserId, events: set[EventId]
) -> set[EventId]:
    theirs = replace(act, actor=person)
    known = await reading.standings(theirs, {place.room})
    return set(await reading.readable(theirs, {(place.room, one) for one in events}, known))
