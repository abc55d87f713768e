"""Bans: whose they are, and so what lifting one gives back (design 5.3).

A ban from a subsite holds in all its rooms. Lifting it lifts what came with it, and leaves the bans
that a group gave of its own: those that somebody set by hand in that group, and those for which
Plein was asked in that group. The rest are the bot's, and came with the subsite.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing

BAN, UNBAN = "ban", "unban"
"""What is written in the audit of the place that was named; of the rooms that follow another."""


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody is shut out of a room. `asked` is the last that was asked for in it by name.

    `since` is in milliseconds, as the event says.
    """

    room: RoomId
    person: UserId
    sender: UserId
    since: int
    asked: str | None = None
    asked_by: UserId | None = None

    def is_own(self, bot: UserId) -> bool:
        """Whether the room has it of its own accord, and not because it is in a subsite."""
        return self.sender != bot or self.asked == BAN

    def author(self, bot: UserId) -> UserId | None:
        """Who wanted it, where that is known."""
        if self.sender != bot:
            return self.sender
        return self.asked_by if self.asked == BAN else None


def that_came_with(subsite: RoomId, bans: Iterable[Ban], bot: UserId) -> tuple[RoomId, ...]:
    """The rooms that let somebody in again when their ban from the subsite is lifted."""
    return tuple(ban.room for ban in bans if ban.room == subsite or not ban.is_own(bot))


def refuse_lifting(mine: Standing, person: Person, bans: tuple[Ban, ...], bot: UserId) -> None:
    """Refuse whoever is no staff, and where the subsite's own ban would stand all the same."""
    mine.require(Role.MODERATOR)
    place, name = mine.place, person.shown
    if place.subsite and place.subsite.room in {ban.room for ban in bans}:
        raise Refusal(
            say(
                "{name} is shut out of all of {subsite}, and so of {place}. "
                "Lift that: `unban {slug} {person}`.",
                name=name,
                subsite=place.subsite.name,
                place=place.name,
                slug=place.subsite.slug,
                person=person.id,
            )
        )
    if not that_came_with(place.room, bans, bot):
        raise Refusal(say("{name} is not shut out of {place}.", name=name, place=place.full_name))
