"""A homeserver that asks another: all that its administrator could think of.

Matrix specification, server-server API, "Request authentication".
"""

import base64
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from tests.synapse.federation import PORT, Homeservers
from tests.synapse.harness import Synapse
from tests.synapse.strangers import Json


@dataclass(frozen=True, slots=True)
class Peer:
    """Speaks in the name of one homeserver to another."""

    http: aiohttp.ClientSession
    name: str
    key_id: str
    key: Ed25519PrivateKey
    asked: str
    trust: ssl.SSLContext

    async def tries(
        self, method: str, path: str, body: Json | None = None, **query: str
    ) -> tuple[int, Any]:
        uri = f"/_matrix/federation/{path}" + (f"?{urlencode(query)}" if query else "")
        url = URL(f"https://{self.asked}:{PORT}{uri}", encoded=True)
        headers = {"Authorization": self._signed(method, uri, body)}
        async with self.http.request(
            method, url, json=body, headers=headers, ssl=self.trust
        ) as response:
            return response.status, await response.json()

    def _signed(self, method: str, uri: str, body: Json | None) -> str:
        said: Json = {
            "method": method,
            "uri": uri,
            "origin": self.name,
            "destination": self.asked,
        }
        if body is not None:
            said["content"] = body
        signature = _unpadded(self.key.sign(_canonical(said)))
        return (
            f'X-Matrix origin="{self.name}",destination="{self.asked}",'
            f'key="{self.key_id}",sig="{signature}"'
        )


def peer(homeservers: Homeservers, asking: Synapse) -> Peer:
    """One homeserver that asks the plein's."""
    assert homeservers.authority
    key_id, key = _signing_key(asking.process.settings.folder / "signing.key")
    trust = ssl.create_default_context(cafile=str(homeservers.authority))
    return Peer(asking.http, asking.server_name, key_id, key, homeservers.plein.server_name, trust)


def _canonical(said: Json) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _signing_key(path: Path) -> tuple[str, Ed25519PrivateKey]:
    algorithm, version, seed = path.read_text().split()
    whole = base64.b64decode(seed + "=" * (-len(seed) % 4))
    return f"{algorithm}:{version}", Ed25519PrivateKey.from_private_bytes(whole)


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
