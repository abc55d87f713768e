"""What happens when somebody asks to take part, by command or by knocking (design 5.2 and 5.3)."""

from enum import StrEnum
from typing import assert_never

from plein_bot.domain import servers
from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import MEMBERS_GROUP, PUBLIC_GROUP, Inviting, Joining, Place
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import NoSuchPlace, Standing


class Entrance(StrEnum):
    """How the door opens for one person."""

    INSIDE = "inside"
    INVITED = "invited"
    WALK_IN = "walk_in"
    ASK = "ask"


def entrance(standing: Standing) -> Entrance:
    """Which way in this person has; a Refusal, with the reason, where there is none.

    Asking twice is no error. Whoever is invited already walks in.
    """
    place, person = standing.place, standing.person
    if standing.membership is Membership.BAN or standing.in_subsite is Membership.BAN:
        raise Refusal(
            say(
                "You cannot take part in {place}: its staff have shut you out.",
                place=place.full_name,
            )
        )
    if standing.membership is Membership.JOIN:
        return Entrance.INSIDE
    if not standing.may_see:
        raise NoSuchPlace(place.path)
    refuse_archived(place)
    if standing.membership is Membership.INVITE:
        return Entrance.INVITED
    refuse_class_of_asker(place, person)
    servers.refuse_asker(place, person)
    match place.settings.joining:
        case Joining.OPEN:
            return Entrance.WALK_IN
        case Joining.MEMBERS:
            return Entrance.WALK_IN if standing.is_in_subsite else Entrance.ASK
        case Joining.REQUEST:
            return Entrance.ASK
        case Joining.ORGANISATION:
            theirs = person.belongs_to(place.settings.organisations)
            return Entrance.WALK_IN if theirs else Entrance.ASK
        case Joining.INVITE:
            raise Refusal(
                say("{place} is by invitation only. Ask one of its members.", place=place.full_name)
            )
        case _:
            assert_never(place.settings.joining)


def has_way_in(standing: Standing) -> bool:
    try:
        entrance(standing)
    except Refusal:
        return False
    return True


def walks_in(standing: Standing) -> bool:
    return has_way_in(standing) and entrance(standing) is not Entrance.ASK


def refuse_class_of_asker(place: Place, person: Person) -> None:
    """Citizens come in only where the setting says so; the refusal, which names it, is for them."""
    if refused := refused_class(place, person):
        raise refused


def refused_class(place: Place, person: Person) -> Refusal | None:
    if place.admits_class_of(person):
        return None
    return Refusal(
        say(
            "You take part as a citizen, and {place} has no citizens (its setting `citizens` "
            "is “no”). Ask its staff to change that: `set {path} citizens yes`.",
            place=place.full_name,
            path=place.path,
        )
    )


def refuse_class(place: Place, person: Person) -> None:
    """The same, for whoever would let them in."""
    if not place.admits_class_of(person):
        raise Refusal(
            say(
                "{name} takes part as a citizen, and {place} has no citizens (its setting "
                "`citizens` is “no”). An admin can change that: `set {path} citizens yes`.",
                name=person.shown,
                place=place.full_name,
                path=place.path,
            )
        )


def refuse_walking_in(standing: Standing) -> None:
    """Nobody walks into a group for members who is not in the subsite.

    The homeserver forgets only after seconds that somebody was in it, and lets them in meanwhile.
    """
    place = standing.place
    if place.subsite and not place.is_external and not standing.is_in_subsite:
        raise Refusal(
            say(
                "{place} is for who takes part in {subsite}. Take part there first: `join {slug}`.",
                place=place.name,
                subsite=place.subsite.name,
                slug=place.subsite.slug,
            )
        )


def refuse_inviting(standing: Standing) -> None:
    """To be asked before the guest is looked up: who can be found by name tells who is in."""
    members_invite = standing.place.settings.invite is Inviting.MEMBERS and standing.is_in
    if not members_invite:
        standing.require(Role.MODERATOR)
    refuse_archived(standing.place)


def first_group(groups: tuple[Place, ...], person: Person) -> Place | None:
    """Where somebody who comes into a subsite is invited at once: `leden`, or else `publiek`."""
    by_slug = {group.slug: group for group in groups if not group.archived}
    for slug in (MEMBERS_GROUP, PUBLIC_GROUP):
        group = by_slug.get(slug)
        if group and group.admits_class_of(person):
            return group
    return None
