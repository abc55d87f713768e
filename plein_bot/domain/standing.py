"""Where somebody stands with a place, and what that lets them see and do.

The one source of permission: commands, web and mail give the same refusal because they ask here.
"""

from dataclasses import dataclass, replace

from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import brief, say

_WELCOME = (Membership.JOIN, Membership.INVITE)


class NoSuchPlace(Refusal):
    """There is no such place, or this person may not know that there is: the same words."""

    def __init__(self, name: str) -> None:
        super().__init__(
            say(
                "I know no place called “{name}”. Type `subsite list` to see what there is.",
                name=brief(name),
            )
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One person and one place. `power` counts the role in the subsite too, and so does `muted`."""

    person: Person
    place: Place
    membership: Membership = Membership.LEAVE
    in_subsite: Membership = Membership.LEAVE
    power: int = 0
    muted: bool = False

    @property
    def role(self) -> Role:
        return Role.of_power(self.power)

    @property
    def is_in(self) -> bool:
        return self.membership is Membership.JOIN

    @property
    def is_in_subsite(self) -> bool:
        return self.in_subsite is Membership.JOIN

    @property
    def is_public(self) -> bool:
        """Whether everybody is in the present audience (`domain.reading`)."""
        public = self.place.settings.visibility is Visibility.PUBLIC
        return public and not self.place.is_subsite

    @property
    def may_see(self) -> bool:
        """Whether this person may know that the place exists."""
        if self.membership in _WELCOME:
            return True
        match self.place.settings.visibility:
            case Visibility.PUBLIC:
                return True
            case Visibility.LISTED:
                return self.person.has_account
            case Visibility.MEMBERS:
                return self.in_subsite in _WELCOME
            case Visibility.HIDDEN:
                # Owners answer for the whole subsite, hidden groups too.
                return self.power >= Role.ADMIN.power

    @property
    def may_see_subsite(self) -> bool:
        """Whether they may know of the subsite around it; a public group may be in a listed one."""
        return replace(self, place=self.place.root, membership=self.in_subsite).may_see

    def require(self, role: Role) -> None:
        """Refuse whoever has a lower role than `role` here."""
        if not self.may_see:
            raise NoSuchPlace(self.place.path)
        if self.power < role.power and not self.is_in:
            raise Refusal(
                say(
                    "For this you must be {role} of {place}, and you do not take part in it.",
                    role=role,
                    place=self.place.full_name,
                )
            )
        if self.power < role.power:
            raise Refusal(
                say(
                    "For this you must be {role} of {place}. You are {own}. "
                    "Ask somebody with that role: `members {path}`.",
                    role=role,
                    place=self.place.full_name,
                    own=self.role,
                    path=self.place.path,
                )
            )

    def require_member(self) -> None:
        if not self.may_see:
            raise NoSuchPlace(self.place.path)
        if not self.is_in and self.power < Role.MODERATOR.power:
            raise Refusal(
                say(
                    "Only members of {place} can see this. Type `join {path}` to take part.",
                    place=self.place.full_name,
                    path=self.place.path,
                )
            )
