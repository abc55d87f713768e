"""Roles: where they stand, who may give which, and who keeps one (design 5.3).

What is given in a place stands in its room as `nl.plein.roles`, which only the bot writes. The
power levels are made from it: of a group together with its subsite, whose roles count in all its
rooms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plein_bot.domain.ids import UserId
from plein_bot.domain.mutes import POWER as MUTED
from plein_bot.domain.people import Role
from plein_bot.domain.power import OWNER, highest, roles_in

TYPE = "nl.plein.roles"

Powers = Mapping[UserId, int]


@dataclass(frozen=True, slots=True)
class Roles:
    """Everybody with a role in a place. `own` were given in it, `above` in its subsite.

    So with those who are `muted` in it, and in its subsite.
    """

    own: Powers
    above: Powers = field(default_factory=dict)
    muted: frozenset[UserId] = frozenset()
    muted_above: frozenset[UserId] = frozenset()

    @property
    def counting(self) -> dict[UserId, int]:
        """The higher of two holds."""
        return highest(self.own, self.above)

    @property
    def levels(self) -> dict[UserId, int]:
        """What power levels say of people: whoever has a role is not muted."""
        counting = self.counting
        muted = self.muted | self.muted_above
        return counting | {user: MUTED for user in muted if user not in counting}

    def owners(self) -> frozenset[UserId]:
        return frozenset(user for user, power in self.counting.items() if power >= OWNER)


def to_content(own: Powers) -> dict[str, Any]:
    return {"users": {user: power for user, power in sorted(own.items()) if power > 0}}


def stated(content: Mapping[str, Any] | None) -> dict[UserId, int] | None:
    """What `nl.plein.roles` says; None where it says nothing, as when it was redacted."""
    if content is None or not isinstance(content.get("users"), Mapping):
        return None
    return known(content)


def known(content: Mapping[str, Any] | None) -> dict[UserId, int]:
    """The roles in power levels, or in what is written like them: between two it is the lower."""
    found = {user: Role.of_power(power).power for user, power in roles_in(content).items()}
    return {user: power for user, power in found.items() if power > 0}


def beyond(powers: Powers, above: Powers) -> dict[UserId, int]:
    """What power levels say that the roles of the subsite do not explain.

    So rooms are read that were made before roles stood in a state of their own.
    """
    return {user: power for user, power in powers.items() if power > above.get(user, 0)}


def changed(own: Powers, person: UserId, power: int) -> dict[UserId, int]:
    """The roles of a place with that of one person changed; no power is no role."""
    return {user: p for user, p in {**own, person: power}.items() if p > 0}


def kept(roles: Roles, there: Iterable[UserId]) -> dict[UserId, int]:
    """The own roles of those who take part: who leaves a place loses their role in it.

    But a place does not lose its last owner by Plein's hand.
    """
    present = frozenset(there)
    staying = {user: power for user, power in roles.own.items() if user in present}
    if Roles(staying, roles.above).owners():
        return staying
    return {u: p for u, p in roles.own.items() if u in present or p >= OWNER}
