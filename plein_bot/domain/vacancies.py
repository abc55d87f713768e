"""Subsites without an owner: since when, and when operators may appoint one (design 5.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Roles
from plein_bot.domain.sentences import say

LASTS = timedelta(days=14)
"""So long the owner may come back; then the operators may appoint another."""


def since(roles: Roles, moved: Mapping[UserId, int]) -> datetime:
    """When the last owner went. `moved` says of each who is away when that was, in milliseconds.

    A place that never had an owner is without one for ever.
    """
    last = max((moved.get(user, 0) for user in roles.owners()), default=0)
    return datetime.fromtimestamp(last / 1000, UTC)


def is_due(vacant: datetime | None, now: datetime) -> bool:
    return vacant is not None and vacant + LASTS <= now


def may_appoint(plein: Plein, actor: UserId, power: int, role: Role) -> bool:
    """Operators have this one right in other people's buildings, and only where it is needed."""
    return actor in plein.operators and role is Role.OWNER and power < Role.OWNER.power


def refuse_appointing(place: Place, person: Person, *, is_in: bool, empty: bool, me: bool) -> None:
    """Somebody who takes part is appointed; where nobody does, anybody but the operator."""
    if is_in or (empty and not me):
        return
    raise Refusal(
        say(
            "{name} does not take part in {place}. Appoint somebody who does.",
            name=person.shown,
            place=place.full_name,
        )
    )
