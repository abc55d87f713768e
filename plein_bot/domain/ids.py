"""The names that Matrix gives to things, each a type of its own so that mypy keeps them apart."""

import re
from typing import NewType

UserId = NewType("UserId", str)
RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)
RoomAlias = NewType("RoomAlias", str)

# Matrix specification, appendix "User identifiers": historical ones may hold any printable
# character but a colon, and all are at most 255 bytes.
_USER_ID = re.compile(r"@[^\s:]*:[A-Za-z0-9.\-:\[\]]+")


def user_id(text: str) -> UserId | None:
    """Read a Matrix ID; None where `text` is not one."""
    if _USER_ID.fullmatch(text) and len(text.encode()) <= 255:
        return UserId(text)
    return None


def server_of(user: UserId) -> str:
    """The server name, port included: everything after the first colon."""
    return user.partition(":")[2]


def localpart(user: UserId) -> str:
    return user[1:].partition(":")[0]
