"""Who no longer belongs in a place once its settings change, and what is told to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Joining, Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say


class Staying(StrEnum):
    """What an owner decides about those who no longer belong."""

    KEEP = "keep"
    REMOVE = "remove"


class Ground(StrEnum):
    """Why somebody no longer belongs."""

    CITIZEN = "citizen"
    OUTSIDER = "outsider"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody in a place who does not belong there after the change. `place` is as it will be."""

    place: Place
    person: Person
    ground: Ground


def ground(place: Place, person: Person, *, in_subsite: bool) -> Ground | None:
    """Why this person does not belong in the place; None where they do."""
    if not place.admits_class_of(person):
        return Ground.CITIZEN
    if not place.is_subsite and not place.is_external and not in_subsite:
        return Ground.OUTSIDER
    settings = place.settings
    by_organisation = settings.joining is Joining.ORGANISATION
    if by_organisation and not person.belongs_to(settings.organisations):
        return Ground.ORGANISATION
    return None


def excludes(before: Place, after: Place) -> bool:
    """Whether a change can leave anybody without a ground to be there."""
    if before.citizens_allowed and not after.citizens_allowed:
        return True
    if before.is_external and not after.is_external:
        return True
    by_organisation = after.settings.joining is Joining.ORGANISATION
    return by_organisation and (
        before.settings.joining is not Joining.ORGANISATION
        or not {*before.settings.organisations} <= {*after.settings.organisations}
    )


def departing(
    before: Place,
    after: Place,
    there: Iterable[Person],
    in_subsite: Iterable[Person],
    powers: Mapping[UserId, int],
) -> tuple[Departure, ...]:
    """Of those who are there, who belonged and no longer does; whoever has a role stays.

    A role was given to somebody in particular, and is taken in the same way.
    """
    inside = {person.id for person in in_subsite}
    found: list[Departure] = []
    for person in there:
        if powers.get(person.id, 0) >= Role.MODERATOR.power:
            continue
        belonged = ground(before, person, in_subsite=person.id in inside) is None
        why = ground(after, person, in_subsite=person.id in inside)
        if belonged and why:
            found.append(Departure(after, person, why))
    return tuple(sorted(found, key=lambda d: (d.person.shown.casefold(), d.person.id)))


def told_to(departure: Departure, left_with_it: Iterable[Place]) -> Sentence | Text:
    """What somebody reads who was taken out of a place because its settings changed."""
    place = departure.place
    match departure.ground:
        case Ground.CITIZEN:
            why = say(
                "You no longer take part in {place}: it is not for citizens any more. Do you work "
                "for an organisation? Show it with `verify <address>`, and ask again.",
                place=place.full_name,
            )
        case Ground.OUTSIDER:
            why = say(
                "You no longer take part in {place}: it is now for members of {subsite} only.",
                place=place.full_name,
                subsite=place.root.name,
            )
        case Ground.ORGANISATION:
            why = say(
                "You no longer take part in {place}: it is now for people of {organisations}.",
                place=place.full_name,
                organisations=", ".join(place.settings.organisations),
            )
        case _:
            assert_never(departure.ground)
    names = ", ".join(group.name for group in left_with_it)
    if not names:
        return why
    return paragraphs(why, say("With it you have left: {groups}.", groups=names))
