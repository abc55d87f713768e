"""What staff may read of what was done in a place, and take along as a file."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from plein_bot.actions import chats, people, places, reading
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.cases import may_decide
from plein_bot.domain.effects import SendFile
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.paging import PAGE, Page, start_of
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import audit_entries as rows
from plein_bot.index import cases, members
from plein_bot.index import places as place_rows
from plein_bot.index.audit_entries import Entry, Wanted

EXPORT = "audit.export"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with the people as they are known now. `readable` where the actor may see its event.

    `place` is where it was done, and None where that is no group or subsite of its own.
    """

    entry: Entry
    by: Person | None
    whom: Person | None
    place: Place | None
    readable: bool = False


async def rooms_of(act: Act, standing: Standing) -> frozenset[RoomId]:
    """What the audit of a place is about: of a subsite its groups and staff room too.

    With the rooms that these came from: an entry stays with the room where it was made.
    """
    standing.require(Role.MODERATOR)
    place = standing.place
    rooms = {place.room}
    if place.is_subsite:
        groups = await places.visible_groups(act, standing.person, place)
        rooms |= {g.place.room for g in groups if g.power >= Role.MODERATOR.power}
        rooms |= (await place_rows.furniture_of(act.index, place.room)).keys()
    return frozenset(rooms | await place_rows.earlier_rooms(act.index, rooms))


async def kept_from(act: Act, standing: Standing, rooms: frozenset[RoomId]) -> frozenset[str]:
    """The cases there that the actor may not know of, such as one about themselves."""
    known = await cases.listed(act.index, rooms, everything=True)
    return frozenset(case.mark for case in known if not may_decide(case, standing))


async def concerned(act: Act, wanted: Wanted) -> dict[UserId, Person]:
    """Who did something there, or to whom something was done; also those who left since."""
    return await _known(act, await rows.people_in(act.index, wanted.rooms), wanted)


async def page(act: Act, wanted: Wanted, number: int) -> Page[Told]:
    """The newest first. Raises a Refusal that says how many pages there are."""
    total = await rows.count(act.index, wanted)
    start = start_of(total, number)
    found = await rows.newest(act.index, wanted, skip=start, most=PAGE)
    told = await _told(act, found, wanted, await _places(act, wanted), events=True)
    return Page(told, start + 1, total, number)


async def export(
    act: Act,
    standing: Standing,
    wanted: Wanted,
    name: str,
    written: Callable[[Iterable[Told]], str],
    heads: str,
) -> int:
    """Send the actor a file of all entries, the oldest first; how many there are.

    It is written on disk, some entries at a time. That somebody took it along is an entry too.
    """
    chat = await chats.with_person(act, act.actor)
    number = 0
    with tempfile.TemporaryDirectory(prefix="audit-", dir=act.spool) as spool:
        path = Path(spool) / "audit"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            file.write(heads)
            async for some in _all(act, wanted):
                await asyncio.to_thread(file.write, written(some))
                number += len(some)
        data = await asyncio.to_thread(path.read_bytes)
    try:
        await act.homeserver.send_file(
            SendFile(chat, data, "text/csv", f"{name}.csv", "audit"), act.cause
        )
    except HomeserverError as error:
        if error.code != "M_TOO_LARGE":
            raise
        raise Refusal(
            say("This is too much for one file. Ask for less of it, such as `--since 2026-05`.")
        ) from error
    await act.record(EXPORT, standing.place.room)
    return number


async def _all(act: Act, wanted: Wanted) -> AsyncIterator[Sequence[Told]]:
    here = await _places(act, wanted)
    async for found in rows.oldest_first(act.index, wanted):
        yield await _told(act, found, wanted, here)


async def _places(act: Act, wanted: Wanted) -> dict[RoomId, Place]:
    """Which place each of the rooms was, or is."""
    now = await place_rows.all_going_on_in(act.index, wanted.rooms)
    known = {p.room: p for p in await place_rows.of_rooms(act.index, now.values())}
    return {room: known[at] for room, at in now.items() if at in known}


async def _known(act: Act, users: Iterable[UserId], wanted: Wanted) -> dict[UserId, Person]:
    """Who is in no room any more has the name that they last bore in these."""
    found = await people.recognise_all(act, users)
    nameless = [user for user, one in found.items() if one.name is None]
    names = await members.last_names(act.index, wanted.rooms, nameless) if nameless else {}
    return found | {user: replace(found[user], name=name) for user, name in names.items()}


async def _told(
    act: Act,
    found: Sequence[Entry],
    wanted: Wanted,
    here: dict[RoomId, Place],
    *,
    events: bool = False,
) -> tuple[Told, ...]:
    concerned = (user for one in found for user in (one.by, one.whom) if user)
    named = await _known(act, concerned, wanted)
    may = frozenset[str]()
    if events:
        asked = [(one.place, one.event) for one in found if one.event]
        standings = await reading.standings(act, {room for room, _ in asked})
        may = frozenset(await reading.readable(act, asked, standings))
    return tuple(
        Told(
            one,
            named[one.by] if one.by else None,
            named[one.whom] if one.whom else None,
            here.get(one.place),
            one.event in may,
        )
        for one in found
    )
