"""Who may start a subsite or a group, and what comes into being with one."""

from collections.abc import Container

from plein_bot.domain.archives import refuse_archived
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.openness import fitting_joining, refuse_impossible
from plein_bot.domain.people import Person, PersonClass, Role
from plein_bot.domain.places import (
    GROUP_DEFAULTS,
    MEMBERS_GROUP,
    PUBLIC_GROUP,
    PUBLIC_GROUP_SETTINGS,
    SUBSITE_DEFAULTS,
    Place,
    Settings,
    Visibility,
)
from plein_bot.domain.sentences import brief, count, say
from plein_bot.domain.slugs import RESERVED, is_slug
from plein_bot.domain.standing import Standing


def refuse_starting(
    person: Person, allowed: tuple[PersonClass, ...], started_today: int, daily_maximum: int
) -> None:
    if person.person_class not in allowed:
        raise Refusal(
            say(
                "You take part as {own}, and on this Plein a subsite is started by others. "
                "Ask somebody of your municipality to start it with you.",
                own=person.person_class,
            )
        )
    if started_today >= daily_maximum:
        raise Refusal(
            count(
                daily_maximum,
                "You have started a subsite today already. Try again tomorrow.",
                "You have started {n} subsites today already. Try again tomorrow.",
            )
        )


def refuse_opening_up(place: Place, person: Person) -> None:
    """Only officials may let anything be public (design 5.1)."""
    if place.cap is Visibility.PUBLIC and person.person_class is not PersonClass.OFFICIAL:
        raise Refusal(
            say(
                "Only somebody who works for a government organisation can make a subsite public. "
                "You take part as {own}. Choose listed or hidden.",
                own=person.person_class,
            )
        )


def refuse_visibility(visibility: Visibility, person: Person) -> None:
    """Refuse early what no way of joining would make possible."""
    joining = fitting_joining(visibility, SUBSITE_DEFAULTS.joining)
    draft = Place(RoomId(""), "", "", Settings(visibility, joining))
    refuse_impossible(draft)
    refuse_opening_up(draft, person)


def refuse_slug(slug: str, taken: Container[str], words: Container[str] = ()) -> None:
    """`words` are those of commands: a place called `help` could not be asked for."""
    if not is_slug(slug):
        raise Refusal(
            say(
                "“{slug}” cannot be a short name: that has 2 to 40 letters a to z, digits or "
                "hyphens. Choose one yourself with `--slug`, for example `--slug care`.",
                slug=brief(slug),
            )
        )
    if slug in RESERVED or slug in words:
        raise Refusal(
            say(
                "“{slug}” is a word that Plein itself uses. "
                "Choose another short name with `--slug`.",
                slug=slug,
            )
        )
    if slug in taken:
        raise Refusal(
            say(
                "The short name “{slug}” is taken. Choose another one with `--slug`, "
                "for example `--slug {slug}-2`.",
                slug=slug,
            )
        )


def first_groups(
    subsite: Place, members_name: str, public_name: str, public_topic: str = ""
) -> tuple[Place, ...]:
    """The groups that a subsite is born with: `leden`, and `publiek` where its cap allows it."""
    nowhere = RoomId("")
    groups = [Place(nowhere, MEMBERS_GROUP, members_name, GROUP_DEFAULTS, subsite=subsite)]
    public = Place(
        nowhere, PUBLIC_GROUP, public_name, PUBLIC_GROUP_SETTINGS, public_topic, subsite=subsite
    )
    hidden = subsite.settings.visibility is Visibility.HIDDEN
    if subsite.cap is Visibility.PUBLIC and not hidden:
        groups.append(public)
    return tuple(groups)


def refuse_group(group: Place, standing: Standing) -> None:
    """`standing` is that of the maker in the subsite."""
    standing.require(Role.ADMIN)
    refuse_archived(standing.place)
    refuse_impossible(group)
