"""Plein on the homeserver in memory, with people of all three classes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from plein_bot.actions import places, subsites
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.locks import Locks
from plein_bot.actions.ports import Mailboxes, Registrar, Scanner
from plein_bot.domain.deployment import Plein
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.places import Joining, Place, Settings, Visibility
from plein_bot.domain.relays import Relay
from plein_bot.domain.standing import Standing
from plein_bot.index import addresses, organisations
from plein_bot.index import places as rows
from plein_bot.index.database import Index
from tests.fakes.homeserver import FakeHomeserver
from tests.fakes.people import Person

SERVER = "plein.test"
PLEIN = Plein(
    UserId(f"@plein:{SERVER}"),
    reserve=UserId(f"@reserve:{SERVER}"),
    mail_domain=SERVER,
    web=f"https://{SERVER}",
    contact=f"mailto:veilig@{SERVER}",
    ghosts="mail_",
    relay=Relay(UserId(f"@plein-relay:{SERVER}"), servers=("purmerend.example",)),
    key=b"key",
)
ZAANSTAD = Organisation(
    "zaanstad", "gemeente Zaanstad", OrganisationKind.GOVERNMENT, domains=("zaanstad.example",)
)
WERKSAAM = Organisation(
    "werksaam", "WerkSaam", OrganisationKind.PARTNER, domains=("werksaam.example",)
)
NAMES = subsites.Names("Leden", "Publiek", "Beheer")


@dataclass
class Square:
    """`sanne` and `joost` are officials, `peter` is of a partner, `fatima` is a citizen."""

    homeserver: FakeHomeserver
    index: Index
    locks: Locks = field(default_factory=Locks)
    people: dict[str, Person] = field(default_factory=dict)
    scanner: Scanner | None = None
    registrar: Registrar | None = None
    mailboxes: Mailboxes | None = None

    @property
    def acts(self) -> Acts:
        return Acts(
            PLEIN,
            self.homeserver,
            self.index,
            self.locks,
            self.scanner,
            registrar=self.registrar,
            mailboxes=self.mailboxes,
        )

    @property
    def sanne(self) -> Person:
        return self.people["sanne"]

    @property
    def joost(self) -> Person:
        return self.people["joost"]

    @property
    def peter(self) -> Person:
        return self.people["peter"]

    @property
    def fatima(self) -> Person:
        return self.people["fatima"]

    def by(self, person: Person, cause: str = "$cause") -> Act:
        return self.acts.by(person.user_id, cause)

    async def settle(self) -> None:
        """Who these people are, and which organisations there are."""
        bot = self.homeserver.create(
            RoomId("!register"), PLEIN.bot, {"creation_content": {"nl.plein.kind": "register"}}
        )
        for organisation in (ZAANSTAD, WERKSAAM):
            content = organisations.to_content(organisation)
            bot.puts(PLEIN.bot, organisations.TYPE, content, organisation.slug)
        await self.homeserver.settled()
        for name, domain in (
            ("sanne", "zaanstad.example"),
            ("joost", "zaanstad.example"),
            ("peter", "werksaam.example"),
            ("fatima", None),
        ):
            user = UserId(f"@{name}:{SERVER}")
            self.homeserver.names[user] = name.capitalize()
            self.people[name] = Person(self.homeserver, user)
            if domain:
                await addresses.prove(self.index, user, f"{name}@{domain}", datetime.now(UTC))

    async def subsite(
        self,
        name: str = "Zaanstreek",
        visibility: Visibility = Visibility.LISTED,
        joining: Joining = Joining.REQUEST,
        *,
        citizens: bool = False,
    ) -> Place:
        """A subsite of Sanne's, who is in all its rooms."""
        act = self.by(self.sanne, f"$start {name}")
        settings = Settings(visibility, joining, citizens=citizens)
        started = await subsites.start(act, name, None, "", settings, NAMES)
        staff = await rows.staff_room(self.index, started.subsite)
        for room in (started.subsite.room, *(g.room for g in started.groups), staff):
            assert room
            await self.sanne.joins(room)
        return started.subsite

    async def group(self, subsite: Place, slug: str = "leden") -> Place:
        found = {group.slug: group for group in await rows.groups_of(self.index, subsite)}
        return found[slug]

    async def staff_room(self, subsite: Place) -> RoomId:
        room = await rows.staff_room(self.index, subsite)
        assert room
        return room

    async def standing(self, person: Person, place: Place) -> Standing:
        """Where somebody stands with a place as it is now."""
        found = await places.at(self.by(person), place.room)
        assert found
        return found

    def chat_of(self, person: Person) -> list[str]:
        """What the bot told somebody apart."""
        return [
            said
            for room in self.homeserver.rooms.values()
            if "nl.plein.kind" not in room.content("m.room.create")
            and ("m.room.member", person.user_id) in room.state
            for said in room.said_by(PLEIN.bot)
        ]


@asynccontextmanager
async def square_on(index: Index) -> AsyncIterator[Square]:
    homeserver = FakeHomeserver(PLEIN, index)
    telling = asyncio.create_task(homeserver.run())
    try:
        square = Square(homeserver, index)
        await square.settle()
        yield square
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
