"""Several people by one pattern: `*:spam.example`, `@bot*:spam.example`.

`*` stands for any letters and `?` for one, in the name only: the homeserver is named in full, so
that no pattern can mean everybody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId, localpart, server_of
from plein_bot.domain.sentences import brief, say

# Matrix specification, "Server Name": a host name, an IPv4 address, or an IPv6 one in brackets.
_SERVER = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,228}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?"
)
_NAME = re.compile(r"[^\s:@]+")


@dataclass(frozen=True, slots=True)
class Glob:
    """`name` is a pattern, `server` is none, and in small letters."""

    name: str
    server: str

    def matching(self, users: Iterable[UserId]) -> tuple[UserId, ...]:
        wild = {"*": ".*", "?": "."}
        pattern = re.compile(
            "".join(wild.get(letter) or re.escape(letter) for letter in self.name), re.DOTALL
        )
        return tuple(
            user
            for user in users
            if server_of(user).lower() == self.server and pattern.fullmatch(localpart(user))
        )


def is_glob(text: str) -> bool:
    """Whether a word means several people."""
    return ("*" in text or "?" in text) and (":" in text or text.strip("@*?") == "")


def glob(text: str) -> Glob:
    """Read a pattern. Raises Refusal."""
    name, colon, server = text.removeprefix("@").partition(":")
    if not colon or not _NAME.fullmatch(name) or not _SERVER.fullmatch(server):
        raise Refusal(
            say(
                "“{text}” could mean too many people. Name the whole homeserver behind the "
                "colon: `*:spam.example` or `@spam*:spam.example`.",
                text=brief(text),
            )
        )
    return Glob(name, server.lower())
