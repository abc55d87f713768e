"""A square with places that most may not know of, and where its secrets could show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from plein_bot.domain.ids import RoomId
from plein_bot.index import rooms as room_rows
from tests.synapse.federation import Homeservers
from tests.synapse.scenes import Scene, scene_among

SECRET_PLACES = (
    "geheim-project",
    "geheim-project/leden",
    "geheim-project/onderzoek",
    "noordkop/jeugdzorg",
    "noordkop/vertrouwelijk",
)
SECRET_WORDS = ("Geheim", "Onderzoek", "Jeugdzorg", "Vertrouwelijk", "Noordse", "nergens anders")


@asynccontextmanager
async def square_with_secrets(homeservers: Homeservers, folder: Path) -> AsyncIterator[Scene]:
    async with scene_among(homeservers, folder) as scene:
        for line in (
            "deelsite nieuw Geheim project --zichtbaarheid verborgen --onderwerp nergens anders",
            "groep nieuw geheim-project Onderzoek --zichtbaarheid verborgen",
            "deelsite nieuw Noordkop --zichtbaarheid vindbaar --deelname verzoek",
            "groep nieuw noordkop Jeugdzorg --onderwerp nergens anders",
            "groep nieuw noordkop Vertrouwelijk --zichtbaarheid verborgen --versleuteld",
            "deelsite nieuw Noordse geheimen --zichtbaarheid verborgen",
        ):
            assert "Klaar" in await scene.says(scene.sanne, line)
        yield scene


async def secret_rooms(scene: Scene) -> dict[str, str]:
    rooms: dict[str, str] = {path: await scene.room(path) for path in SECRET_PLACES}
    for subsite in ("geheim-project", "noordkop"):
        rooms[f"{subsite} staff"] = await scene.staff_room(subsite)
    register = await room_rows.register(scene.plein.parts.index)
    assert register
    rooms["register"] = register
    rooms["a direct chat"] = await scene.sanne.chat_with(scene.plein.bot)
    return rooms


async def an_event_in(scene: Scene, room: str) -> str:
    state = await scene.plein.parts.acts.homeserver.state(RoomId(room))
    return next(one.event_id for one in state if one.type == "m.room.power_levels")


def secrets_in(answer: object) -> list[str]:
    told = str(answer)
    return [word for word in SECRET_WORDS if word.casefold() in told.casefold()]
