"""Removing people and shutting them out: who may, whom, and where it reaches (design 5.3)."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.joining import Entrance, entrance
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing

PRESENT = (Membership.JOIN, Membership.INVITE, Membership.KNOCK)
"""Those who can be removed: an invitation is withdrawn, a knock turned down."""


def refuse_moving(mine: Standing, theirs: Standing, plein: Plein) -> None:
    """Refuse whoever may not remove this person or shut them out: staff, and who is below them.

    So nobody removes the last owner: there is nobody above an owner.
    """
    mine.require(Role.MODERATOR)
    place, person = mine.place, theirs.person
    if person.id == mine.person.id:
        raise Refusal(say("You cannot do this to yourself. Use `leave {path}`.", path=place.path))
    if person.id in (plein.bot, plein.reserve):
        raise Refusal(
            say("{name} belongs to Plein itself, without which no place can be.", name=person.shown)
        )
    if theirs.power >= mine.power:
        raise Refusal(
            say(
                "{name} is {role} of {place}. You can only do this to somebody with a lower role "
                "than your own, and you are {own}.",
                name=person.shown,
                role=theirs.role,
                place=place.full_name,
                own=mine.role,
            )
        )


def refuse_moving_staff(
    mine: Standing, inside: Iterable[Standing], shown: Collection[RoomId]
) -> None:
    """Refuse where somebody would lose a role in what is behind the door that is none of theirs.

    `inside` is how the person stands there, and `shown` which rooms the actor may know of. So no
    group loses its owner either: only they give it away, or an owner of the subsite takes it.
    """
    place = mine.place
    higher = [one for one in inside if one.power >= max(mine.power, Role.MODERATOR.power)]
    for theirs in sorted(higher, key=lambda one: one.place.room not in shown):
        name = theirs.person.shown
        if theirs.place.room not in shown:
            raise Refusal(
                say(
                    "{name} has a role in a part of {place} that is not lower than yours. "
                    "Ask an owner of {place}: `members {slug}`.",
                    name=name,
                    place=place.full_name,
                    slug=place.slug,
                )
            )
        raise Refusal(
            say(
                "{name} is {role} of {group}, and would lose that. You can only do this to "
                "somebody with a lower role than your own, and you are {own}. An owner of {place} "
                "can end that role first: `role {path} {person} member`.",
                name=name,
                role=theirs.role,
                group=theirs.place.full_name,
                own=mine.role,
                place=place.full_name,
                path=theirs.place.path,
                person=theirs.person.id,
            )
        )


def refuse_absent(theirs: Standing) -> None:
    """The person is in none of the rooms that a removal reaches."""
    place, name = theirs.place.full_name, theirs.person.shown
    if theirs.membership is Membership.BAN:
        raise Refusal(say("{name} is shut out of {place} already.", name=name, place=place))
    raise Refusal(say("{name} does not take part in {place}.", name=name, place=place))


def left_with(place: Place, groups: Iterable[Place]) -> tuple[Place, ...]:
    """The groups that somebody leaves with a place: those that are for its members only."""
    return tuple(group for group in groups if not group.is_external) if place.is_subsite else ()


def stays_in(place: Place, groups: Iterable[Place]) -> tuple[Place, ...]:
    """The groups that take people from outside, where somebody stays who leaves the subsite."""
    return tuple(group for group in groups if group.is_external) if place.is_subsite else ()


def walks_back_in(theirs: Standing) -> bool:
    """Whether somebody who is removed needs nobody's consent to come in again."""
    around = Membership.LEAVE if theirs.place.is_subsite else theirs.in_subsite
    removed = replace(theirs, membership=Membership.LEAVE, in_subsite=around, power=0)
    try:
        return entrance(removed) is Entrance.WALK_IN
    except Refusal:
        return False
