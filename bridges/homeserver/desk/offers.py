"""How do two rooms come to be linked? One staff offers, the other looks and says yes."""

import hashlib
import json
import time
from dataclasses import dataclass, replace

from bridges.common.words import Sentence, say
from bridges.homeserver.desk import agreements, asking, letters, limits, lines, rooms, wording
from bridges.homeserver.desk.asking import Asked
from bridges.homeserver.desk.lines import Line, Verb
from bridges.homeserver.desk.refusals import Refused
from bridges.homeserver.desk.staff import Room, is_staff
from bridges.homeserver.desk.wording import called
from bridges.homeserver.sides import Side, SideAway, Sides
from bridges.homeserver.store import links, notices
from bridges.homeserver.store.database import Session, Store
from bridges.homeserver.store.links import End, Link, LinkState
from bridges.homeserver.store.notices import Question

_TEN_MINUTES = 600.0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A link that somebody may accept, with both rooms as they are now."""

    link: Link
    here: Room
    there: Room

    @property
    def fingerprint(self) -> str:
        """The same as long as nothing has changed that they were shown."""
        link = self.link
        rules = [link.number, link.offering_rules, link.accepting_rules, self.here.room_id]
        shown = [*rules, self.here.name, self.there.name, link.since]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Offers:
    store: Store
    sides: Sides
    secret: bytes

    async def offer(self, asked: Asked, line: Line) -> None:
        side, wanted = asked.side, lines.offer(line.words)
        if wanted is None:
            raise Refused(_how_to_offer(self.sides, side))
        far = asking.meant(self.sides, side, wanted.side)
        if wanted.here is None and asked.alone:
            raise Refused(
                say(
                    "Which room? For example: `offer #room:{server} {side}`.",
                    server=side.server_name,
                    side=far.name,
                )
            )
        here = await rooms.found(side, wanted.here) if wanted.here else asked.room
        if here is None:
            raise Refused(say("There is no room {name} here.", name=wanted.here))
        room = asking.suitable(await asking.managed(asked, here))
        there = await self._chosen(far, wanted.there)
        now = time.time()
        async with self.store.session() as session:
            await limits.refuse_more(session, asked, here, far, there, now)
            end = End(side.name, here)
            link = await links.offer(session, end, far.name, there, asked.person, now)
            await self._tell_offer(session, asked, link, room)

    async def accept(self, asked: Asked, line: Line) -> None:
        """Show what it would mean; `yes` does it."""
        async with self.store.session() as session:
            link = await links.get(session, line.number) if line.number is not None else None
        if link is None:
            raise asking.no_link(asked, line.number)
        named = next((found for word in line.rest if (found := lines.room(word))), None)
        here = await rooms.found(asked.side, named) if named else None
        here = here or (link.accepting.room if asked.alone and link.accepting else asked.room)
        self._refuse_strangers(asked, link, here, line.rest)
        await self._ask(asked, await self._looked_at(asked, link, here))

    async def yes(self, asked: Asked) -> None:
        now = time.time()
        async with self.store.session() as session:
            question = await notices.asked(session, asked.side.name, asked.room, asked.person, now)
            link = await links.get(session, question.link) if question else None
        if question is None or link is None:
            raise Refused(
                say("There is nothing to say yes to (any more). Type the command itself again.")
            )
        acceptance = await self._looked_at(asked, link, question.room)
        if acceptance.fingerprint != question.fingerprint:
            await self._ask(asked, acceptance)
            return
        await self._accept(asked, acceptance, now)

    async def no(self, asked: Asked) -> None:
        async with self.store.session() as session:
            await notices.settle(session, asked.side.name, asked.room, asked.person)
            done = say("All right, nothing happens.")
            await _answer(session, asked, done)

    async def waiting_for(self, session: Session, side: Side, room: str) -> list[Link]:
        """Offers to a room, which its staff have yet to hear of when the relay comes in."""
        every = await links.of_room(session, side.name, room)
        end = End(side.name, room)
        return [one for one in every if one.state is LinkState.OFFERED and one.accepting == end]

    async def _chosen(self, far: Side, name: str | None) -> str | None:
        """The room of the others that is meant. An alias that they do not have stays one: whoever
        offers is told nothing else then, for which rooms others have is theirs to tell."""
        if name is None:
            return None
        try:
            there = await rooms.found(far, name)
        except SideAway:
            raise asking.away(far) from None
        return there or name

    async def _tell_offer(self, session: Session, asked: Asked, link: Link, room: Room) -> None:
        side, far = asked.side, self.sides[link.accepting_side]
        here = link.offering.room
        first = wording.offered_here(link.number, called(far))
        if link.accepting:
            then = say(
                "The staff of the room that you named read of it, if there is such a room and I am "
                "in it. If not, they invite {bot} first.",
                bot=far.bot,
            )
        else:
            then = say(
                "Tell the staff of a room there to invite {bot} and to type: `!relay accept "
                "{number} {key}`. Whoever has that line may link a room of theirs.",
                bot=far.bot,
                number=link.number,
                key=asking.key(self.secret, link),
            )
        lacks = asking.lacking(room, side, called(far))
        out = []
        if asked.alone:
            out.append(letters.answer(side, asked.room, asked.event_id, first, then, *lacks))
            out.append(letters.told(side, here, asked.event_id, first))
        elif link.accepting:
            out.append(letters.answer(side, here, asked.event_id, first, then, *lacks))
        else:
            # Others read along in a room, and whoever has the line may use it.
            apart = say("What the others have to type, I tell you in our direct chat.")
            out.append(letters.answer(side, here, asked.event_id, first, apart, *lacks))
            out.append(letters.apart(side, asked.person, asked.event_id, first, then))
        if link.accepting and not link.accepting.room.startswith("#"):
            there = wording.offered_there(link.number, called(side))
            out.append(letters.told(far, link.accepting.room, f"offer:{link.number}", there))
        await notices.write(session, out, time.time())

    def _refuse_strangers(
        self, asked: Asked, link: Link, here: str, words: tuple[str, ...]
    ) -> None:
        """An offer that names a room is for that room, any other for who has its key."""
        end = agreements.end_at(link, asked.side.name, here)
        if end is None:
            raise asking.no_link(asked, link.number)
        is_open = link.accepting is None and end != link.offering
        if is_open and not asking.is_key(self.secret, link, words):
            raise asking.no_link(asked, link.number)

    async def _looked_at(self, asked: Asked, link: Link, here: str) -> Acceptance:
        """Both rooms, and whether the link may still be accepted by this person."""
        if link.accepting is None:
            room = await asking.managed(asked, here)  # They have its key.
        else:
            room = await asking.of_link(asked, link.number, here)
        agreements.after(link, Verb.ACCEPT, asked.side.name, time.time())
        asking.suitable(room)
        far = self.sides[link.offering.side]
        there = await asking.over_there(far, link.offering.room)
        if there is None or not is_staff(there, link.offered_by):
            raise Refused(
                say(
                    "Whoever made offer {number} no longer manages the room there, or I was taken "
                    "out of it. Ask for a new offer.",
                    number=link.number,
                )
            )
        return Acceptance(link, room, asking.suitable(there, say("The room there")))

    async def _ask(self, asked: Asked, acceptance: Acceptance) -> None:
        """What the room there is called, a stranger may have written: only who decides reads it."""
        link, side = acceptance.link, asked.side
        far = self.sides[link.offering.side]
        as_agreed = _accepted(link, acceptance.here)
        end = End(side.name, acceptance.here.room_id)
        asks = say(
            "Share “{here}” with a room of {organisation}, where {people} people are now? "
            "Whoever takes part there then reads what is said here, and the other way round. What "
            "crosses: {rules}.",
            here=acceptance.here.shown,
            organisation=called(far),
            people=sum(not far.is_ours(one) for one in acceptance.there.members),
            rules=wording.what_crosses(as_agreed, end),
        )
        which = say(
            "That room is called “{there}”, and {person} offered it (offer {number}).",
            there=acceptance.there.shown,
            person=link.offered_by,
            number=link.number,
        )
        if asked.alone:
            how = [which, say("`yes` does it, `no` does not; you have ten minutes.")]
        else:
            how = [
                say("What that room is called, and who offered it, I tell you in a direct chat."),
                say("`!relay yes` does it, `!relay no` does not; you have ten minutes."),
            ]
        async with self.store.session() as session:
            until = time.time() + _TEN_MINUTES
            question = Question(link.number, acceptance.here.room_id, acceptance.fingerprint, until)
            await notices.ask(session, side.name, asked.room, asked.person, question)
            await _answer(session, asked, asks, *how)
            if not asked.alone:
                apart = letters.apart(side, asked.person, asked.event_id, which)
                await notices.write(session, [apart], time.time())

    async def _accept(self, asked: Asked, acceptance: Acceptance, now: float) -> None:
        side, here = asked.side, acceptance.here.room_id
        async with self.store.session() as session:
            before = await links.get(session, acceptance.link.number)
            assert before is not None, "links are never deleted"
            agreements.after(before, Verb.ACCEPT, side.name, now)
            rules = _accepted(before, acceptance.here).accepting_rules
            await links.set_rules(session, before.number, side.name, rules)
            link = await links.accept(session, before.number, here, asked.person, now)
            await notices.settle(session, side.name, asked.room, asked.person)
            out = []
            far = self.sides[link.offering.side]
            mine, theirs = End(side.name, here), link.offering
            told = (
                wording.begun(link, mine, called(far)),
                *asking.lacking(acceptance.here, side, called(far)),
            )
            out.append(letters.answer(side, asked.room, asked.event_id, *told))
            if asked.room != here:
                out.append(letters.told(side, here, asked.event_id, *told))
            others = (
                wording.begun(link, theirs, called(side)),
                *asking.lacking(acceptance.there, far, called(side)),
            )
            out.append(letters.told(far, theirs.room, asked.event_id, *others))
            out += letters.states(link, self.sides, asked.event_id)
            await notices.write(session, out, now)


def _accepted(link: Link, here: Room) -> Link:
    """The link as it would be. Of what was said before so much comes along as was offered, unless
    the staff of the room have set something else."""
    rules = {"backfill": link.offering_rules.get("backfill", 0)} | link.accepting_rules
    end = End(link.accepting_side, here.room_id)
    return replace(link, accepting=end, accepting_rules=rules)


async def _answer(session: Session, asked: Asked, *paragraphs: Sentence) -> None:
    one = letters.answer(asked.side, asked.room, asked.event_id, *paragraphs)
    await notices.write(session, [one], time.time())


def _how_to_offer(sides: Sides, near: Side) -> Sentence:
    names = ", ".join(one.name for one in sides.values() if one.name != near.name)
    return say(
        "With whom? `!relay offer <side>` in the room that you want to share, or `!relay offer "
        "<side> #room:server` to name the room there too. The sides are: {names}.",
        names=names,
    )
