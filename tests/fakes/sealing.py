"""Encryption in memory: whoever has the key gets back what was sealed."""

from dataclasses import dataclass, field, replace
from typing import Any

from plein_bot.domain.events import Event

Json = dict[str, Any]
ENCRYPTED = "m.room.encrypted"


@dataclass
class Seals:
    """Whose keys have come is in `keys`: a session is one person's in one room."""

    keys: set[str] = field(default_factory=set)
    _sealed: list[tuple[str, Json]] = field(default_factory=list)

    def seal(self, session: str, kind: str, content: Json) -> Json:
        """The content of an `m.room.encrypted`. A relation stands outside, as on the wire."""
        self._sealed.append((kind, content))
        outside = {"m.relates_to": content["m.relates_to"]} if "m.relates_to" in content else {}
        number = len(self._sealed) - 1
        return {"algorithm": "fake", "session_id": session, "ciphertext": number, **outside}

    def opened(self, sealed: Event) -> Event | None:
        if sealed.type != ENCRYPTED or sealed.content.get("session_id") not in self.keys:
            return None
        kind, content = self._sealed[sealed.content["ciphertext"]]
        return replace(sealed, type=kind, content=content)
