"""What the operators of this Plein decided, as far as decisions ask about it."""

import hashlib
import hmac
from dataclasses import dataclass, field

from plein_bot.domain.digests import Timetable
from plein_bot.domain.ids import UserId, localpart, server_of
from plein_bot.domain.people import PersonClass
from plein_bot.domain.relays import Relay


@dataclass(frozen=True, slots=True)
class Plein:
    """One deployment. `reserve` is the sealed account that every room names as a second creator.

    `belongs_to` is the organisation whose people alone the homeserver admits, where that is so.
    `timezone` is that of the people, by its name in the tz database.
    `web` is where its pages are, without a path; None where it has none.
    `digests` says when people are told what is new.
    `contact` is the address, with its scheme, of who runs it; None where none is given.
    `mail_domain` is that of the address that it sends mail from; None where it sends none.
    `ghosts` is how the local parts begin of people who take part by e-mail; None where none do.
    `relay` is the one between homeservers; None where none runs.
    `key` is a secret that Plein made for itself at its first start.
    """

    bot: UserId
    reserve: UserId | None = None
    language: str = "nl"
    timezone: str = "Europe/Amsterdam"
    operators: tuple[UserId, ...] = ()
    starters: tuple[PersonClass, ...] = (PersonClass.OFFICIAL, PersonClass.PARTNER)
    daily_maximum: int = 10
    belongs_to: str | None = None
    mail_domain: str | None = None
    web: str | None = None
    digests: Timetable = field(default_factory=Timetable)
    contact: str | None = None
    ghosts: str | None = None
    relay: Relay | None = None
    key: bytes = field(default=b"", repr=False)

    @property
    def server(self) -> str:
        return server_of(self.bot)

    def is_ghost(self, user: UserId) -> bool:
        """Whether somebody takes part by e-mail: their account is the bridge's, and nobody's."""
        ours = self.ghosts is not None and server_of(user) == self.server
        return ours and localpart(user).startswith(self.ghosts or "")

    def is_relayed(self, user: UserId) -> bool:
        """Whether an account stands for somebody of another homeserver, who never sees it."""
        return self.relay is not None and self.relay.is_ghost(user)

    def relayed_from(self, user: UserId) -> str | None:
        """The homeserver that vouches for a ghost of the relay; empty where none does."""
        return self.relay.origin(user) if self.relay and self.is_relayed(user) else None

    def is_relay(self, user: UserId) -> bool:
        return self.relay is not None and user == self.relay.bot

    def is_of_a_bridge(self, user: UserId) -> bool:
        """Whether what an account says was said elsewhere, or by a program: never to Plein."""
        return self.is_relay(user) or self.is_ghost(user) or self.is_relayed(user)

    def mark(self, cause: str, step: str) -> str:
        """The mark of what `cause` made in `step`: the same each time, and guessed by nobody.

        It is the alias that locks the making of a room, and stands in its create event.
        """
        whole = f"{cause}\n{step}".encode()
        return hmac.new(self.key, whole, hashlib.sha256).hexdigest()[:32]
