"""Links that open in every Matrix client."""

from urllib.parse import unquote

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.sentences import Link


def to_event(label: str, room: RoomId, event: EventId, server: str) -> Link:
    return Link(label, f"https://matrix.to/#/{room}/{event}?via={server}")


def to_room(label: str, room: RoomId, server: str) -> Link:
    return Link(label, f"https://matrix.to/#/{room}?via={server}")


def event_in(text: str) -> EventId | None:
    """The event of a matrix.to link or a `matrix:` address, or that is named itself."""
    last = unquote(text.strip().strip("<>").partition("?")[0].rpartition("/")[2])
    if "/e/" in text and not last.startswith("$"):
        last = f"${last}"
    return EventId(last) if last.startswith("$") and len(last) > 1 else None
