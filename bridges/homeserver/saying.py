"""What becomes of one event at the other end of a link?"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bridges.common.homeserver import HomeserverError, Json, safe
from bridges.homeserver.crossing import policies, reading, translation
from bridges.homeserver.crossing.kinds import Copy, Kind, Rule, Said, Unread
from bridges.homeserver.crossing.kinds import Crossing as Sent
from bridges.homeserver.crossing.policies import Class, Kinds, Policy
from bridges.homeserver.crossing.translation import Known
from bridges.homeserver.files import Files
from bridges.homeserver.ghosts import Barred, Ghosts, Removed
from bridges.homeserver.sending import Cause, send
from bridges.homeserver.sides import Sides
from bridges.homeserver.store import audits, copies, crossings, ghosts
from bridges.homeserver.store.copies import Origin
from bridges.homeserver.store.crossings import Crossing
from bridges.homeserver.store.database import Session, Store
from bridges.homeserver.store.links import End, Link

logger = logging.getLogger(__name__)

_PATIENCE = 600.0
"""Seconds that somebody's words wait whose ghost cannot come in, so that the staff can let it."""
ELSEWHERE = "elsewhere"
"""They are people of another side, and not by whose word this one can say so."""
REMOVED = "removed"
"""Their ghost was removed from the room there: the far staff want nothing of them."""
POWER = "power"
"""The far room lets nobody, or only some, say that."""
REFUSED = "refused"
"""The far homeserver does not take it."""


class NotYet(Exception):
    """It speaks of something that is still on its way over another link."""


class Behind(Exception):
    """It speaks of what somebody said who cannot be let in yet, and is nothing without that."""

    def __init__(self, person: str) -> None:
        super().__init__(f"it waits for what {person} said")
        self.person = person


class Stopped(Exception):
    """The link was stopped or paused in the meantime."""


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where something goes. `number` is that of its crossing; `begun` is when it was
    tried before, or None; `open` tells whether the link still works, and is asked just before
    anything is sent."""

    link: Link
    near: End
    far: End
    number: int
    begun: float | None
    open: Callable[[], Awaitable[bool]]

    @property
    def rules(self) -> Policy:
        """What holds under the rules of both, as the near side sees it."""
        offering = policies.policy(self.link.offering_rules)
        accepting = policies.policy(self.link.accepting_rules)
        if self.near == self.link.offering:
            return policies.joined(offering, accepting)
        return policies.joined(accepting, offering)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of an event: what it became at the far end, or by which rule it did not cross."""

    said: Said
    became: str | None
    rule: str


