"""Who has to go when homeservers may no longer take part in a subsite."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from plein_bot.domain import servers
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId, server_of
from plein_bot.domain.organisations import Register
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Roles
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a list comes to in one subsite. `rooms` are those in which somebody has to go."""

    subsite: Place
    servers: tuple[str, ...] | None
    rooms: Mapping[RoomId, tuple[UserId, ...]] = field(default_factory=dict)

    @property
    def people(self) -> tuple[UserId, ...]:
        return tuple(sorted({user for users in self.rooms.values() for user in users}))

    @property
    def situation(self) -> tuple[object, ...]:
        """What somebody said yes to: not in which of the rooms people are just now."""
        return (self.subsite.room, self.servers, self.people)

    @property
    def by_server(self) -> dict[str, int]:
        """How many people of each homeserver that is shut out."""
        return dict(sorted(Counter(server_of(user) for user in self.people).items()))


def exclusion(
    subsite: Place,
    register: Register,
    own: str,
    there: Mapping[RoomId, Iterable[UserId]],
) -> Exclusion:
    """Who has to go from which room, of those who are `there`."""
    admitted = servers.allowed(subsite, register, own)
    leaving = {
        room: tuple(user for user in users if not servers.admits(admitted, own, server_of(user)))
        for room, users in there.items()
    }
    return Exclusion(subsite, admitted, {room: users for room, users in leaving.items() if users})


def refuse_choosing(standing: Standing) -> None:
    standing.require(Role.ADMIN)
    if not standing.place.is_subsite:
        raise Refusal(
            say(
                "Homeservers are chosen for a whole subsite. Name the subsite: "
                "`set {slug} servers …`.",
                slug=standing.place.root.slug,
            )
        )


def refuse_excluding(
    standing: Standing, wanted: Exclusion, roles: Roles, present: Iterable[UserId]
) -> None:
    """Who decides stays in, and so does an owner of the subsite."""
    leaving = set(wanted.people)
    if standing.person.id in leaving:
        raise Refusal(
            say(
                "Then you could not take part yourself: your account is on {server}. "
                "Name its organisation too.",
                server=server_of(standing.person.id),
            )
        )
    inside = roles.owners() & set(present)
    if inside and inside <= leaving:
        raise Refusal(
            say(
                "Then {place} would have no owner: the accounts of all its owners are on "
                "homeservers that could not take part. Make somebody else the owner first.",
                place=standing.place.full_name,
            )
        )
