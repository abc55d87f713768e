"""What an action needs from outside, in the words of an action."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from plein_bot.domain.cases import ByClient
from plein_bot.domain.effects import CreateRoom, Effect, Say, SendFile
from plein_bot.domain.events import Event
from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.media import Media
from plein_bot.domain.scanning import Scan


class HomeserverError(Exception):
    """The homeserver refused for good. `code` is its errcode, such as M_FORBIDDEN.

    What may pass (429, 5xx, a closed connection) never gets this far: the wire tries again.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status


class Damaged(HomeserverError):
    """A sealed file is not what its sender sealed, or its key is none."""

    def __init__(self, message: str) -> None:
        super().__init__("NL.PLEIN.DAMAGED", message)


class Unreachable(HomeserverError):
    """Another homeserver, which has to answer first, does not."""


class TokenRevoked(HomeserverError):
    """The homeserver knows the bot's access token no more. Nothing can be done but stop."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A file that is coming in. `size` where it is told beforehand."""

    size: int | None
    chunks: AsyncIterator[bytes]


class Homeserver(Protocol):
    """The wire, as actions see it. `cause` is the key of the work that leads to the effect.

    Performing the same effect for the same cause again changes nothing: transaction ids come from
    cause and step, rooms are locked by an alias, and state that stands already is not sent.
    """

    async def perform(self, effect: Effect, cause: str) -> None:
        """Make `effect` true. Raises `HomeserverError` when the homeserver will not."""

    async def say(self, effect: Say, cause: str) -> EventId:
        """Perform a `Say` and tell its event, for those who will wait for reactions to it."""

    async def send_file(self, effect: SendFile, cause: str) -> EventId:
        """Perform a `SendFile` and tell its event, for those who may have to take it back."""

    def fits(self, effect: Say) -> bool:
        """Whether a `Say` is one event; what does not fit in one is said in several."""

    async def create_room(self, effect: CreateRoom, cause: str) -> RoomId:
        """Make the room, or find the one that this cause and step made before."""

    async def state(self, room: RoomId) -> tuple[Event, ...]:
        """The room's whole state, now."""

    async def resolve(self, alias: RoomAlias) -> RoomId | None:
        """The room behind an alias; None where there is none."""

    async def is_listed(self, room: RoomId) -> bool:
        """Whether the room stands in the homeserver's directory."""

    async def has_keys(self, user: UserId) -> bool:
        """Whether somebody has a device that can read an encrypted chat."""

    async def display_name(self, user: UserId) -> str | None:
        """The name in somebody's profile; None where there is none or their server is away."""

    async def message(self, room: RoomId, event: EventId) -> Event | None:
        """A message as it was sent, opened where it was encrypted.

        None where it is gone, was taken away, or cannot be read.
        """

    def opened(self, sealed: Event) -> Event | None:
        """What an encrypted event was before it was encrypted; None as long as its key is missing.

        It may be asked any number of times, and asks nothing of the homeserver.
        """

    async def media_address(self) -> str:
        """A new `mxc:` address, at which nothing stands yet.

        Specification, "Content repository", `POST /_matrix/media/v1/create`.
        """

    async def store(self, url: str, data: bytes, mime: str, name: str) -> None:
        """Put a file at such an address, open to who knows it; what stands there already stays.

        Raises HomeserverError, M_NOT_FOUND where the address was given out too long ago.
        """

    async def fetch(self, media: Media, limit: int) -> bytes:
        """A file, opened where it was sealed.

        Raises HomeserverError: M_TOO_LARGE for one of more than `limit` bytes, Damaged, or as the
        homeserver says where it is gone.
        """

    def stream(self, url: str) -> AbstractAsyncContextManager[Stream]:
        """A file just as it lies there, bit by bit, for the length of the block.

        Somebody waits for it, so it is asked for once. Raises HomeserverError where it is gone,
        Unreachable where it does not come now, also from among the chunks.
        """


class ScannerAway(Exception):
    """The virus scanner does not answer; what it has to look at waits."""


class ScanFailed(Exception):
    """The virus scanner lives, and yet has nothing to say of this file."""


class Scanner(Protocol):
    """Looks for viruses, where the operator runs something that does."""

    async def scan(self, data: bytes) -> Scan:
        """What is in a file. Raises ScannerAway or ScanFailed."""


class Reports(Protocol):
    """What people report with their clients, where the homeserver tells us.

    Each has a number that only goes up. All of these raise HomeserverError.
    """

    async def newest(self) -> int:
        """The number of the last; 0 where there is none."""

    async def since(self, last: int) -> tuple[ByClient, ...]:
        """Those after this number, the oldest first."""


class Registrar(Protocol):
    """Makes accounts on our homeserver, where the operator lets invited people have one.

    All of these raise HomeserverError, or TimeoutError where there is no answer for long.
    """

    async def takes_passwords(self) -> bool:
        """Whether people sign in there with a password; another service may see to that."""

    async def exists(self, user: UserId) -> bool:
        """Whether there is such an account."""

    async def make(self, user: UserId, name: str, password: str) -> None:
        """Make it, with the name that others see."""

    async def enter(self, user: UserId, rooms: Sequence[RoomId]) -> None:
        """Accept invitations for an account that was just made."""

    async def set_password(self, user: UserId, password: str) -> None:
        """Give it another password; whoever is signed in with the old one is signed out."""


class MailboxesAway(Exception):
    """The e-mail bridge does not answer, or not as it should; later it may."""


class NoMailbox(Exception):
    """The bridge takes this address, or this name, from nobody."""


class Mailboxes(Protocol):
    """Accounts for people who take part by e-mail, where the bridge for that runs."""

    async def meet(self, address: str, name: str, language: str, mailed: Mailed) -> UserId:
        """The account of an address that its owner came by; the same address has the same one.

        It accepts invitations of Plein by itself. Raises MailboxesAway or NoMailbox.
        """
