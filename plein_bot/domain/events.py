"""What the homeserver tells, in Plein's own types: events as they are, and what they ask for.

`matrix/parsing.py` makes these from the wire, `index/` folds the first kind into the projection and
keeps the second kind as rows of work until they are done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.media import Media

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a room, as the homeserver gave it. `ts` is `origin_server_ts`, in milliseconds.

    `state_key` is None for what is not state. `redacts` is the target of an `m.room.redaction`,
    wherever the room version puts it. A redacted event has the content that redaction left.
    """

    room: RoomId
    event_id: EventId
    type: str
    sender: UserId
    ts: int
    content: Mapping[str, Any]
    state_key: str | None = None
    redacts: EventId | None = None
    redacted: bool = False


class Membership(StrEnum):
    """Matrix specification, `m.room.member`; no event at all counts as LEAVE."""

    INVITE = "invite"
    JOIN = "join"
    KNOCK = "knock"
    LEAVE = "leave"
    BAN = "ban"


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """What one sync (or one reading of a whole room) says about one room.

    `state` precedes `timeline`. Where `state_is_whole` it is the room's complete state before the
    timeline and replaces what was known. `membership` is the bot's own.
    """

    room: RoomId
    membership: Membership
    timeline: tuple[Event, ...] = ()
    state: tuple[Event, ...] = ()
    state_is_whole: bool = False


@dataclass(frozen=True, slots=True)
class WholeRoom:
    """One room read again from its beginning, as far as the homeserver still has it.

    `state` is the room's complete state now, after `timeline` (that of a `RoomUpdate` precedes it).
    Empty where the homeserver shows nothing of the room but the bot's own membership.
    """

    room: RoomId
    membership: Membership
    timeline: tuple[Event, ...] = ()
    state: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody typed a message. `text` is without the fallback of a reply."""

    event: EventId
    room: RoomId
    sender: UserId
    text: str
    ts: int
    reply_to: EventId | None = None
    thread: EventId | None = None
    edits: EventId | None = None
    mentions_bot: bool = False
    pills: tuple[UserId, ...] = ()
    encrypted: bool = False
    kind: Literal["line"] = "line"


@dataclass(frozen=True, slots=True)
class FileSent:
    """Somebody sent a file in a room that Plein does not manage, such as their direct chat."""

    event: EventId
    room: RoomId
    sender: UserId
    media: Media
    ts: int
    kind: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class Reaction:
    event: EventId
    room: RoomId
    sender: UserId
    on: EventId
    key: str
    ts: int
    kind: Literal["reaction"] = "reaction"


@dataclass(frozen=True, slots=True)
class InvitedHere:
    """The bot was invited. Invitations have no event id."""

    room: RoomId
    sender: UserId
    direct: bool
    kind: Literal["invited"] = "invited"


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """Somebody's membership of a room that the bot is in changed (also a knock).

    `sender` made the change, `person` underwent it.
    """

    event: EventId
    room: RoomId
    person: UserId
    sender: UserId
    membership: Membership
    before: Membership
    ts: int
    reason: str | None = None
    kind: Literal["member"] = "member"


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Somebody changed state of a room that Plein manages; comings and goings are not among it."""

    event: EventId
    room: RoomId
    sender: UserId
    type: str
    state_key: str
    ts: int
    kind: Literal["state"] = "state"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody said something that is not for Plein, in a place where not everything may be said.

    `thread` is the event that begins the thread in which it was said.
    """

    event: EventId
    room: RoomId
    sender: UserId
    thread: EventId | None
    ts: int
    kind: Literal["spoken"] = "spoken"


@dataclass(frozen=True, slots=True)
class Redacted:
    """Somebody took something away in a room that Plein manages: what they said, or others."""

    event: EventId
    room: RoomId
    sender: UserId
    target: EventId
    ts: int
    kind: Literal["redacted"] = "redacted"


@dataclass(frozen=True, slots=True)
class PollEnded:
    """Somebody closed a poll, or said so, in a room that Plein manages; it may be Plein itself."""

    event: EventId
    room: RoomId
    sender: UserId
    poll: EventId
    ts: int
    kind: Literal["poll"] = "poll"


@dataclass(frozen=True, slots=True)
class ListChanged:
    """Rules of a policy list are others now, however many; it may be that nobody follows it."""

    room: RoomId
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """An encrypted event whose key has not come; `raw` is the event as the server gave it."""

    event: EventId
    room: RoomId
    sender: UserId
    ts: int
    raw: Json
    kind: Literal["undecryptable"] = "undecryptable"


@dataclass(frozen=True, slots=True)
class Due:
    """The moment of a timer has come, now or while Plein was away. `what` is the timer's kind."""

    name: str
    what: str
    subject: Json
    due_at: datetime
    kind: Literal["due"] = "due"


@dataclass(frozen=True, slots=True)
class Alarm:
    """More was done in a place than its protections allow; what, and by whom, the hits tell."""

    room: RoomId
    kind: Literal["alarm"] = "alarm"


Incoming = (
    Line
    | FileSent
    | Reaction
    | InvitedHere
    | MemberChanged
    | StateChanged
    | Spoken
    | Redacted
    | PollEnded
    | ListChanged
    | Undecryptable
    | Due
    | Alarm
)


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be done once. `key` is its name for ever: an event id, `invite:<room>`,
    `timer:<name>:<moment>`, `protect:<room>:…`.

    Work of one `lane` (a room) is done in its order; lanes run beside each other.
    """

    key: str
    lane: str
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Batch:
    """One sync, stored in one transaction: what is known now, what is to be done, the token.

    `locked` waits for its key from now on, `unlocked` no longer: it is work, or nothing. `keyed`
    are rooms that keys came for.
    """

    token: str
    updates: tuple["RoomUpdate | WholeRoom", ...] = ()
    work: tuple[Work, ...] = ()
    locked: tuple[Undecryptable, ...] = ()
    unlocked: tuple[EventId, ...] = ()
    keyed: frozenset[RoomId] = frozenset()
