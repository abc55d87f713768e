"""The homeservers of a square: the plein's, and those of the people who come to it.

Where they are several they federate over loopback. Each is called after an address of its own and
listens there on 8448, so that its name has no port: server ACLs know names only. The addresses are
drawn anew, so that two runs do not meet.
"""

import asyncio
import errno
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plein_bot.homeserver.settings import Profile
from tests.synapse.certificates import Authority, Certificate
from tests.synapse.harness import Synapse, running_synapse

PORT = 8448
_DRAWS = 20


class NoLoopback(Exception):
    """Why homeservers cannot meet on this machine."""


@dataclass(frozen=True, slots=True)
class Homeservers:
    """Who lives where. Nobody knows `elsewhere`: no organisation in the register has it.

    `authority` is the certificate that vouches for them; None where there is only one.
    """

    plein: Synapse
    municipality: Synapse
    partner: Synapse
    elsewhere: Synapse
    authority: Path | None = None

    @classmethod
    def only(cls, plein: Synapse) -> "Homeservers":
        """Everybody lives on the plein's own."""
        return cls(plein, plein, plein, plein)

    @property
    def are_several(self) -> bool:
        return self.authority is not None


@asynccontextmanager
async def federation(folder: Path) -> AsyncIterator[Homeservers]:
    """All four, started side by side. Raises `NoLoopback` where this machine cannot."""
    addresses = _free_addresses(4)
    authority = Authority(folder)
    # The municipality is set up as the government's own suite does it.
    profiles = (Profile.DEFAULTS, Profile.REFERENCE, Profile.DEFAULTS, Profile.DEFAULTS)
    async with AsyncExitStack() as stack:
        async with asyncio.TaskGroup() as group:
            starting = [
                group.create_task(
                    stack.enter_async_context(
                        _server(folder / address, address, profile, authority)
                    )
                )
                for address, profile in zip(addresses, profiles, strict=True)
            ]
        plein, municipality, partner, elsewhere = (one.result() for one in starting)
        yield Homeservers(plein, municipality, partner, elsewhere, authority.path)


def _server(
    folder: Path, address: str, profile: Profile, authority: Authority
) -> AbstractAsyncContextManager[Synapse]:
    certificate = authority.certify(address)
    return running_synapse(
        folder,
        profile,
        server_name=address,
        listeners=(_listener(address),),
        extra=_meeting_others(certificate, authority),
    )


def _listener(address: str) -> dict[str, Any]:
    return {
        "port": PORT,
        "bind_addresses": [address],
        "type": "http",
        "tls": True,
        "resources": [{"names": ["federation"]}],
    }


def _meeting_others(certificate: Certificate, authority: Authority) -> dict[str, Any]:
    return {
        "tls_certificate_path": str(certificate.path),
        "tls_private_key_path": str(certificate.key),
        "federation_custom_ca_list": [str(authority.path)],
        # As it comes Synapse speaks to no address of this machine.
        "ip_range_blacklist": [],
        # So that people can look into a space where their homeserver is not.
        "experimental_features": {"msc4235_enabled": True},
        "federation": {
            # As it comes a server that was away is tried again after ten minutes.
            "destination_min_retry_interval": "1s",
            "destination_max_retry_interval": "2s",
        },
    }


def _free_addresses(number: int) -> list[str]:
    """Addresses that are this machine's own, on which nobody listens."""
    why = ""
    for _ in range(_DRAWS):
        network = f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}"
        found = [f"{network}.{last}" for last in range(1, number + 1)]
        try:
            for address in found:
                _try_to_listen(address)
        except OSError as error:
            why = f"{address}:{PORT}: {error.strerror}"
            if error.errno != errno.EADDRINUSE:
                break
        else:
            return found
    raise NoLoopback(f"Homeservers cannot meet over loopback here: {why}.")


def _try_to_listen(address: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, PORT))
