"""Which homeservers may take part in a subsite: its server ACL (design 9).

The setting names organisations, so that it follows the register. A server ACL keeps a homeserver
from saying and joining, but it is sent all that is said as long as one of its people is in the
room; so those people have to go as well.
"""

import ipaddress
import re
from enum import StrEnum
from typing import Any

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId, server_of
from plein_bot.domain.organisations import Register
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.policies import matches
from plein_bot.domain.sentences import brief, say

TYPE = "m.room.server_acl"

_PORT = re.compile(r":\d{1,5}$")
_GLOB = re.compile(r"[*?]")


class Servers(StrEnum):
    """What may be chosen instead of organisations."""

    ALL = "all"
    OWN = "own"


def allowed(subsite: Place, register: Register, own: str) -> tuple[str, ...] | None:
    """The homeservers that may take part, our own always; None where all may."""
    named = subsite.root.settings.servers
    if named is None:
        return None
    found = (server for one in register if one.slug in named for server in one.servers)
    return tuple(sorted({own, *(server for server in found if not _GLOB.search(server))}))


def acl(servers: tuple[str, ...] | None, own: str, denied: tuple[str, ...] = ()) -> dict[str, Any]:
    """The content of `m.room.server_acl`, never without our own: there would be no way back.

    A list goes by names without their ports (specification, "Server Access Control Lists for
    rooms"), but Synapse looks for its own as it is.
    """
    names = {"*"} if servers is None else {_host(name) for name in servers} | {own, _host(own)}
    return {
        "allow": sorted(names),
        "deny": sorted(one for one in denied if not matches(one, _host(own))),
        "allow_ip_literals": _is_address(own),
    }


def admits(servers: tuple[str, ...] | None, own: str, server: str) -> bool:
    """Whether a homeserver may take part, as other homeservers read the list."""
    if servers is None or _host(server) == _host(own):
        return True
    if _is_address(server) and not _is_address(own):
        return False
    return _host(server) in {_host(name) for name in servers}


def _host(server: str) -> str:
    return _PORT.sub("", server)


def _is_address(server: str) -> bool:
    try:
        ipaddress.ip_address(_host(server).strip("[]"))
    except ValueError:
        return False
    return True


def refuse_machine(user: UserId, own: str, register: Register) -> None:
    """Refuse an account on a machine that is named by its address or by a port.

    Whoever fills in a page would have our homeserver call any address that they like. Homeservers
    that are in the register are known, whatever they are called.
    """
    server = server_of(user)
    named = not _PORT.search(server) and not _is_address(server)
    if named or server == own or any(one.has_server(server) for one in register):
        return
    raise Refusal(
        say(
            "“{text}” names a machine and no homeserver. A Matrix ID ends in a name, such as "
            "`@name:example.org`. Is it right all the same? Then ask whoever invited you to invite "
            "you by it.",
            text=brief(user),
        )
    )


def may_come(place: Place, person: Person) -> bool:
    """Whether the homeserver that this person's account is on may take part."""
    named = place.root.settings.servers
    if named is None or person.at_home:
        return True
    server = server_of(person.id)
    return any(one.slug in named and one.has_server(server) for one in person.organisations)


def refuse_asker(place: Place, person: Person) -> None:
    if not may_come(place, person):
        raise Refusal(
            say(
                "Your account is on the homeserver {server}, and {place} does not take part with "
                "that one (its setting `servers`). Ask its staff, or take part with another "
                "account.",
                server=server_of(person.id),
                place=place.full_name,
            )
        )


def refuse_guest(place: Place, person: Person) -> None:
    """The same, for whoever would let them in."""
    if not may_come(place, person):
        raise Refusal(
            say(
                "{name} has an account on the homeserver {server}, and {place} does not take part "
                "with that one. An admin can change that: `set {path} servers …`.",
                name=person.shown,
                server=server_of(person.id),
                place=place.full_name,
                path=place.root.path,
            )
        )
