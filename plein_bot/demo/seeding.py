"""Filling the square through Plein's own actions.

Every act has a cause of its own, so that a start that was cut short is completed by the next one.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from plein_bot.actions import groups, joining, people, places, register, subsites
from plein_bot.actions.acts import Acts
from plein_bot.demo import square
from plein_bot.demo.clients import Client
from plein_bot.demo.square import Poll, Subsite, Written
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.joining import first_group
from plein_bot.domain.places import MEMBERS_GROUP, PUBLIC_GROUP, Place
from plein_bot.index import addresses, members, organisations, posts
from plein_bot.index import places as rows

_NAMES = subsites.Names(
    members="Leden",
    public="Publiek",
    staff="Beheer",
    public_topic="Uw naam en wat u schrijft zijn openbaar.",
)
_FILES = Path(__file__).parent / "files"
Tell = Callable[[str], None]


async def seed(acts: Acts, clients: Mapping[str, Client], tell: Tell) -> None:
    """Make the example square, or what is missing of it."""
    await _enter_organisations(acts)
    for one in square.PEOPLE:
        if one.address:
            user = clients[one.login].user
            await addresses.prove(acts.index, user, one.address, datetime.now(UTC))
    tell(f"{len(square.ORGANISATIONS)} organisations and {len(square.PEOPLE)} people are known")
    await asyncio.gather(*(_Building(acts, clients, s, tell).build() for s in square.SUBSITES))


async def _enter_organisations(acts: Acts) -> None:
    known = await organisations.all_of(acts.index)
    first, *others = square.ORGANISATIONS
    # The first one makes the register's room, which the others find.
    for together in ((first,), others):
        act = acts.by(acts.plein.bot, "demo:register")
        missing = (one for one in together if one not in known)
        await asyncio.gather(*(register.put(act, one) for one in missing))


class _Building:
    """One subsite: what it is made of, who is in it, and what they said."""

    def __init__(
        self, acts: Acts, clients: Mapping[str, Client], subsite: Subsite, tell: Tell
    ) -> None:
        self._acts = acts
        self._clients = clients
        self._subsite = subsite
        self._tell = tell
        self._cause = f"demo:{subsite.slug}"

    async def build(self) -> None:
        space, born, made = await self._rooms()
        await self._invite_all(space, made)
        await self._come_in(space, born, made)
        await self._talk(born, made)
        await self._write(born, made)
        await self._share(made)
        await self._wait_at_the_door(space)
        self._tell(f"{space.name} stands: {len(made)} groups, {len(self._subsite.members)} members")

    async def _rooms(self) -> tuple[Place, tuple[Place, ...], tuple[Place, ...]]:
        """The subsite, the groups that it was born with, and those of its own."""
        wanted = self._subsite
        act = self._acts.by(self._owner, self._cause)
        started = await subsites.start(
            act, wanted.name, wanted.slug, wanted.topic, wanted.settings, _NAMES
        )
        owner = await people.recognise(act, self._owner)
        inside = await places.stand(act, owner, started.subsite)
        made = await asyncio.gather(
            *(
                groups.make(
                    self._acts.by(self._owner, f"{self._cause}/{group.slug}"),
                    inside,
                    group.name,
                    group.slug,
                    group.topic,
                    group.settings,
                )
                for group in wanted.groups
            )
        )
        return started.subsite, started.groups, tuple(made)

    async def _invite_all(self, space: Place, made: tuple[Place, ...]) -> None:
        await asyncio.gather(*(self._invite(space, login) for login in self._subsite.members))
        await asyncio.gather(
            *(
                self._invite(place, login)
                for place, group in zip(made, self._subsite.groups, strict=True)
                for login in group.members
            )
        )

    async def _invite(self, place: Place, login: str) -> None:
        act = self._acts.by(self._owner, f"{self._cause}:{place.slug}:{login}")
        guest = await people.recognise(act, self._client(login).user)
        if guest.id == self._owner or (await places.stand(act, guest, place)).is_in:
            return
        owner = await people.recognise(act, self._owner)
        await joining.invite(act, await places.stand(act, owner, place), guest)

    async def _come_in(
        self, space: Place, born: tuple[Place, ...], made: tuple[Place, ...]
    ) -> None:
        """Into the subsite last: Plein offers its groups to whoever enters it, and so offers
        those that they are not in yet."""
        owner = (self._subsite.owner,)
        doors = [(p.room, g.members) for p, g in zip(made, self._subsite.groups, strict=True)]
        doors += [(place.room, owner) for place in born]
        for login in self._subsite.members:
            if home := await self._home(born, login):
                doors.append((home.room, (login,)))
        if staff_room := await rows.staff_room(self._acts.index, space):
            doors.append((staff_room, owner))
        await asyncio.gather(*(self._enter(room, logins) for room, logins in doors))
        await self._enter(space.room, self._subsite.members)

    async def _home(self, born: tuple[Place, ...], login: str) -> Place | None:
        """Where an invitation to the subsite leads as well: citizens to the public group."""
        act = self._acts.by(self._owner, self._cause)
        return first_group(born, await people.recognise(act, self._client(login).user))

    async def _enter(self, room: RoomId, logins: Iterable[str]) -> None:
        entering = [self._client(login) for login in logins]
        await asyncio.gather(*(client.join(room) for client in entering))

        async def all_are_in() -> bool:
            there = await members.of_room(self._acts.index, room)
            return all(there.get(client.user) is Membership.JOIN for client in entering)

        await self._acts.index.until(all_are_in)

    async def _talk(self, born: tuple[Place, ...], made: tuple[Place, ...]) -> None:
        talks = [(place, self._subsite.said) for place in born if place.slug == MEMBERS_GROUP]
        talks += [(place, g.said) for place, g in zip(made, self._subsite.groups, strict=True)]
        for place, said in talks:
            for number, (login, text) in enumerate(said):
                await self._client(login).say(place.room, text, f"demo-{place.slug}-{number}")

    async def _write(self, born: tuple[Place, ...], made: tuple[Place, ...]) -> None:
        written = [(p, self._subsite.posts) for p in born if p.slug == PUBLIC_GROUP]
        written += [(p, g.posts) for p, g in zip(made, self._subsite.groups, strict=True)]
        for place, several in written:
            for number, one in enumerate(several):
                await self._post(place, one, f"demo-{place.slug}-post-{number}")

    async def _post(self, place: Place, one: Written, transaction: str) -> None:
        """As its author would: typed in the group, and answered by Plein with a card."""
        term = f' --meedenken "{one.consult}"' if one.consult else ""
        line = f"!plein blog {one.title}{term}\n{one.text}"
        event = await self._client(one.login).say(place.room, line, transaction)

        async def stands() -> bool:
            return await posts.of_event(self._acts.index, event) is not None

        await self._acts.index.until(stands)
        for number, (login, text) in enumerate(one.comments):
            await self._client(login).say(place.room, text, f"{transaction}-{number}", event)
        if one.poll:
            await self._vote(place.room, one.login, one.poll, event, f"{transaction}-poll")

    async def _vote(
        self, room: RoomId, login: str, poll: Poll, post: EventId, transaction: str
    ) -> None:
        asker = self._client(login)
        asked = await asker.ask(room, poll.question, poll.answers, transaction, post)
        for who, answer in poll.votes:
            chosen = poll.answers[answer]
            await self._client(who).vote(room, asked, chosen, f"{transaction}-{who}")

    async def _share(self, made: tuple[Place, ...]) -> None:
        for place, group in zip(made, self._subsite.groups, strict=True):
            for number, (login, name) in enumerate(group.files):
                transaction = f"demo-{place.slug}-file-{number}"
                await self._client(login).share(place.room, _FILES / name, transaction)

    async def _wait_at_the_door(self, space: Place) -> None:
        for login, reason in self._subsite.waits:
            user = self._client(login).user
            act = self._acts.by(user, f"{self._cause}:asks:{login}")

            async def is_named(user: UserId = user) -> bool:
                return bool(await members.names(self._acts.index, [user]))

            # Staff read a name, and Plein knows it once somebody is anywhere on the square.
            await self._acts.index.until(is_named)
            person = await people.recognise(act, user)
            await joining.ask(act, await places.stand(act, person, space), reason)

    @property
    def _owner(self) -> UserId:
        return self._client(self._subsite.owner).user

    def _client(self, login: str) -> Client:
        return self._clients[login]
