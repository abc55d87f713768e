"""How does what waits cross its link? Each lane in order, the first before the second, for ever."""

import logging
import time
from dataclasses import dataclass, replace

from bridges.common.words import say
from bridges.homeserver.desk import letters
from bridges.homeserver.ghosts import Barred
from bridges.homeserver.joining import Joining
from bridges.homeserver.past import Past
from bridges.homeserver.saying import Behind, NotYet, Saying, Stopped, Way
from bridges.homeserver.sides import SideAway, Sides
from bridges.homeserver.store import crossings, events, links, notices
from bridges.homeserver.store.crossings import Crossing, CrossingKind
from bridges.homeserver.store.database import Store

logger = logging.getLogger(__name__)

# Tries of what fails by no doing of a homeserver's, with pauses of 2, 4, 8 … seconds.
_MOST = 6
_SOON = 0.1
_UNTIL_LET = 30.0
"""Seconds after which is seen whether the staff let the relay do what it has to."""
_AT_A_TIME = 50
_MEMBER = "m.room.member"
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Relaying:
    """Does what waits in `crossings`, lane by lane."""

    store: Store
    sides: Sides
    saying: Saying
    joining: Joining
    past: Past

    async def lanes(self) -> list[str]:
        async with self.store.session() as session:
            return await crossings.lanes(session, time.time(), self.sides.away())

    async def work(self, lane: str) -> None:
        for _ in range(_AT_A_TIME):
            async with self.store.session() as session:
                crossing = await crossings.begin(session, lane, time.time())
            if crossing is None or not await self._goes(crossing):
                return

    async def _goes(self, crossing: Crossing) -> bool:
        """Whether the next may go: it is done, or it was set aside."""
        try:
            await self._do(crossing)
        except Stopped:
            return False
        except NotYet:
            return await self._later(crossing, _SOON, "It waits for what it speaks of.")
        except Behind as error:
            return await self._outside(crossing, error.person, f"{error}.")
        except SideAway as error:
            # To a side that is away no lane is open: when it answers again, they go at once.
            near = error.side.name != crossing.side
            pause = max(error.until - time.time(), _SOON) if near else 0.0
            return await self._later(crossing, pause, f"{error}.")
        except Barred as error:
            logger.warning("Link %s: %s", crossing.link, error)
            await self._tell(crossing, error)
            return await self._outside(crossing, error.person, str(error))
        except Exception as error:
            logger.exception("Crossing %s failed, %s times before", crossing.number, crossing.tries)
            return await self._failed(crossing, type(error).__name__)
        return True

    async def _do(self, crossing: Crossing) -> None:
        async with self.store.session() as session:
            link = await links.get(session, crossing.link)
            event = await events.get(session, crossing.event) if crossing.event else None
            if event is not None and not crossings.is_outside(crossing.lane):
                person = (event.state_key if event.kind == _MEMBER else None) or event.sender
                lane = crossings.lane_of(crossing.link, crossing.side, person)
                if await crossings.is_taken(session, lane):
                    # In the order in which they said it.
                    await crossings.into(session, crossing, lane, 0.0, "")
                    return
        assert link is not None, "links are never deleted"

        async def is_open() -> bool:
            async with self.store.session() as session:
                return await crossings.may_go(session, crossing)

        far, near = link.far(crossing.side), link.near(crossing.side)
        way = Way(link, near, far, crossing.number, crossing.began_before, is_open)
        match crossing.kind:
            case _ if event is not None and event.kind == _MEMBER:
                await self.joining.follows(way, event)
            case CrossingKind.EVENT if event is not None:
                outcome = await self.saying.say(way, event.raw)
                await self.saying.record(way, outcome, crossing)
                return
            case CrossingKind.HISTORY:
                await self.past.crosses(way, crossing.at)
            case CrossingKind.MEMBERS:
                await self.joining.everybody(way)
            case CrossingKind.DEPARTURE:
                await self.joining.leave(replace(way, open=_always))
            case _:
                pass
        async with self.store.session() as session:
            await crossings.done(session, crossing)

    async def _tell(self, crossing: Crossing, barred: Barred) -> None:
        """The staff of the far room hear what the relay lacks there, once a day."""
        side, room = self.sides[barred.end.side], barred.end.room
        cause = f"barred:{crossing.link}:{int(time.time() // _DAY)}"
        async with self.store.session() as session:
            link = await links.get(session, crossing.link)
            assert link is not None, "links are never deleted"
            near = self.sides[link.near(crossing.side).side]
            told = say(
                "Over link {number} people of {others} cannot come in: I may not invite anybody in "
                "that room. Give {bot} the role of moderator there, or let members invite. What "
                "newcomers say waits for ten minutes, and then does not cross.",
                number=link.number,
                others=near.label or near.server_name,
                bot=side.bot,
            )
            notice = letters.to_staff(side, room, cause, side.bot, told)
            await notices.write(session, [notice], time.time())

    async def _outside(self, crossing: Crossing, person: str, trouble: str) -> bool:
        """What somebody says who cannot be let in waits apart, and all that comes after it."""
        if crossing.kind is not CrossingKind.EVENT:
            # What was said before comes first, in its order.
            return await self._later(crossing, _UNTIL_LET, trouble)
        lane = crossings.lane_of(crossing.link, crossing.side, person)
        async with self.store.session() as session:
            await crossings.into(session, crossing, lane, time.time() + _UNTIL_LET, trouble)
        return crossing.lane != lane

    async def _later(self, crossing: Crossing, pause: float, trouble: str) -> bool:
        async with self.store.session() as session:
            due = time.time() + pause
            await crossings.later(session, crossing, due, trouble, counts=False)
        return False

    async def _failed(self, crossing: Crossing, trouble: str) -> bool:
        async with self.store.session() as session:
            if crossing.tries + 1 >= _MOST:
                await crossings.set_aside(session, crossing, trouble)
                return True
            due = time.time() + 2 ** (crossing.tries + 1)
            await crossings.later(session, crossing, due, trouble, counts=True)
        return False


async def _always() -> bool:
    return True
