"""What comes of a line that somebody typed to the relay, and of what happens to its own account?"""

import contextlib
import time
from dataclasses import dataclass

from bridges.common.homeserver import HomeserverError, safe
from bridges.common.words import Sentence, say
from bridges.homeserver.desk import letters, lines, rooms, wording
from bridges.homeserver.desk.asking import Asked
from bridges.homeserver.desk.decisions import Decisions
from bridges.homeserver.desk.lines import Line, Verb
from bridges.homeserver.desk.offers import Offers
from bridges.homeserver.desk.overviews import Overviews
from bridges.homeserver.desk.refusals import Refused
from bridges.homeserver.desk.staff import is_staff
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import invitations, links, notices
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import LinkState

_DAY = 86_400.0
_CHAT = 2
"""Members of a direct chat."""


@dataclass(frozen=True, slots=True)
class Desk:
    store: Store
    sides: Sides
    offers: Offers
    decisions: Decisions
    overviews: Overviews

    @classmethod
    def of(cls, store: Store, sides: Sides, secret: bytes) -> "Desk":
        return cls(
            store,
            sides,
            Offers(store, sides, secret),
            Decisions(store, sides, secret),
            Overviews(store, sides),
        )

    async def said(self, side: Side, room: str, event_id: str, person: str, body: str) -> None:
        """A text message: to the relay, or nothing to it."""
        async with self.store.session() as session:
            alone = await notices.is_chat(session, side.name, room, person)
            if await notices.is_answered(session, side.name, event_id):
                return
        to_us = lines.called(body, side.bot)
        if to_us is None and not alone:
            return
        asked = Asked(side, room, event_id, person, alone)
        try:
            if alone:
                await self._refuse_company(asked)
            await self._do(asked, lines.read(body if to_us is None else to_us))
        except Refused as refused:
            await self._answer(asked, refused.sentence)

    async def _refuse_company(self, asked: Asked) -> None:
        """In a chat others may have come, who would read what is for one."""
        here = await rooms.look(asked.side, asked.room)
        if here is not None and len(here.members) > _CHAT:
            raise Refused(say("Others are here too. Start a chat in which only you and I are."))

    async def _do(self, asked: Asked, line: Line) -> None:
        match line.verb:
            case Verb.OFFER:
                await self.offers.offer(asked, line)
            case Verb.ACCEPT:
                await self.offers.accept(asked, line)
            case Verb.YES:
                await self.offers.yes(asked)
            case Verb.NO:
                await self.offers.no(asked)
            case Verb.REFUSE | Verb.PAUSE | Verb.RESUME | Verb.STOP:
                await self.decisions.decide(asked, line.verb, line)
            case Verb.SET:
                await self.decisions.set(asked, line)
            case Verb.LIST:
                await self.overviews.list(asked)
            case Verb.AUDIT:
                await self.overviews.audit(asked, line)
            case Verb.HELP:
                await self.overviews.help(asked)
            case None:
                help = "help" if asked.alone else "!relay help"
                raise Refused(
                    say("I do not understand that. `{help}` shows what you can type.", help=help)
                )

    async def sealed(self, side: Side, room: str, person: str) -> None:
        """Somebody writes to the relay in an encrypted chat, which it cannot read."""
        why = say(
            "This chat is encrypted, and I read nothing that is. Type `!relay help` in the room "
            "that you manage, or start a chat with me without encryption."
        )
        async with self.store.session() as session:
            if await notices.is_chat(session, side.name, room, person):
                told = letters.told(side, room, "sealed", why)
                await notices.write(session, [told], time.time())

    async def is_tired_of(self, side: Side, room: str, event_id: str, inviter: str) -> bool:
        """Whether somebody who does not manage a room invited the relay there today already."""
        async with self.store.session() as session:
            since = time.time() - _DAY
            return await invitations.is_again(session, side.name, room, inviter, event_id, since)

    async def invited(
        self, side: Side, room_id: str, event_id: str, inviter: str, *, direct: bool
    ) -> None:
        """The relay has come into a room: a chat, or one whose staff wants something of it."""
        room = await rooms.look(side, room_id)
        if room is None:
            return
        now = time.time()
        if direct and len(room.members) <= _CHAT and room.join_rule == "invite":
            async with self.store.session() as session:
                await notices.chats_in(session, side.name, room_id, inviter, now)
                hello = say("Hello, I share rooms with other organisations. Type `help`.")
                told = letters.answer(side, room_id, event_id, hello, reply=False)
                await notices.write(session, [told], now)
            return
        if not is_staff(room, inviter):
            async with self.store.session() as session:
                await invitations.turn_down(session, side.name, room_id, inviter, event_id, now)
            await self._goes(side, room_id, event_id)
            return
        async with self.store.session() as session:
            waiting = await self.offers.waiting_for(session, side, room_id)
            every = await links.of_room(session, side.name, room_id)
        offered = [
            wording.offered_there(link.number, wording.called(self.sides[link.offering.side]))
            for link in waiting
        ]
        # Taking the relay out ends them; whatever went wrong then, nobody shares a room unseen.
        offered += [
            wording.stands(link, wording.called(self.sides[link.near(side.name).side]))
            for link in every
            if link.state in (LinkState.ACTIVE, LinkState.PAUSED)
        ]
        out = [letters.answer(side, room_id, event_id, self._hello(side), *offered, reply=False)]
        for link in every:
            # What programs read there may be of before the relay was taken out.
            states = letters.states(link, self.sides, f"{event_id}:{link.number}")
            out += [one for one in states if one.room == room_id]
        async with self.store.session() as session:
            await notices.write(session, out, now)

    def _hello(self, side: Side) -> Sentence:
        return say(
            "Hello, I am {bot}. I share rooms with other organisations when their staff and that "
            "of this room want it. `!relay help` tells how.",
            bot=side.bot,
        )

    async def _goes(self, side: Side, room_id: str, event_id: str) -> None:
        """Out of a room again into which somebody invited it who does not manage that."""
        why = say(
            "Only who may ban people and change the settings of this room can have me here, so I "
            "leave it. Whoever invited me can do that again after a day."
        )
        content = wording.message([why], side.language)
        path = f"client/v3/rooms/{safe(room_id)}/send/m.room.message/{safe(event_id)}"
        with contextlib.suppress(HomeserverError):
            await side.call("PUT", path, content)
        await rooms.go(side, room_id)

    async def removed(
        self, side: Side, room: str, event_id: str, person: str, *, banned: bool, reason: str
    ) -> None:
        """The staff of a room took somebody of elsewhere out. Those of the room where that person
        speaks are asked to do the same, and decide themselves."""
        async with self.store.session() as session:
            every = await links.of_room(session, side.name, room)
        for link in every:
            if link.state not in (LinkState.ACTIVE, LinkState.PAUSED):
                continue
            near = link.near(side.name)
            there = self.sides[near.side]
            asks = _asks(link.number, person, wording.called(side), reason, banned=banned)
            one = letters.to_staff(there, near.room, event_id, person, *asks)
            async with self.store.session() as session:
                await notices.write(session, [one], time.time())

    async def _answer(self, asked: Asked, sentence: Sentence) -> None:
        one = letters.answer(asked.side, asked.room, asked.event_id, sentence)
        async with self.store.session() as session:
            await notices.write(session, [one], time.time())


def _asks(
    number: int, person: str, organisation: str, reason: str, *, banned: bool
) -> tuple[Sentence, ...]:
    what = (
        say(
            "{organisation} asks that {person} does not take part any more in what you share by "
            "link {number}: they banned them there.",
            organisation=organisation,
            person=person,
            number=number,
        )
        if banned
        else say(
            "{organisation} asks that {person} does not take part for now in what you share by "
            "link {number}: they took them out there.",
            organisation=organisation,
            person=person,
            number=number,
        )
    )
    then = say("What they say does not cross any more. Here nothing has changed: that is for you.")
    why = (say("The reason given: {reason}", reason=reason),) if reason else ()
    return (what, then, *why)
