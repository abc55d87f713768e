"""Who may read what stands in a place: the one rule of design 6, for every way to it.

The homeserver would give it now, **and** the person is in the place's present audience. What was
encrypted was moreover meant for them: they were there, or invited.
"""

from dataclasses import dataclass

from plein_bot.domain.events import Membership
from plein_bot.domain.places import Visibility
from plein_bot.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Then:
    """How things stood when something was said: the room's `history_visibility`, the reader's
    membership, and whether it was encrypted.
    """

    history: str
    membership: Membership = Membership.LEAVE
    sealed: bool = False


# Whoever says something encrypted gives its key to those who are there, and the invited. To read
# it for others would make them readers of what nobody meant for them, and no app would show it.
_GIVEN_KEYS = (Membership.JOIN, Membership.INVITE)


def may_read(standing: Standing, then: Then) -> bool:
    if then.sealed and then.membership not in _GIVEN_KEYS:
        return False
    return is_present(standing) and homeserver_gives(then, is_in=standing.is_in)


def is_present(standing: Standing) -> bool:
    """Whether somebody is in the present audience: in it now, or it is public now."""
    place = standing.place
    public = place.settings.visibility is Visibility.PUBLIC and not place.is_subsite
    return standing.is_in or public


def homeserver_gives(then: Then, *, is_in: bool) -> bool:
    """Matrix specification, "Room history visibility"; what was said by an unknown rule stays shut.

    Of those who have left it counts only what was said while they were there.
    """
    if then.history == "world_readable" or then.membership is Membership.JOIN:
        return True
    match then.history:
        case "shared":
            return is_in
        case "invited":
            return is_in and then.membership is Membership.INVITE
        case _:
            return False
