"""What each of many people may read, by the one rule, with few questions for all of them.

For one person `actions/reading.py` gives the same.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from plein_bot.domain.digests import Stage
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.reading import Now, Then, may_read
from plein_bot.index import histories
from plein_bot.index import places as place_rows
from plein_bot.index.database import Index

_OPEN_TO_MEMBERS = ("world_readable", "shared")

Stays = Mapping[tuple[RoomId, UserId], list[tuple[int, Membership]]]


@dataclass(frozen=True, slots=True)
class Crowd:
    """`places` are those of rooms, as they go on now; `joined` who is in which room."""

    joined: Mapping[UserId, Collection[RoomId]]
    places: Mapping[RoomId, Place]
    stays: Stays = field(default_factory=dict)

    def may_read(self, person: UserId, room: RoomId, stages: Iterable[Stage]) -> bool:
        """What was encrypted nobody reads here: it would go out as it is."""
        place = self.places.get(room)
        if place is None:
            return False
        here = self.joined.get(person, ())
        # Of a room in whose place another came, who left it is given its history no more.
        now = Now(is_in=room in here and place.room in here, is_public=_is_public(place))
        return all(
            not one.sealed and may_read(now, Then(one.history, self._stay(person, room, one)))
            for one in stages
        )

    def _stay(self, person: UserId, room: RoomId, stage: Stage) -> Membership:
        stays = self.stays.get((room, person), [])
        after = bisect_right(stays, stage.position, key=lambda stay: stay[0])
        return stays[after - 1][1] if after else Membership.LEAVE


def _is_public(place: Place) -> bool:
    return place.settings.visibility is Visibility.PUBLIC and not place.is_subsite


async def gathered(
    index: Index,
    joined: Mapping[UserId, Collection[RoomId]],
    said: Iterable[tuple[RoomId, tuple[Stage, ...]]],
) -> Crowd:
    """These people, as far as it takes to judge what was said in these rooms."""
    spoken = tuple(said)
    now = await place_rows.all_going_on_in(index, {room for room, _ in spoken})
    found = {one.room: one for one in await place_rows.of_rooms(index, now.values())}
    places = {room: found[at] for room, at in now.items() if at in found}
    asked = {room for room, stages in spoken if _depends(places.get(room), stages)}
    stays = await histories.stays(index, tuple(joined), asked) if asked else {}
    return Crowd(joined, places, stays)


def _depends(place: Place | None, stages: tuple[Stage, ...]) -> bool:
    """Whether it depends on who was there then; mostly it does on who is there now."""
    if place is None:
        return False
    known = ("world_readable",) if _is_public(place) else _OPEN_TO_MEMBERS
    return any(one.history not in known for one in stages)
