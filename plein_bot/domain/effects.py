"""Everything a decision may ask of the homeserver.

An effect is data: decisions return effects, `matrix/homeserver.py` performs them, tests compare
them. Contents are Matrix's own. Adding an effect makes mypy point at every `match` that must
learn it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId
from plein_bot.domain.sentences import Sentence, Text


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """Make a room once. `body` is that of createRoom, without the alias that locks it."""

    step: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PutState:
    room: RoomId
    type: str
    content: Mapping[str, Any]
    state_key: str = ""


@dataclass(frozen=True, slots=True)
class PutAlias:
    alias: RoomAlias
    room: RoomId


@dataclass(frozen=True, slots=True)
class DropAlias:
    alias: RoomAlias


@dataclass(frozen=True, slots=True)
class Publish:
    """Show a room in the homeserver's room directory, or take it out."""

    room: RoomId
    listed: bool


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation, or the admission of somebody who knocks. Done once they are in or invited."""

    room: RoomId
    user: UserId


@dataclass(frozen=True, slots=True)
class Remove:
    """A kick: of a member, an invitation or a knock. Never carries the reason."""

    room: RoomId
    user: UserId


@dataclass(frozen=True, slots=True)
class Ban:
    """Shut somebody out, whether they are in or not. Never carries the reason."""

    room: RoomId
    user: UserId


@dataclass(frozen=True, slots=True)
class Unban:
    """Give back the right to come in, not the membership."""

    room: RoomId
    user: UserId


@dataclass(frozen=True, slots=True)
class Join:
    """With `via`, homeservers that know the room, nobody invited the bot: then it asks once."""

    room: RoomId
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    room: RoomId


@dataclass(frozen=True, slots=True)
class Say:
    """A notice from the bot. `step` tells apart the notices of one cause; `content` is added.

    With `edits` it takes the place of an earlier notice; it must fit in one event then.
    """

    room: RoomId
    text: Sentence | Text
    step: str
    language: str
    reply_to: EventId | None = None
    edits: EventId | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendImage:
    """A picture from the bot. `alt` says the same in words, for who does not see it.

    `step` tells apart the pictures of one cause; `content` is added. `name` is that of the file.
    """

    room: RoomId
    data: bytes = field(repr=False)
    mime: str
    name: str
    width: int
    height: int
    alt: Sentence | Text
    step: str
    language: str
    reply_to: EventId | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file from the bot. `step` tells apart the files of one cause; `content` is added."""

    room: RoomId
    data: bytes = field(repr=False)
    mime: str
    name: str
    step: str
    reply_to: EventId | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndPoll:
    """Close a poll, which is `stable` or not (`domain/polls.Poll`).

    `text` is for clients that know no polls.
    """

    room: RoomId
    poll: EventId
    text: Sentence | Text
    language: str
    stable: bool


@dataclass(frozen=True, slots=True)
class Note:
    """An `nl.plein.note`: a fact about an event that this cannot carry itself (design 3.1)."""

    room: RoomId
    about: EventId
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class React:
    room: RoomId
    event: EventId
    key: str


@dataclass(frozen=True, slots=True)
class Redact:
    """Everybody in the room may read the `reason`."""

    room: RoomId
    event: EventId
    reason: Sentence | None = None
    language: str = ""


Effect = (
    CreateRoom
    | PutState
    | PutAlias
    | DropAlias
    | Publish
    | Invite
    | Remove
    | Ban
    | Unban
    | Join
    | Leave
    | Say
    | SendImage
    | SendFile
    | EndPoll
    | Note
    | React
    | Redact
)
