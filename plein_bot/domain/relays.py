"""Whom the relay between homeservers brings in (docs/relay.md), and whose word on them counts."""

import re
from dataclasses import dataclass

from plein_bot.domain.ids import UserId, localpart, server_of

_ESCAPED = re.compile(rb"=([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay that runs beside this Plein.

    `ghosts` is how the local parts of its accounts begin: `relay_purmerend.nl_jan`. `servers` are
    the homeservers that it is an application service of; what a ghost of another one is called, is
    known only by the word of one of these.
    """

    bot: UserId
    ghosts: str = "relay_"
    servers: tuple[str, ...] = ()

    @property
    def server(self) -> str:
        return server_of(self.bot)

    def is_ghost(self, user: UserId) -> bool:
        return server_of(user) == self.server and localpart(user).startswith(self.ghosts)

    def origin(self, ghost: UserId) -> str:
        """The homeserver that a ghost's person has an account on; empty where nobody vouches."""
        name, _, _ = localpart(ghost).removeprefix(self.ghosts).partition("_")
        written = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name.encode())
        server = written.decode(errors="replace").lower()
        return server if server in self.servers else ""
