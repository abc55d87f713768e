"""Links that open in every Matrix client."""

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.sentences import Link


def to_event(label: str, room: RoomId, event: EventId, server: str) -> Link:
    return Link(label, f"https://matrix.to/#/{room}/{event}?via={server}")


def to_room(label: str, room: RoomId, server: str) -> Link:
    return Link(label, f"https://matrix.to/#/{room}?via={server}")
