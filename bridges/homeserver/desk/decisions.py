"""How does a link rest, go on and end, and how do its rules change? By the staff of either end."""

import time
from dataclasses import dataclass

from bridges.common.words import Sentence, say
from bridges.homeserver.desk import agreements, asking, letters, rules, wording
from bridges.homeserver.desk.agreements import Agreed
from bridges.homeserver.desk.asking import Asked
from bridges.homeserver.desk.lines import Line, Verb
from bridges.homeserver.desk.wording import called
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import links, notices
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End, Link, LinkState
from bridges.homeserver.store.notices import Notice

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Decisions:
    store: Store
    sides: Sides
    secret: bytes

    async def decide(self, asked: Asked, verb: Verb, line: Line) -> None:
        """Refuse, pause, resume or stop. Nothing of the others is asked, so that it takes effect
        at once, whether their homeserver answers or not."""
        link, end = await self._theirs(asked, line)
        now = time.time()
        async with self.store.session() as session:
            link = await links.get(session, link.number) or link
            agreed = agreements.after(link, verb, asked.side.name, now)
            reason = " ".join(line.rest)[:_LONGEST_REASON]
            after = await links.change(
                session, link.number, agreed.state, reason, now, agreed.resting
            )
            out = self._told(asked.side, end, link, after, agreed, verb, asked.event_id)
            others = called(self._other(after, end))
            mine = (
                wording.taken_back(link.number, others)
                if _is_taken_back(link, agreed)
                else wording.changed(after, others, _seen(agreed, verb), ours=True)
            )
            out.insert(0, letters.answer(asked.side, asked.room, asked.event_id, mine))
            if asked.room != end.room:
                out.insert(1, letters.told(asked.side, end.room, asked.event_id, mine))
            await notices.write(session, out, now)

    async def set(self, asked: Asked, line: Line) -> None:
        link, end = await self._theirs(asked, line)
        now = time.time()
        async with self.store.session() as session:
            link = await links.get(session, link.number) or link
            agreements.after(link, Verb.SET, asked.side.name, now)
            offers = end == link.offering
            own = link.offering_rules if offers else link.accepting_rules
            changed = rules.changed(link.number, own, line.rest)
            link = await links.set_rules(session, link.number, asked.side.name, changed)
            told = wording.new_rules(link, end, called(self._other(link, end)))
            out = [letters.answer(asked.side, asked.room, asked.event_id, told)]
            if asked.room != end.room:
                out.append(letters.told(asked.side, end.room, asked.event_id, told))
            if (far := _far(link, end)) is not None and link.state is not LinkState.OFFERED:
                theirs = wording.new_rules(link, far, called(asked.side))
                out.append(letters.told(self.sides[far.side], far.room, asked.event_id, theirs))
            out += letters.states(link, self.sides, asked.event_id)
            await notices.write(session, out, now)

    async def end_all(self, side: Side, room: str, cause: str) -> None:
        """The relay was taken out of a room: that ends what it was shared with."""
        now = time.time()
        async with self.store.session() as session:
            for link in await links.of_room(session, side.name, room):
                if link.state not in (LinkState.OFFERED, LinkState.ACTIVE, LinkState.PAUSED):
                    continue
                end = End(side.name, room)
                is_offer = link.state is LinkState.OFFERED and end != link.offering
                state = LinkState.REFUSED if is_offer else LinkState.STOPPED
                after = await links.change(session, link.number, state, "", now)
                agreed = Agreed(state)
                out = self._told(side, end, link, after, agreed, Verb.STOP, cause)
                await notices.write(session, out, now)

    async def interrupt(self, side: Side, room: str, cause: str, encrypted: bool) -> None:
        """A room was encrypted, or goes on in another: nothing crosses, and both hear why."""
        now = time.time()
        async with self.store.session() as session:
            for link in await links.of_room(session, side.name, room):
                if link.state not in (LinkState.ACTIVE, LinkState.PAUSED):
                    continue
                if agreements.RELAY in link.resting:
                    continue
                agreed = agreements.interrupted(link)
                reason = "encrypted" if encrypted else "replaced"
                after = await links.change(
                    session, link.number, agreed.state, reason, now, agreed.resting
                )
                end = End(side.name, room)
                out = []
                for one in (end, _far(after, end)):
                    if one is not None:
                        told = _why(after.number, encrypted=encrypted, ours=one == end)
                        there = self.sides[one.side]
                        key = f"{cause}:{after.number}"
                        out.append(letters.told(there, one.room, key, told))
                out += letters.states(after, self.sides, cause)
                await notices.write(session, out, now)

    async def _theirs(self, asked: Asked, line: Line) -> tuple[Link, End]:
        """The link that is meant and the room that they manage. Raises `Refused`."""
        async with self.store.session() as session:
            link = await links.get(session, line.number) if line.number is not None else None
        if link is None:
            raise asking.no_link(asked, line.number)
        end = mine(link, asked)
        if end is None:
            raise asking.no_link(asked, line.number)
        await asking.of_link(asked, link.number, end.room)
        return link, end

    def _told(
        self,
        side: Side,
        end: End,
        before: Link,
        after: Link,
        agreed: Agreed,
        verb: Verb,
        cause: str,
    ) -> list[Notice]:
        """What the others read, and what programs do."""
        far = _far(after, end)
        out: list[Notice] = []
        # Where an alias was named that they do not have, nobody is there to read it.
        if far is not None and not far.room.startswith("#"):
            there = self.sides[far.side]
            told = (
                wording.withdrawn(after.number, called(side))
                if _is_taken_back(before, agreed)
                else wording.changed(after, called(side), _seen(agreed, verb), ours=False)
            )
            out.append(letters.told(there, far.room, f"{cause}:{after.number}", told))
        out += letters.states(after, self.sides, f"{cause}:{after.number}")
        return out

    def _other(self, link: Link, end: End) -> Side:
        offers = end == link.offering
        return self.sides[link.accepting_side if offers else link.offering.side]


def mine(link: Link, asked: Asked) -> End | None:
    """The room of a link that lies on the side of whoever asks; here, where others read along."""
    for end in (link.offering, link.accepting):
        if (
            end is not None
            and end.side == asked.side.name
            and (asked.alone or end.room == asked.room)
        ):
            return end
    return None


def _is_taken_back(before: Link, agreed: Agreed) -> bool:
    return before.state is LinkState.OFFERED and agreed.state is LinkState.STOPPED


def _far(link: Link, end: End) -> End | None:
    return link.accepting if end == link.offering else link.offering


def _seen(agreed: Agreed, verb: Verb) -> LinkState:
    """What people read about: also that one of two goes on, while the others still have it rest."""
    return LinkState.ACTIVE if verb is Verb.RESUME and not agreed.resting else agreed.state


def _why(number: int, *, encrypted: bool, ours: bool) -> Sentence:
    if encrypted and ours:
        return say(
            "This room was encrypted, and then I read nothing that I could carry over: link "
            "{number} rests. Encryption cannot be turned off. To go on sharing, `!relay stop "
            "{number}` and link a room without it.",
            number=number,
        )
    if encrypted:
        return say(
            "Link {number} rests: the room there was encrypted, and then I read nothing that I "
            "could carry over. `!relay stop {number}` ends it.",
            number=number,
        )
    if ours:
        return say(
            "This room goes on in another one: link {number} rests. `!relay stop {number}` here, "
            "and `!relay offer` in the new room.",
            number=number,
        )
    return say(
        "Link {number} rests: the room there goes on in another one. Their staff can offer that.",
        number=number,
    )
