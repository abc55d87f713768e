"""Roles that are given in a client's own room settings: which are followed (design 3.8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plein_bot.domain import giving
from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.giving import Giving
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.roles import Powers, Roles
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Refused:
    """A role that somebody gave and that does not stand; `why` where they can do better."""

    to: UserId
    role: Role
    why: Sentence | Text | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What becomes of a change of power levels. `own` are the roles of the place after it.

    `offered` is who is asked first: whoever was made owner has not agreed to that yet.
    """

    own: Powers
    given: tuple[Giving, ...] = ()
    refused: tuple[Refused, ...] = ()
    offered: UserId | None = None


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[UserId, int]:
    """Whose role changed, and what power it has now. Who is muted has no role (`mutes`)."""
    was, now = _users(before), _users(after)
    return {
        user: now.get(user, 0)
        for user in sorted(was.keys() | now.keys())
        if was.get(user, 0) != now.get(user, 0)
    }


def _users(levels: Mapping[str, Any] | None) -> dict[UserId, int]:
    users = (levels or {}).get("users")
    if not isinstance(users, Mapping):
        return {}
    return {UserId(user): max(power, 0) for user, power in users.items() if isinstance(power, int)}


def without_users(levels: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the power levels say of rights, and not of people."""
    return {key: value for key, value in (levels or {}).items() if key != "users"}


def follow(
    giver: Standing,
    changed: Mapping[UserId, int],
    people: Mapping[UserId, Standing],
    roles: Roles,
    there: Iterable[UserId],
    plein: Plein,
) -> Followed:
    """Judge each change as if it had been a command; nobody becomes an owner unasked.

    `people` are those who are changed, `there` the owners who have joined the place.
    """
    own: Powers = roles.own
    given: list[Giving] = []
    refused: list[Refused] = []
    offered: UserId | None = None
    for user, power in changed.items():
        role = Role.of_power(power)
        now = replace(roles, own=own)
        try:
            giving.refuse_account(plein, user)
            one = giving.decide(giver, people[user], role, now, there)
        except Refusal as refusal:
            may_give = giver.power >= Role.ADMIN.power or user == giver.person.id
            refused.append(Refused(user, role, refusal.sentence if may_give else None))
            continue
        if one.offered:
            offered = offered or user
            refused.append(Refused(user, role))
        elif not one.is_nothing:
            given.append(one)
            own = one.own
    return Followed(own, tuple(given), tuple(refused), offered)
