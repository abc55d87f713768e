"""Places and people that the tests of decisions are about."""

from dataclasses import replace

from plein_bot.domain.deployment import Plein
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Organisation, OrganisationKind, Person
from plein_bot.domain.places import (
    GROUP_DEFAULTS,
    SUBSITE_DEFAULTS,
    Joining,
    Place,
    Settings,
    Visibility,
)
from plein_bot.domain.standing import Standing

BOT = UserId("@plein:plein.example")
RESERVE = UserId("@plein-reserve:plein.example")
SANNE = UserId("@sanne:plein.example")
PLEIN = Plein(bot=BOT, reserve=RESERVE, key=b"secret")

ZAANSTAD = Organisation(
    "zaanstad", "gemeente Zaanstad", OrganisationKind.GOVERNMENT, domains=("zaanstad.example",)
)
WERKSAAM = Organisation(
    "werksaam", "WerkSaam", OrganisationKind.PARTNER, domains=("werksaam.example",)
)

OFFICIAL = Person(SANNE, "Sanne de Vries", (ZAANSTAD,))
PARTNER = Person(UserId("@joost:plein.example"), "Joost Bakker", (WERKSAAM,))
CITIZEN = Person(UserId("@fatima:plein.example"), "Fatima el Amrani")


def subsite(
    visibility: Visibility = SUBSITE_DEFAULTS.visibility,
    joining: Joining | None = None,
    **settings: object,
) -> Place:
    if joining is None:
        hidden = visibility is Visibility.HIDDEN
        joining = Joining.INVITE if hidden else SUBSITE_DEFAULTS.joining
    chosen = replace(SUBSITE_DEFAULTS, visibility=visibility, joining=joining, **settings)  # type: ignore[arg-type]
    return Place(RoomId("!zaanstreek"), "zaanstreek", "Zaanstreek", chosen)


def group(
    visibility: Visibility = GROUP_DEFAULTS.visibility,
    joining: Joining | None = None,
    inside: Place | None = None,
    **settings: object,
) -> Place:
    if joining is None:
        hidden = visibility is Visibility.HIDDEN
        joining = Joining.INVITE if hidden else GROUP_DEFAULTS.joining
    chosen = Settings(visibility, joining, **settings)  # type: ignore[arg-type]
    return Place(
        RoomId("!jeugdzorg"), "jeugdzorg", "Jeugdzorg", chosen, subsite=inside or subsite()
    )


def standing(
    place: Place,
    person: Person = OFFICIAL,
    membership: Membership = Membership.LEAVE,
    in_subsite: Membership = Membership.LEAVE,
    power: int = 0,
) -> Standing:
    return Standing(person, place, membership, in_subsite, power)
