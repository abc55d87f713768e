"""Who may read what stands in a place: the one rule of design 6, for every way to it.

The homeserver would give it now, **and** the person is in the place's present audience. What was
encrypted was moreover meant for them: they were there, or invited.
"""

from dataclasses import dataclass
from typing import Protocol

from plein_bot.domain.events import Membership


class Reader(Protocol):
    """Where somebody stands with a place, as far as reading goes: a `Standing`, or a `Now`."""

    @property
    def is_in(self) -> bool: ...

    @property
    def is_public(self) -> bool:
        """Whether everybody is in the place's present audience; of a subsite's space never."""


@dataclass(frozen=True, slots=True)
class Now:
    """No more of a `Standing` than reading asks for, where there are many to judge."""

    is_in: bool
    is_public: bool


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


def may_read(reader: Reader, then: Then) -> bool:
    if then.sealed and then.membership not in _GIVEN_KEYS:
        return False
    return is_present(reader) and homeserver_gives(then, is_in=reader.is_in)


def is_present(reader: Reader) -> bool:
    """Whether somebody is in the present audience: in it now, or it is public now."""
    return reader.is_in or reader.is_public


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
