"""Mutes: who reads along in a place and writes nothing there.

Who is muted in a place stands in its room as `nl.plein.muted`, which only the bot writes. The power
levels are made from it, as from the roles: whoever is muted and has no role has -1. A mute in a
subsite counts in all its rooms, also in groups that are made later.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import NoSuchPlace, Standing

TYPE = "nl.plein.muted"
POWER = -1
MOST = 1000
"""An event holds some 1,100 people, and the staff of the place are among them."""

_MOST_BYTES = 60_000
_ROUND_EACH = 6
"""Quotes, colon, number and comma."""


def to_content(muted: Collection[UserId]) -> dict[str, Any]:
    return {"users": sorted(muted)}


def stated(content: Mapping[str, Any] | None) -> frozenset[UserId] | None:
    """Whom `nl.plein.muted` names; None where it says nothing, as when it was redacted."""
    users = (content or {}).get("users")
    if not isinstance(users, list):
        return None
    return frozenset(UserId(user) for user in users if isinstance(user, str))


def in_levels(levels: Mapping[str, Any] | None) -> frozenset[UserId]:
    """Whom power levels put below the others."""
    users = (levels or {}).get("users")
    if not isinstance(users, Mapping):
        return frozenset()
    return frozenset(UserId(u) for u, p in users.items() if isinstance(p, int) and p < 0)


def fits(people: Collection[UserId]) -> bool:
    """Whether power levels can name all of these: an event is 64 KiB, and IDs may be long."""
    size = sum(len(user.encode()) + _ROUND_EACH for user in people)
    return len(people) <= MOST and size <= _MOST_BYTES


def refuse_too_many(place: Place, people: Collection[UserId]) -> None:
    """`people` are all whom the power levels would name: the staff too."""
    if not fits(people):
        raise Refusal(
            say(
                "About {most} people can be muted in {place} at a time. Lift some first "
                "(`sanctions {path}`), or shut them out: `ban {path} <who>`.",
                most=MOST,
                place=place.full_name,
                path=place.path,
            )
        )


def refuse_role(theirs: Standing, above: Collection[UserId]) -> None:
    """Whoever has a role writes all the same, so a mute would only seem to be one.

    `above` are those who have it from the subsite.
    """
    if not theirs.power:
        return
    place, person = theirs.place, theirs.person
    raise Refusal(
        say(
            "{name} is {role} of {place}, and whoever has a role can always write. "
            "Take the role first: `role {path} {person} member`.",
            name=person.shown,
            role=theirs.role,
            place=place.full_name,
            path=place.root.path if person.id in above else place.path,
            person=person.id,
        )
    )


def speaks_on(
    person: Person, subsite: Place, groups: Sequence[Place], shown: Collection[RoomId]
) -> Sentence:
    """A role in a group stands above a mute in its subsite; that of `shown` ones is named."""
    named = [one for one in groups if one.room in shown]
    if not named:
        return say(
            "{name} has a role in a part of {place}, and can write there all the same.",
            name=person.shown,
            place=subsite.full_name,
        )
    return say(
        "{name} has a role in {groups}, and can write there all the same. Should that not be? "
        "Take the role: `role {path} {person} member`.",
        name=person.shown,
        groups=in_a_row([one.full_name for one in named]),
        path=named[0].path,
        person=person.id,
    )


def refuse_muted(standing: Standing) -> None:
    """Whoever is muted does not write by Plein's hand either."""
    if not standing.muted:
        return
    place = standing.place
    if not standing.may_see:
        raise NoSuchPlace(place.path)
    raise Refusal(
        say(
            "You are muted in {place}: you can read along, and write nothing there. "
            "Why, and until when: `sanctions mine`.",
            place=place.full_name,
        )
    )
