"""Giving and taking roles: who may, and to whom (design 5.3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.roles import Powers, Roles, changed
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing

_THERE = (Membership.JOIN, Membership.INVITE)


@dataclass(frozen=True, slots=True)
class Giving:
    """What is to become of the role of one person in one place.

    `before` is the role that counts now, `own` are the roles of the place as they will be.
    `offered` where the person is asked first: nobody becomes an owner unasked.
    """

    person: Person
    role: Role
    before: Role
    own: Powers
    offered: bool = False

    @property
    def is_nothing(self) -> bool:
        return self.before is self.role

    @property
    def lowers(self) -> bool:
        return self.role.power < self.before.power


def require_giver(standing: Standing) -> None:
    """To be asked before the person is looked up: who can be found by name tells who is in.

    Moderators may at least lower their own role.
    """
    standing.require(Role.MODERATOR)


def decide(
    giver: Standing, to: Standing, role: Role, roles: Roles, there: Iterable[UserId]
) -> Giving:
    """Raise a Refusal for what may not be. `there` are those who have joined the place."""
    place, person = giver.place, to.person
    now = roles.counting.get(person.id, 0)
    _refuse_giver(giver, to, role, now)
    if to.membership not in _THERE:
        raise Refusal(
            say(
                "{name} does not take part in {place}, and only who takes part has a role. "
                "First: `invite {path} {user}`.",
                name=person.shown,
                place=place.full_name,
                path=place.path,
                user=person.id,
            )
        )
    _refuse_below_the_subsite(place, person, role, roles)
    if role is not Role.MEMBER and not now:
        _refuse_muted(place, person, roles)
    giving = Giving(person, role, Role.of_power(now), own_after(roles, person.id, role))
    if role is Role.OWNER and now < Role.OWNER.power:
        return Giving(person, role, giving.before, giving.own, offered=True)
    refuse_last_owner(giver, person, roles, Roles(giving.own, roles.above), there)
    return giving


def own_after(roles: Roles, person: UserId, role: Role) -> dict[UserId, int]:
    """The place's own roles; what the subsite gives already need not be given again."""
    power = role.power if role.power > roles.above.get(person, 0) else 0
    return changed(roles.own, person, power)


def _refuse_giver(giver: Standing, to: Standing, role: Role, now: int) -> None:
    """Owners give any role, admins up to moderator; anybody may lower their own."""
    if giver.person.id == to.person.id and role.power <= now:
        giver.require(Role.MODERATOR)
        return
    giver.require(Role.ADMIN)
    if giver.power >= Role.OWNER.power:
        return
    if max(role.power, now) > Role.MODERATOR.power:
        raise Refusal(
            say(
                "As {own} you give roles up to {most}, and only to who has none above that. "
                "Ask an owner of {place}: `members {path}`.",
                own=giver.role,
                most=Role.MODERATOR,
                place=giver.place.full_name,
                path=giver.place.path,
            )
        )


def refuse_account(plein: Plein, user: UserId) -> None:
    """Plein's own accounts stand above all roles; in the name of a mail anybody may write."""
    if user in (plein.bot, plein.reserve):
        raise Refusal(say("{user} is an account of Plein itself and can have no role.", user=user))
    if plein.is_ghost(user):
        raise Refusal(
            say(
                "{user} takes part by e-mail, and whoever does can have no role. With an account "
                "of their own they can.",
                user=user,
            )
        )
    if plein.is_relayed(user):
        raise Refusal(
            say(
                "{user} stands for somebody of another homeserver, and can have no role here. "
                "With an account on this homeserver they can.",
                user=user,
            )
        )


def _refuse_below_the_subsite(place: Place, person: Person, role: Role, roles: Roles) -> None:
    above = Role.of_power(roles.above.get(person.id, 0))
    if role.power < above.power:
        raise Refusal(
            say(
                "{name} is {role} of {subsite}, and that counts in all its groups. "
                "Change it there: `role {slug} {user} …`.",
                name=person.shown,
                role=above,
                subsite=place.root.name,
                slug=place.root.slug,
                user=person.id,
            )
        )


def _refuse_muted(place: Place, person: Person, roles: Roles) -> None:
    """A role would end the mute, and nobody would have said so."""
    if person.id in roles.muted | roles.muted_above:
        raise Refusal(
            say(
                "{name} is muted in {place}, and whoever has a role can always write. "
                "Lift that first: `unmute {path} {person}`.",
                name=person.shown,
                place=place.full_name,
                path=place.path if person.id in roles.muted else place.root.path,
                person=person.id,
            )
        )


def refuse_last_owner(
    mine: Standing, person: Person, before: Roles, after: Roles, there: Iterable[UserId]
) -> None:
    """A place has an owner who takes part in it; whoever is the last one makes another first.

    To be asked of whatever takes a role away. `there` are those who have joined the place.
    """
    place = mine.place
    if person.id not in before.owners() or after.owners() & frozenset(there):
        return
    if person.id == mine.person.id:
        raise Refusal(
            say(
                "You are the last owner of {place}, and a place cannot be without one. "
                "Make somebody else the owner first: `role {path} <who> owner`.",
                place=place.full_name,
                path=place.path,
            )
        )
    raise Refusal(
        say(
            "{name} is the last owner of {place}, and a place cannot be without one. "
            "Make somebody else the owner first: `role {path} <who> owner`.",
            name=person.shown,
            place=place.full_name,
            path=place.path,
        )
    )
