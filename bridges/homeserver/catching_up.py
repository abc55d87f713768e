"""What did a side not bring? How that is found is in `bridges.common.looking_back`."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

from bridges.common.homeserver import Json, Unanswered
from bridges.common.looking_back import LookingBack
from bridges.homeserver.attending import concerns
from bridges.homeserver.sides import Side, SideAway
from bridges.homeserver.store import events, reached
from bridges.homeserver.store.database import Store


class CatchingUp:
    """Whatever comes in from a side goes through here, one after the other."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._sides: dict[str, LookingBack] = {}

    async def take(self, side: Side, transaction: str, came: list[Json]) -> None:
        """As `LookingBack.take`."""
        await self._of(side).take(transaction, came)

    async def everywhere(self, side: Side) -> None:
        """As `LookingBack.everywhere`, in all linked rooms of a side."""
        await self._of(side).everywhere()

    def _of(self, side: Side) -> LookingBack:
        if side.name not in self._sides:
            self._sides[side.name] = LookingBack(_Linked(self._store, side), self._clock)
        return self._sides[side.name]


@dataclass(frozen=True)
class _Linked:
    """The linked rooms of a side."""

    store: Store
    side: Side

    @property
    def name(self) -> str:
        return self.side.name

    async def rooms(self, among: Collection[str] | None = None) -> dict[str, float]:
        async with self.store.session() as session:
            return await reached.linked(session, self.side.name, among)

    async def newest(self, room: str) -> str | None:
        async with self.store.session() as session:
            return await reached.newest(session, self.side.name, room)

    async def ask(self, _room: str, path: str, query: Mapping[str, str]) -> Json:
        try:
            return await self.side.call("GET", path, query=query)
        except SideAway as error:
            raise Unanswered(str(error), None) from error

    async def keep(self, transaction: str, came: list[Json]) -> None:
        what, side = partial(concerns, self.side), self.side.name
        async with self.store.session() as session:
            await events.keep(session, side, transaction, came, time.time(), what)

    async def catch_up(self, room: str, missed: list[Json]) -> None:
        what, side = partial(concerns, self.side), self.side.name
        async with self.store.session() as session:
            await events.catch_up(session, side, room, missed, time.time(), what)
