"""What waits for people, and which places are new to them: what nobody said, in a digest."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from plein_bot.domain.digests import MOST_ENTRIES, Named
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import MEMBERS_GROUP, PUBLIC_GROUP, Place
from plein_bot.domain.standing import Standing
from plein_bot.index import news, requests
from plein_bot.index import places as place_rows
from plein_bot.index import roles as role_rows
from plein_bot.index.database import Index
from plein_bot.index.roles import NONE, Given


@dataclass(frozen=True, slots=True)
class Waiting:
    """Each thing with its place and its moment. `new` are places, whoever may know of them."""

    joined: Mapping[UserId, Collection[RoomId]]
    requests: Mapping[UserId, list[tuple[Place, datetime]]]
    invitations: Mapping[UserId, list[tuple[Place, datetime]]]
    new: tuple[tuple[Place, datetime], ...]

    def requests_of(self, person: UserId, since: datetime) -> tuple[Named, ...]:
        """Those that this person decides about."""
        theirs = Counter(place for place, at in self.requests.get(person, ()) if at > since)
        return tuple(Named(place.full_name, place.path, n) for place, n in theirs.items())

    def invitations_of(self, person: UserId, since: datetime) -> tuple[Named, ...]:
        theirs = [place for place, at in self.invitations.get(person, ()) if at > since]
        return tuple(Named(place.full_name, place.path) for place in dict.fromkeys(theirs))

    def places_for(self, person: UserId, since: datetime) -> tuple[Named, ...]:
        """New subsites that they can find, and new groups in subsites where they take part.

        Not to who takes part nowhere: they may be gone long since.
        """
        rooms = self.joined.get(person, ())
        if not rooms:
            return ()
        invited = {place.room for place, _ in self.invitations.get(person, ())}
        found = [
            place
            for place, at in self.new
            if at > since
            and place.room not in rooms
            and place.room not in invited
            and (place.is_subsite or place.root.room in rooms)
            and _standing(person, place, rooms).may_see
        ]
        return tuple(Named(one.full_name, one.path) for one in found[:MOST_ENTRIES])


def _standing(person: UserId, place: Place, rooms: Collection[RoomId]) -> Standing:
    """Roles are left out: by them one would see hidden places, which nobody sends to a mailbox."""
    inside = Membership.JOIN if place.root.room in rooms else Membership.LEAVE
    return Standing(Person(person), place, in_subsite=inside)


async def gathered(
    index: Index, joined: Mapping[UserId, Collection[RoomId]], since: datetime, until: datetime
) -> Waiting:
    invited = await news.invitations(index, tuple(joined), since, until)
    rooms = {room for some in invited.values() for room, _ in some}
    named = {one.room: one for one in await place_rows.of_rooms(index, rooms)}
    return Waiting(
        joined,
        await _requests(index, joined, since, until),
        {
            person: [(named[room], at) for room, at in some if room in named]
            for person, some in invited.items()
        },
        await _new_places(index, since, until),
    )


async def _new_places(
    index: Index, since: datetime, until: datetime
) -> tuple[tuple[Place, datetime], ...]:
    """Not the two groups with which a subsite is born: it stands for them."""
    made = await news.new_places(index, since, until)
    places = {one.room: one for one in await place_rows.of_rooms(index, made)}
    return tuple(
        (place, made[room])
        for room in made
        if (place := places.get(room)) and not _is_born_with_its_subsite(place)
        if not (place.archived or place.root.archived)
    )


def _is_born_with_its_subsite(place: Place) -> bool:
    return not place.is_subsite and place.slug in (MEMBERS_GROUP, PUBLIC_GROUP)


async def _requests(
    index: Index, joined: Mapping[UserId, Collection[RoomId]], since: datetime, until: datetime
) -> dict[UserId, list[tuple[Place, datetime]]]:
    waiting = [one for one in await requests.waiting_since(index, until) if one.opened_at > since]
    found = await place_rows.of_rooms(index, {one.place for one in waiting})
    places = {place.room: place for place in found}
    everywhere = {place.room for place in found} | {place.root.room for place in found}
    given = await role_rows.given(index, everywhere)
    staff = {place.room: _staff(place, given, joined) for place in found}
    theirs: defaultdict[UserId, list[tuple[Place, datetime]]] = defaultdict(list)
    for request in waiting:
        for person in staff.get(request.place, ()):
            at = request.opened_at.astimezone(UTC)
            theirs[person].append((places[request.place], at))
    return theirs


def _staff(
    place: Place, given: Mapping[RoomId, Given], joined: Mapping[UserId, Collection[RoomId]]
) -> set[UserId]:
    """A role counts for who is where it was given."""
    return {
        person
        for room in {place.room, place.root.room}
        for person, power in given.get(room, NONE).powers.items()
        if power >= Role.MODERATOR.power and room in joined.get(person, ())
    }
