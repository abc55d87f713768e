"""What does a homeserver say of a room, to whom has to decide about it?"""

import asyncio
import contextlib

from bridges.common.homeserver import HomeserverError, Json, safe
from bridges.homeserver.desk.staff import Room
from bridges.homeserver.sides import Side


async def look(side: Side, room_id: str, *users: str) -> Room | None:
    """A room as it is now, and which of these users are in it; None where the relay is not.

    Without users: everybody who is in it. To whom went out of a room, a homeserver tells for ever
    how it was then; so where the relay is not in it, nothing of that counts.
    """
    try:
        create = await side.call("GET", _state(room_id, "m.room.create"), query={"format": "event"})
        is_in = await _joined(side, room_id, users)
    except HomeserverError:
        return None
    if side.bot not in is_in:
        return None
    levels, rules, name, encryption, tombstone = await asyncio.gather(
        *(
            _content(side, room_id, kind)
            for kind in (
                "m.room.power_levels",
                "m.room.join_rules",
                "m.room.name",
                "m.room.encryption",
                "m.room.tombstone",
            )
        )
    )
    return Room(
        room_id,
        create,
        levels,
        name=_text(name, "name"),
        join_rule=_text(rules, "join_rule") or "invite",
        encrypted=encryption is not None,
        replaced=bool(tombstone),
        members=is_in,
    )


async def found(side: Side, name: str) -> str | None:
    """The ID of a room by its ID or alias; None where no room has that alias."""
    if not name.startswith("#"):
        return name
    try:
        answer = await side.call("GET", f"client/v3/directory/room/{safe(name)}")
    except HomeserverError:
        return None
    room = answer.get("room_id")
    return room if isinstance(room, str) else None


async def come(side: Side, name: str) -> bool:
    """Whether the relay is in a room now: it was, it was invited, or everybody may come."""
    try:
        await side.call("POST", f"client/v3/join/{safe(name)}", {})
    except HomeserverError:
        return False
    return True


async def go(side: Side, room_id: str) -> None:
    with contextlib.suppress(HomeserverError):  # It is out already.
        await side.call("POST", f"client/v3/rooms/{safe(room_id)}/leave", {})


async def _joined(side: Side, room_id: str, users: tuple[str, ...]) -> frozenset[str]:
    if not users:
        path = f"client/v3/rooms/{safe(room_id)}/joined_members"
        joined = (await side.call("GET", path)).get("joined")
        return frozenset(joined if isinstance(joined, dict) else ())
    wanted = sorted({*users, side.bot})
    contents = await asyncio.gather(
        *(_content(side, room_id, f"m.room.member/{safe(user)}") for user in wanted)
    )
    both = zip(wanted, contents, strict=True)
    return frozenset(user for user, content in both if _text(content, "membership") == "join")


async def _content(side: Side, room_id: str, kind: str) -> Json | None:
    try:
        return await side.call("GET", _state(room_id, kind))
    except HomeserverError as error:
        if error.status == 404:
            return None
        raise


def _state(room_id: str, kind: str) -> str:
    return f"client/v3/rooms/{safe(room_id)}/state/{kind}"


def _text(content: Json | None, key: str) -> str:
    value = (content or {}).get(key)
    return " ".join(value.split())[:100] if isinstance(value, str) else ""
