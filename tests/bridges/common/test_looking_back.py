"""How far does a bridge look back, and what holds it up?"""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bridges.common.homeserver import Json, Unanswered
from bridges.common.looking_back import LookingBack


@dataclass
class Rooms:
    """One at which the homeserver stumbles, and one of which the newest event is hidden."""

    name: str = "alfa"
    kept: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    async def rooms(self, among: Collection[str] | None = None) -> dict[str, float]:
        return {room: 3.0 for room in ("!broken", "!whole") if among is None or room in among}

    async def newest(self, _room: str) -> str | None:
        return "$hidden"

    async def ask(self, room: str, _path: str, _query: Mapping[str, str]) -> Json:
        if room == "!broken":
            raise Unanswered(room, 500)
        said = [{"event_id": f"${at}", "origin_server_ts": at * 1000} for at in (5, 4, 2, 1)]
        return {"chunk": said}

    async def keep(self, transaction: str, _came: list[Json]) -> None:
        self.kept.append(transaction)

    async def catch_up(self, _room: str, missed: list[Json]) -> None:
        self.missed = [str(event["event_id"]) for event in missed]


async def test_a_room_that_cannot_be_read_holds_up_the_others_for_a_while_only() -> None:
    rooms = Rooms()
    looking_back = LookingBack(rooms)
    for _ in range(5):
        with contextlib.suppress(Unanswered):
            await looking_back.take("1", [{"room_id": "!broken"}])
            break
    assert rooms.kept == ["1"]

    await looking_back.everywhere()
    assert rooms.missed == ["$4", "$5"], "nothing from before what is known already"
