"""In which words does the relay think about what crosses, and what does not?"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
MARK = "nl.plein.relayed"
"""In the content of all that a relay says: the server, room and event that it stems from. The room
as `named`: who reads along there has no need to know its id, with which one can ask things of it.
"""
POST = "nl.plein.post"
ATTACHMENT = "nl.plein.attachment"


def named(room: str) -> str:
    """What a mark calls a room: nobody makes an id of it, and who knows the id can compare."""
    return hashlib.sha256(room.encode()).hexdigest()[:24]


class Kind(StrEnum):
    MESSAGE = "message"
    FILE = "file"
    POST = "post"
    EDIT = "edit"
    REACTION = "reaction"
    REDACTION = "redaction"
    POLL = "poll"
    VOTE = "vote"
    POLL_END = "poll end"
    TOPIC = "topic"
    """Also the name and the picture of the room: how it presents itself."""
    PINS = "pins"


class Rule(StrEnum):
    """By what something did not cross. The audit keeps these words."""

    RELAYED = "relayed"
    """A relay said it: what comes over one link goes over no other."""
    UNKNOWN = "unknown"
    """No kind of event that crosses, or not as the specification says."""
    ENCRYPTED = "encrypted"
    TARGET = "target"
    """It is about something that never crossed."""
    NOT_THEIRS = "not theirs"
    """They change or end what somebody else said."""
    TOO_LONG = "too long"
    DIRECTION = "direction"
    PEOPLE = "people"
    KINDS = "kinds"
    FILES = "files"
    SIZE = "size"
    TYPES = "types"
    LOST = "lost"
    """The homeserver has no such file, or has it no more."""
    TOPICS = "topics"
    PINS = "pins"


@dataclass(frozen=True, slots=True)
class File:
    """A file that an event shows, as its author declares it.

    What is not `needed` (a thumbnail, a picture within a text) may stay behind.
    """

    uri: str
    mime: str | None = None
    size: int | None = None
    name: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """An event that might cross. `at` is the homeserver's clock in milliseconds."""

    kind: Kind
    type: str
    room: str
    event: str
    sender: str
    at: int
    content: Json
    target: str | None = None
    """What it edits, redacts, reacts to, votes in or ends. Without a copy of it nothing crosses."""
    post: bool = False
    """It is a post, or changes one."""
    state: bool = False
    before: Json | None = None
    """Of a state event: what stood there before, if the homeserver told."""


@dataclass(frozen=True, slots=True)
class Unread:
    why: Rule


@dataclass(frozen=True, slots=True)
class Copy:
    """An event of this side as it is known on the far side.

    `event` is its name there: of its copy, or of the original where this side has the copy, or of
    another copy of a third side's original. `author` is who said it, if that was here; None where
    this side has only a copy.
    """

    event: str
    author: str | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is to be sent on the far side.

    `speaker` is whose ghost says it, a user ID of this side; None where the relay's bot does it.
    With `redacts` it is a redaction, otherwise with `state` a state event with an empty key.
    """

    type: str
    content: Json
    speaker: str | None
    redacts: str | None = None
    state: bool = False