class Saying:
    def __init__(self, store: Store, sides: Sides, ghosts: Ghosts, files: Files) -> None:
        self._store = store
        self._sides = sides
        self._ghosts = ghosts
        self._files = files
        self._pinning = asyncio.Lock()

    async def say(self, way: Way, raw: Json) -> Outcome | None:
        """None where there is nothing to record: it is there, or no matter of ours.

        Raises `NotYet`, `Behind`, `Stopped`, `Barred`, `SideAway`, `Unanswered`.
        """
        said = reading.read(raw)
        if isinstance(said, Unread):
            return None
        near = self._sides[way.near.side]
        said = replace(said, post=said.post and near.may_call_posts(said.sender))
        if said.post and way.rules.kinds is Kinds.POSTS and (text := reading.brings(said)):
            await self._bring(way, said, text)
        if said.kind is not Kind.PINS:
            return await self._say(way, said)
        # Read and then written: what two say at once would be lost, and one lock is short.
        async with self._pinning:
            return await self._say(way, said)

    async def _bring(self, way: Way, card: Said, event: str) -> None:
        """Let cross what a card says is the text of a post, before the card itself.

        Unless somebody says so of another's words: only Plein does, where that is known.
        """
        near = self._sides[way.near.side]
        path = f"client/v3/rooms/{safe(way.near.room)}/event/{safe(event)}"
        try:
            text = reading.read({**await near.call("GET", path), "room_id": way.near.room})
        except HomeserverError as error:
            logger.info("%s has no %s: %s", way.near.side, event, error)
            return
        if isinstance(text, Unread) or not (near.plein or text.sender == card.sender):
            return
        await self.record(way, await self._say(way, replace(text, post=True)))

    async def _say(self, way: Way, said: Said) -> Outcome | None:
        near = self._sides[way.near.side]
        async with self._store.session() as session:
            if await copies.find(session, way.near.side, said.event, way.far) is not None:
                return None
            removed = await ghosts.is_silenced(session, way.far, said.sender)
            if (about := reading.belongs_to(said)) is not None:
                # Whatever its author calls it.
                of_post = await copies.is_of_a_post(session, way.near, about, way.far)
                said = replace(said, post=of_post)
        if not self._sides.may_speak_for(near, said.sender):
            return Outcome(said, None, ELSEWHERE)
        by = Class[near.class_of(said.sender).upper()]
        if rule := policies.may_cross(said, by, True, way.rules):
            return Outcome(said, None, rule)
        if removed and said.kind is not Kind.REDACTION:
            return Outcome(said, None, REMOVED)
        known = await self._known(way, said)
        media = await self._brought(way, said)
        if isinstance(media, Rule):
            return Outcome(said, None, media)
        sent = translation.translated(said, replace(known, media=media))
        if isinstance(sent, Rule):
            return Outcome(said, None, sent)
        try:
            return await self._send(way, said, sent)
        except Removed:
            return Outcome(said, None, REMOVED)
        except Barred:
            if way.begun is None or time.time() - way.begun < _PATIENCE:
                raise
            return Outcome(said, None, POWER)

    async def record(
        self, way: Way, outcome: Outcome | None, crossing: Crossing | None = None
    ) -> None:
        """Write down what became of it, and that its `crossing` is done, in one go."""
        async with self._store.session() as session:
            if crossing is not None:
                await crossings.done(session, crossing)
            if outcome is None:
                return
            said = outcome.said
            if outcome.became is not None:
                origin = Origin(way.near, said.event, said.sender, said.post)
                await copies.know(session, origin, way.far, outcome.became)
            entry = audits.Entry(
                way.link.number,
                way.far.side,
                time.time(),
                said.kind,
                reading.size(said),
                said.sender,
                said.event,
                outcome.rule,
            )
            await audits.write(session, entry)

    async def _send(self, way: Way, said: Said, sent: Sent) -> Outcome:
        side = self._sides[way.far.side]
        cause = Cause(way.link.number, said.event, way.begun)
        was_there = sent.speaker and await self._ghosts.there(sent.speaker, way.far)
        for attempt in range(2):
            user = side.bot
            if sent.redacts is not None and not attempt:
                # Where somebody has gone, the relay takes their words back, if it may.
                user = was_there or side.bot
            elif sent.speaker is not None:
                user = await self._ghosts.ready(sent.speaker, way.near, way.far)
            if not await way.open():
                raise Stopped
            try:
                became = await send(side, way.far, sent, user, cause)
            except HomeserverError as error:
                if not attempt and error.status == 403 and await self._may_come(way, sent, user):
                    continue
                logger.info("%s does not take %s: %s", way.far.side, said.event, error)
                return Outcome(said, None, POWER if error.status == 403 else REFUSED)
            if sent.redacts is not None and user not in (side.bot, was_there):
                await self._ghosts.leaves(user, way.far)
            return Outcome(said, became, audits.CROSSED)
        raise AssertionError("the second attempt gives an outcome")

    async def _may_come(self, way: Way, sent: Sent, user: str) -> bool:
        """Whether the ghost whose word it is may, once it is in the room. Raises `Removed`."""
        if sent.speaker is None:
            return False
        is_bot = user == self._sides[way.far.side].bot
        return is_bot or await self._ghosts.is_out(user, way.far)

    async def _known(self, way: Way, said: Said) -> Known:
        found: dict[str, Copy] = {}
        people: dict[str, str] = {}
        async with self._store.session() as session:
            for event_id in reading.references(said):
                origin = await copies.origin(session, way.near, event_id)
                if origin.end == way.far:
                    found[event_id] = Copy(origin.event_id, None)
                    continue
                side = origin.end.side
                copy = await copies.find(session, side, origin.event_id, way.far)
                if copy is not None:
                    author = None
                    if origin.end == way.near:
                        author = await copies.author(session, side, origin.event_id, way.far)
                    found[event_id] = Copy(copy, author)
                    continue
                lane = await crossings.waits_in(
                    session, side, origin.event_id, way.far.side, way.number
                )
                if lane is not None and not crossings.is_outside(lane):
                    raise NotYet(event_id)
                if lane is not None and said.kind is not Kind.MESSAGE:
                    raise Behind(crossings.who_of(lane))
            for person in reading.people(said):
                there = await self._there(session, way, person)
                if there is not None:
                    people[person] = there
        near = self._sides[way.near.side]
        pins = await self._pins(way) if said.kind is Kind.PINS else ()
        return Known(near.server_name, way.far.room, found, people, pins=pins)

    async def _pins(self, way: Way) -> tuple[str, ...]:
        path = f"client/v3/rooms/{safe(way.far.room)}/state/m.room.pinned_events/"
        try:
            return tuple(reading.pinned(await self._sides[way.far.side].call("GET", path)))
        except HomeserverError as error:
            if error.status != 404:
                raise
            return ()

    async def _brought(self, way: Way, said: Said) -> dict[str, str] | Rule:
        """The far addresses of what it shows, or why it stays as a whole."""
        near, far = self._sides[way.near.side], self._sides[way.far.side]
        brought: dict[str, str] = {}
        for file in reading.files(said):
            found = await self._files.bring(file, near, far, way.rules)
            if not isinstance(found, Rule):
                brought[file.uri] = found
            elif file.needed:
                return found
        return brought

    async def _there(self, session: Session, way: Way, person: str) -> str | None:
        """Who somebody of the near room is on the far side. Their ghost may come later yet."""
        near, far = self._sides[way.near.side], self._sides[way.far.side]
        if near.is_ghost(person):
            ghost = await ghosts.find(session, near.name, person)
            if ghost is None:
                return None
            person = ghost.origin
        if person == near.bot:
            return far.bot
        return person if person.partition(":")[2] == far.server_name else far.ghost_of(person)
