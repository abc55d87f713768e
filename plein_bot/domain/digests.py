"""The digest: now and then each person is told what is new for them, and nothing twice.

Its period begins where the last one ended. It is made at its moment, by the one rule of what
somebody may read then, without what they wrote themselves or have read.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.sentences import say

TELL = "digest.tell"
"""The kind of timer for a digest that goes to somebody's direct chat."""

LONGEST = timedelta(days=35)
"""What is older is no news any more, however long nothing could be sent."""

SETTLED = timedelta(minutes=2)
"""What happened so short ago may not be known yet, and comes in the next one."""

SOON = timedelta(days=7)
"""So long before thinking along ends, people hear of it."""

MOST_ENTRIES = 8
MOST_SECTIONS = 10


class Often(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NEVER = "never"


class Way(StrEnum):
    MAIL = "mail"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Timetable:
    """When digests go out. `weekday` counts from Monday, 0. They are spread over `hours`."""

    often: Often = Often.WEEKLY
    weekday: int = 0
    hour: int = 7
    hours: int = 4


@dataclass(frozen=True, slots=True)
class Subscription:
    """How somebody wants it. All before `until` was told; `number` stands for them in a link.

    `stopped` is how often it came before they ended it.
    """

    person: UserId
    often: Often
    way: Way
    until: datetime
    next_at: datetime | None
    number: int = 0
    stopped: Often | None = None

    @property
    def is_mailed(self) -> bool:
        return self.often is not Often.NEVER and self.way is Way.MAIL


def next_moment(
    often: Often, person: UserId, after: datetime, table: Timetable, zone: ZoneInfo
) -> datetime | None:
    """The first moment after `after`, in UTC: for each person a little later than for another."""
    if often is Often.NEVER:
        return None
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        if _is_day(often, day, table):
            at = datetime.combine(day, time(table.hour), zone).astimezone(UTC)
            if (moment := at + _delay(person, table)) > after:
                return moment
        day += timedelta(days=1)


def _is_day(often: Often, day: date, table: Timetable) -> bool:
    if often is Often.DAILY:
        return True
    first_week = often is Often.WEEKLY or day.day <= 7
    return day.weekday() == table.weekday and first_week


def _delay(person: UserId, table: Timetable) -> timedelta:
    share = int.from_bytes(hashlib.sha256(person.encode()).digest()[:4]) / 2**32
    return timedelta(hours=table.hours) * share


def beginning(until: datetime, now: datetime) -> datetime:
    """From when on there is something to tell, where all before `until` was told."""
    return max(until, now - LONGEST)


def token(key: bytes, number: int) -> str:
    """What stands for somebody in the link that ends their digests. It needs no row per mail."""
    seal = hmac.new(key, f"digest\n{number}".encode(), hashlib.sha256).hexdigest()
    return f"{number}-{seal[:32]}"


def number_in(key: bytes, text: str) -> int | None:
    """Whose token it is; None where it is nobody's."""
    number = text.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        return None
    # As bytes: a text from a link may hold any letters, which the comparison does not take.
    known = token(key, int(number)).encode()
    same = hmac.compare_digest(known, text.encode(errors="replace"))
    return int(number) if same else None


def refuse_without_address(address: str | None) -> None:
    if address is None:
        raise Refusal(
            say(
                "I have no e-mail address of yours. Prove one first: `verify <address>`. Or take "
                "it in this chat: `digest weekly --by chat`."
            )
        )


def refuse_without_mail(mail_domain: str | None) -> None:
    if mail_domain is None:
        raise Refusal(
            say("This Plein sends no mail. Take it in this chat: `digest weekly --by chat`.")
        )


class NewsKind(StrEnum):
    POST = "post"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Stage:
    """How things stood in a room when an event came, whoever was there (`domain.reading.Then`)."""

    position: int
    history: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class News:
    """Something that stands in a room. Who reads it must be able to read it at all its `stages`.

    `thread` is the event in whose thread it stands, or that has a thread itself.
    """

    kind: NewsKind
    event: EventId
    room: RoomId
    author: UserId
    title: str
    at: datetime
    stages: tuple[Stage, ...]
    thread: EventId
    closes_at: datetime | None = None

    def is_read(self, positions: Mapping[str, int]) -> bool:
        """Whether somebody has read it who has read so far, by thread (`Receipt`)."""
        position = self.stages[0].position
        anywhere = ("", self.thread) if self.thread != self.event else ("", MAIN)
        # Who has looked into the thread of a post has seen the post.
        opened = self.thread == self.event and self.thread in positions
        return opened or any(positions.get(one, 0) >= position for one in anywhere)


MAIN = "main"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Somebody has read up to `event` (specification, "Receipts").

    `thread` is the root of a thread; `MAIN` for what stands in none, "" for all of it.
    """

    room: RoomId
    person: UserId
    thread: str
    event: EventId
    ts: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a digest. `text` is the beginning of a post."""

    kind: NewsKind
    event: EventId
    room: RoomId
    title: str
    place: str
    author: str
    text: str = ""
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What is new in a subsite; `more` did not fit."""

    name: str
    path: str
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Named:
    """A place, and how many wait there where something does."""

    name: str
    path: str
    n: int = 1


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told. `more` stands in subsites that did not fit.

    `requests` wait for them as staff, `invitations` for their yes; thinking along about the posts
    in `closing` ends soon; `places` are new, and they can find them.
    """

    sections: tuple[Section, ...] = ()
    more: int = 0
    requests: tuple[Named, ...] = ()
    invitations: tuple[Named, ...] = ()
    closing: tuple[Entry, ...] = ()
    places: tuple[Named, ...] = ()

    @property
    def total(self) -> int:
        told = sum(len(one.entries) + one.more for one in self.sections) + self.more
        waiting = sum(one.n for one in self.requests) + len(self.invitations)
        return told + waiting + len(self.closing) + len(self.places)
