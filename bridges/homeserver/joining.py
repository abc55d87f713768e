"""Who is there at the other end? Ghosts come and go as the people do whose ghosts they are."""

import logging
from collections.abc import Mapping

from bridges.common.homeserver import Json, safe
from bridges.homeserver.crossing import policies
from bridges.homeserver.crossing.policies import Class, Kinds
from bridges.homeserver.ghosts import Barred, Ghosts, Removed
from bridges.homeserver.saying import Stopped, Way
from bridges.homeserver.sides import Sides
from bridges.homeserver.store import ghosts, links
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.events import Event
from bridges.homeserver.store.links import LinkState

logger = logging.getLogger(__name__)

MOST = 200
"""Members of a room that come at once; in a larger one, others come when they say something."""


class Joining:
    def __init__(self, store: Store, sides: Sides, ghosts: Ghosts) -> None:
        self._store = store
        self._sides = sides
        self._ghosts = ghosts

    async def follows(self, way: Way, event: Event) -> None:
        """Somebody came, went or took another name in the near room."""
        person = event.state_key or ""
        if self._sides[way.near.side].is_ours(person):
            return
        if event.content.get("membership") == "join":
            await self._comes(way, person)
            await self._ghosts.takes_after(person, way.near, way.far.side, event.content)
        elif event.content.get("membership") in ("leave", "ban"):
            await self._goes(way, person)

    async def everybody(self, way: Way) -> None:
        """Who is in the near room now is in the far one, and of who is not, the ghost goes."""
        here = await self._here(way)
        await self._without(way, set(here))
        await self._take_after(way, here)
        if len(here) > MOST:
            logger.info("%s has %s members: they come when they speak", way.near.room, len(here))
            return
        for person in sorted(here):
            await self._comes(way, person)
        # Who left in the meantime may have been brought after that was seen to.
        await self._without(way, set(await self._here(way)))

    async def leave(self, way: Way) -> None:
        """The link has stopped: the ghosts that it brought go."""
        await self._without(way, set())

    async def _take_after(self, way: Way, here: Mapping[str, Json]) -> None:
        """What somebody is called may have changed while nobody told us."""
        async with self._store.session() as session:
            there = await ghosts.members(session, way.far)
        for ghost in there:
            if (profile := here.get(ghost.origin)) is not None:
                shown = {
                    "displayname": profile.get("display_name"),
                    "avatar_url": profile.get("avatar_url"),
                }
                await self._ghosts.takes_after(ghost.origin, way.near, way.far.side, shown)

    async def _here(self, way: Way) -> dict[str, Json]:
        """Who is in the near room, and how they show themselves there."""
        near = self._sides[way.near.side]
        path = f"client/v3/rooms/{safe(way.near.room)}/joined_members"
        joined = (await near.call("GET", path))["joined"]
        return {one: profile for one, profile in joined.items() if not near.is_ours(one)}

    async def _without(self, way: Way, here: set[str]) -> None:
        """The ghosts go of who is not in the near room; those whom another link brings stay."""
        async with self._store.session() as session:
            there = await ghosts.members(session, way.far)
        for ghost in there:
            if ghost.origin not in here:
                await self._goes(way, ghost.origin)

    async def _comes(self, way: Way, person: str) -> None:
        near = self._sides[way.near.side]
        rules = way.rules
        if not self._sides.may_speak_for(near, person):
            return
        if not policies.goes(rules, True) or rules.kinds is Kinds.POSTS:
            return
        if Class[near.class_of(person).upper()] < policies.least(rules.people):
            return
        if not await way.open():
            raise Stopped
        try:
            await self._ghosts.ready(person, way.near, way.far)
        except (Barred, Removed):
            logger.info("A ghost may not come into %s", way.far.room)

    async def _goes(self, way: Way, person: str) -> None:
        """Their ghost leaves, unless another link brings it to that room."""
        ghost = self._sides[way.far.side].ghost_of(person)
        async with self._store.session() as session:
            if not await ghosts.is_in(session, way.far, ghost):
                return
            others = [
                link
                for link in await links.of_room(session, way.far.side, way.far.room)
                if link.number != way.link.number
                and link.state in (LinkState.ACTIVE, LinkState.PAUSED)
            ]
        homes = {side.server_name for side in self._sides.values()}
        home = person.partition(":")[2]
        for link in others:
            other = link.near(way.far.side)
            if home in homes and self._sides[other.side].server_name != home:
                continue  # Sides do not federate with one another: nobody of theirs is there.
            if await self._ghosts.membership(other, person) == "join":
                return
        await self._ghosts.leaves(ghost, way.far)
