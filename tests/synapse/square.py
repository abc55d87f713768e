"""Setting the scene: organisations in the register, and people whose address is proven."""

from dataclasses import replace
from datetime import UTC, datetime

from plein_bot.actions import register
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.index import addresses
from tests.synapse.conftest import Plein
from tests.synapse.federation import Homeservers
from tests.synapse.harness import Synapse
from tests.synapse.people import Person

ZAANSTAD = Organisation(
    "zaanstad", "gemeente Zaanstad", OrganisationKind.GOVERNMENT, domains=("zaanstad.example",)
)
PURMEREND = Organisation(
    "purmerend", "gemeente Purmerend", OrganisationKind.GOVERNMENT, domains=("purmerend.example",)
)
WERKSAAM = Organisation(
    "werksaam", "WerkSaam", OrganisationKind.PARTNER, domains=("werksaam.example",)
)


async def organisations(plein: Plein, homeservers: Homeservers | None = None) -> None:
    """Put the example's organisations in the register, with the homeservers that they have."""
    act = plein.parts.acts.by(plein.bot, "test register")
    named = (ZAANSTAD, PURMEREND, WERKSAAM)
    if homeservers and homeservers.are_several:
        named = (
            ZAANSTAD,
            replace(PURMEREND, servers=(homeservers.municipality.server_name,)),
            replace(WERKSAAM, servers=(homeservers.partner.server_name,)),
        )
    for organisation in named:
        await register.put(act, organisation)


async def somebody_of(
    organisation: Organisation | None, synapse: Synapse, plein: Plein, name: str, shown: str
) -> Person:
    """A person of the organisation: by a proven address, or else by their homeserver.

    Without one, a citizen.
    """
    person = await synapse.person(name, shown)
    if organisation and synapse.server_name == plein.parts.plein.server:
        address = f"{name}@{organisation.domains[0]}"
        user = UserId(person.user_id)
        await addresses.prove(plein.parts.index, user, address, datetime.now(UTC))
    return person
