"""What can only be known by trying: a throw-away room, made and left behind empty."""

import secrets

from plein_bot.actions.ports import HomeserverError
from plein_bot.config import Settings
from plein_bot.domain.ids import RoomAlias, RoomId, server_of
from plein_bot.matrix import rooms
from plein_bot.matrix.api import Api, path
from plein_bot.operations.findings import Findings, good, warning, wrong


async def examine(settings: Settings, api: Api) -> Findings:
    """Nobody is invited, and the room is hidden but for the moment in which it is listed."""
    try:
        room = await _made(api)
    except HomeserverError as error:
        yield wrong(f"The bot may not make rooms ({error}). Allow it on the homeserver.")
        return
    alias = RoomAlias(
        f"#plein-check-{secrets.token_hex(8)}:{server_of(settings.homeserver.user_id)}"
    )
    try:
        if any(one.type == "m.room.encryption" for one in await rooms.state(api, room)):
            yield good("The homeserver encrypts private rooms by itself; Plein's own it will not.")
        if refusal := await _refused(api, "PUT", path("v3/directory/room/{}", alias), room_id=room):
            yield wrong(
                f"The bot may not give rooms an address ({refusal}). Allow it in "
                "alias_creation_rules (docs/running.md, 1)."
            )
        else:
            yield good("The bot may give rooms an address.")
        if await _is_listed(api, room):
            yield good("The bot may show places in the room directory.")
        else:
            yield warning(
                "The bot may not show places in the room directory, so they are found through "
                "Plein and the subsite only. Allow it in room_list_publication_rules "
                "(docs/running.md, 1)."
            )
    finally:
        await _away(settings, api, room, alias)


async def _made(api: Api) -> RoomId:
    body = {"preset": "private_chat", "name": "plein check", "visibility": "private"}
    return RoomId((await api.call("POST", "v3/createRoom", body))["room_id"])


async def _refused(api: Api, method: str, where: str, **body: str) -> HomeserverError | None:
    try:
        await api.call(method, where, body)
    except HomeserverError as error:
        return error
    return None


async def _is_listed(api: Api, room: RoomId) -> bool:
    """Read back: a homeserver may say yes and list nothing. A room by invitation is never there."""
    rule = path("v3/rooms/{}/state/{}/{}", room, "m.room.join_rules", "")
    await api.call("PUT", rule, {"join_rule": "knock"})
    where = path("v3/directory/list/room/{}", room)
    if await _refused(api, "PUT", where, visibility="public"):
        return False
    listed = (await api.call("GET", where)).get("visibility") == "public"
    await _refused(api, "PUT", where, visibility="private")
    await api.call("PUT", rule, {"join_rule": "invite"})
    return listed


async def _away(settings: Settings, api: Api, room: RoomId, alias: RoomAlias) -> None:
    await _refused(api, "DELETE", path("v3/directory/room/{}", alias))
    await _refused(api, "POST", path("v3/rooms/{}/leave", room))
    await _refused(api, "POST", path("v3/rooms/{}/forget", room))
    if settings.homeserver.admin_token:
        token = settings.homeserver.admin_token.get_secret_value()
        try:
            where = path("/_synapse/admin/v2/rooms/{}", room)
            await api.call("DELETE", where, {"purge": True}, token=token)
        except HomeserverError:
            return  # an empty room that nobody can enter stays behind
