"""The room directory: where a homeserver shows its rooms."""

import logging

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.ids import RoomId
from plein_bot.matrix.api import Api, path

logger = logging.getLogger(__name__)


async def publish(api: Api, room: RoomId, *, listed: bool) -> None:
    visibility = {"visibility": "public" if listed else "private"}
    try:
        await api.call("PUT", path("v3/directory/list/room/{}", room), visibility)
    except HomeserverError as error:
        # A homeserver may keep its directory to itself; the place is found through Plein then.
        if not listed or error.code != "M_FORBIDDEN":
            raise
        logger.warning("%s cannot be put in the room directory: %s", room, error)
