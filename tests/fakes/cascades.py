"""A subsite with groups of every kind, and who is where in it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from plein_bot.actions import groups, joining, people, places
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Joining, Place, Settings, Visibility
from tests.fakes.people import Person
from tests.fakes.square import Square

KINDS = {
    "Jeugdzorg": Settings(Visibility.MEMBERS, Joining.OPEN),
    "Vertrouwelijk": Settings(Visibility.HIDDEN, Joining.INVITE),
    "Netwerk": Settings(Visibility.MEMBERS, Joining.OPEN, external=True),
    "Agenda": Settings(Visibility.LISTED, Joining.REQUEST),
}


@dataclass
class Subsite:
    """`external` are Netwerk, by choice, and Agenda, because others may ask to come in."""

    square: Square
    place: Place
    rooms: dict[str, RoomId]

    @property
    def room(self) -> RoomId:
        return self.place.room

    async def brings(self, person: Person, *slugs: str) -> None:
        """Somebody takes part in the subsite, and in these groups of it or the staff room."""
        act = self.square.by(self.square.sanne, f"$brought {person.user_id}")
        guest = await people.recognise(act, person.user_id)
        inside = await self.square.standing(self.square.sanne, self.place)
        await joining.invite(act, inside, guest)
        await person.joins(self.room)
        for slug in slugs:
            bot = self.square.homeserver.plein.bot
            self.square.homeserver.room(self.rooms[slug]).moves(
                bot, person.user_id, Membership.INVITE, ""
            )
            await person.joins(self.rooms[slug])

    def where(self, person: Person) -> dict[str, str]:
        """The membership of somebody in every room that they ever had one of."""
        homeserver = self.square.homeserver
        return {
            name: str(homeserver.room(room).membership(person.user_id))
            for name, room in {"": self.room, **self.rooms}.items()
            if ("m.room.member", person.user_id) in homeserver.room(room).state
        }

    async def is_out(self, person: Person, slug: str, how: str = "leave") -> None:
        """Wait until somebody is out of a room."""
        await self.square.sanne.hears(
            self.rooms[slug],
            lambda raw: (
                raw.get("state_key") == person.user_id and raw["content"].get("membership") == how
            ),
        )

    def said_in_rooms(self) -> str:
        """Everything that any of its rooms holds."""
        rooms = (self.room, *self.rooms.values())
        return repr([self.square.homeserver.room(room).timeline for room in rooms])


async def subsite_on(
    square: Square,
    joining: Joining = Joining.REQUEST,
    *,
    kinds: Collection[str] = tuple(KINDS),
    more: Iterable[str] = (),
) -> Subsite:
    """A subsite of Sanne's, who is in all of it, with groups of these kinds and `more`."""
    place = await square.subsite(joining=joining)
    wanted = {name: KINDS[name] for name in kinds}
    wanted |= {name: KINDS["Jeugdzorg"] for name in more}
    rooms = {"leden": (await square.group(place)).room, "beheer": await square.staff_room(place)}
    for name, settings in wanted.items():
        act = square.by(square.sanne, f"$group {name}")
        inside = await places.stand(act, await people.recognise(act, act.actor), place)
        group = await groups.make(act, inside, name, None, "", settings)
        await square.sanne.joins(group.room)
        rooms[group.slug] = group.room
    return Subsite(square, place, rooms)
