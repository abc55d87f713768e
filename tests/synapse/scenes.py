"""A square with its people: an owner, an official elsewhere, a partner and a citizen."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.index import places
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.federation import Homeservers
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.square import PURMEREND, WERKSAAM, ZAANSTAD, organisations, somebody_of


@dataclass
class Scene:
    """Sanne owns what is made in it; the others are in nothing yet.

    `synapse` is that of the plein. Where the homeservers are several, the others come from
    elsewhere: Joost from the municipality's, Wim from the partner's, Fatima from one that nobody
    knows.
    """

    homeservers: Homeservers
    synapse: Synapse
    plein: Plein
    sanne: Person
    joost: Person
    wim: Person
    fatima: Person
    operator: Person

    async def says(self, person: Person, line: str) -> str:
        """What Plein answers in the direct chat."""
        return await says(person, self.plein, line)

    async def place(self, path: str) -> Place:
        index = self.plein.parts.index
        slug, _, group = path.partition("/")
        root = _called(slug, await places.subsites(index))
        return _called(group, await places.groups_of(index, root)) if group else root

    async def room(self, path: str) -> RoomId:
        return (await self.place(path)).room

    async def staff_room(self, subsite: str) -> RoomId:
        room = await places.staff_room(self.plein.parts.index, await self.place(subsite))
        assert room
        return room

    def alias(self, path: str) -> str:
        return f"#{path.replace('/', '.')}:{self.synapse.server_name}"

    @property
    def via(self) -> tuple[str, ...]:
        """Where rooms are found by whoever's homeserver is not in them."""
        return (self.synapse.server_name,)

    async def newcomer(self, name: str, shown: str) -> Person:
        """Another official of Purmerend."""
        return await somebody_of(PURMEREND, self.homeservers.municipality, self.plein, name, shown)


def _called(slug: str, found: Iterable[Place]) -> Place:
    """The homeserver is shared by other tests: a name that one of those took is not given again."""
    known = {place.slug: place for place in found}
    assert slug in known, f"{slug} is not one of {sorted(known)}"
    return known[slug]


@asynccontextmanager
async def scene_on(
    synapse: Synapse, folder: Path, **sections: dict[str, object]
) -> AsyncIterator[Scene]:
    async with scene_among(Homeservers.only(synapse), folder, **sections) as scene:
        yield scene


@asynccontextmanager
async def scene_among(
    homeservers: Homeservers, folder: Path, **sections: dict[str, object]
) -> AsyncIterator[Scene]:
    synapse = homeservers.plein
    municipality, partner = homeservers.municipality, homeservers.partner
    operator = await synapse.person("beheer", "Beheer")
    operators: dict[str, object] = {"operators": [operator.user_id]}
    settings = await settings_on(synapse, folder, plein=operators, **sections)
    async with running(settings) as plein:
        await organisations(plein, homeservers)
        yield Scene(
            homeservers,
            synapse,
            plein,
            await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries"),
            await somebody_of(PURMEREND, municipality, plein, "joost", "Joost Bakker"),
            await somebody_of(WERKSAAM, partner, plein, "wim", "Wim Jansen"),
            await somebody_of(None, homeservers.elsewhere, plein, "fatima", "Fatima el Amrani"),
            operator,
        )
