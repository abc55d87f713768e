"""People who give commands all day long, whatever is killed meanwhile."""

import asyncio
from dataclasses import dataclass, field

import aiohttp

from tests.chaos.processes import Homeserver
from tests.synapse.people import Person
from tests.synapse.strangers import Json

PATIENCE = 900.0
"""Seconds until an answer counts as lost. A restart takes two of them, and half a minute on a busy
machine; and somebody may be unlucky in many lives that last less than a second."""


@dataclass(eq=False)
class Resident(Person):
    """Somebody whose client sends again what the homeserver did not answer, as clients do."""

    homeserver: Homeserver | None = None
    bot: str = ""
    number: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    subsites: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    async def tries(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: list[tuple[str, str]] | None = None,
    ) -> tuple[int, Json]:
        assert self.homeserver
        while True:
            try:
                return await super().tries(method, path, body, query)
            except (aiohttp.ClientError, OSError):
                await self.homeserver.there.wait()

    async def commands(self, line: str) -> str:
        """Send a line without waiting for what becomes of it."""
        room = await self.chat_with(self.bot)
        event = await self.says(room, line)
        self.asked[event] = line
        self.busy.set()
        return event

    async def gets(self, line: str, answer: str) -> str:
        """Send a line; the answer, which must have `answer` in it."""
        event = await self.commands(line)
        body: str = (await self.is_answered(event, self.bot, PATIENCE))["content"]["body"]
        assert answer in body, f"{line!r} was answered with {body!r}"
        return body

    async def lives_a_day(self, day: int, neighbours: list["Resident"]) -> None:
        subsite = f"wijk-{self.number}-{day}"
        name = subsite.replace("-", " ").capitalize()
        self.subsites.add(subsite)
        await self._starts(name, by_questions=day % 2 == 0)
        await self.gets("hlp", "")
        await self._makes_groups(subsite)
        await self.gets(f"leden {subsite}", "eigenaar")
        if self.number % 2:
            await self._opens_up(subsite)
        for neighbour in neighbours:
            if neighbour is not self and f"wijk-{neighbour.number}-0" in neighbour.subsites:
                await self._asks_to_join(neighbour)

    async def _starts(self, name: str, *, by_questions: bool) -> None:
        if by_questions:
            await self.gets(f"deelsite nieuw {name}", "Wie mag het vinden?")
            await self.gets("2", "Hoe doet men mee?")
            await self.gets("2", "Klaar.")
        else:
            options = "--zichtbaarheid openbaar --deelname verzoek"
            await self.gets(f"deelsite nieuw {name} {options}", "Klaar.")

    async def _makes_groups(self, subsite: str) -> None:
        """Three in one go: whoever knows what they want does not wait for answers."""
        self.groups |= {f"{subsite}/{group}" for group in ("plein", "school", "raad")}
        events = [
            await self.commands(f"groep nieuw {subsite} Plein --zichtbaarheid vindbaar"),
            await self.commands(f"groep nieuw {subsite} School"),
            await self.commands(f"groep nieuw {subsite} Raad --zichtbaarheid verborgen"),
        ]
        for event in events:
            answer = await self.is_answered(event, self.bot, PATIENCE)
            assert "Klaar:" in answer["content"]["body"], answer

    async def _opens_up(self, subsite: str) -> None:
        """A change of several rooms that wants a yes; interrupted, it may want another one."""
        body = await self.gets(f"stel in {subsite} deelname vrij", "")
        while "`ja`" in body:
            body = await self.gets("ja", "")
        assert "Klaar." in body or body.startswith("Zo is"), body

    async def _asks_to_join(self, neighbour: "Resident") -> None:
        body = await self.gets(f"deelnemen wijk-{neighbour.number}-0", "")
        if body.startswith("Dit gaat op verzoek"):
            await self.gets("Wij zijn buren", "")  # a number, or it has been opened up
