"""What does a homeserver have to be told of a bridge?

Rules: Matrix specification, application service API, "Registration".
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Registration:
    """An application service as the homeserver knows it.

    `ghosts` is how the localparts of its people begin; nobody else can have such an account.
    """

    id: str
    url: str
    as_token: str
    hs_token: str
    sender: str
    ghosts: str
    passing: bool = False
    """It hears who is writing, and who has read."""

    def document(self, server_name: str) -> dict[str, Any]:
        namespace = f"@{re.escape(self.ghosts)}.*:{re.escape(server_name)}"
        document = {
            "id": self.id,
            "url": self.url,
            "as_token": self.as_token,
            "hs_token": self.hs_token,
            "sender_localpart": self.sender,
            "namespaces": {
                "users": [{"exclusive": True, "regex": namespace}],
                "aliases": [],
                "rooms": [],
            },
            # A bridge says what others have said already, at their pace.
            "rate_limited": False,
        }
        if self.passing:
            document["receive_ephemeral"] = True
        return document

    def yaml(self, server_name: str) -> str:
        return str(yaml.safe_dump(self.document(server_name), sort_keys=False))
