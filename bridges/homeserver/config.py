"""Settings of plein-relay: read from plein-relay.yaml, overridden by PLEIN_RELAY_… variables.

`python -m bridges.homeserver.config > plein-relay.yaml.example` writes the example.
"""

import hashlib
import hmac
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from bridges.common.registrations import Registration
from bridges.common.settings import FileSettings, Section, comment, read, section
from bridges.homeserver.names import GHOSTS

PREFIX = "PLEIN_RELAY_"
BOT = "plein-relay"
"""The localpart of the relay's own account on every side."""

Class = Literal["official", "partner", "citizen"]


class RelaySettings(Section):
    """The relay itself."""

    secret: SecretStr = Field(
        min_length=32,
        examples=["…"],
        description="At least 32 characters that nobody can guess: `openssl rand -hex 32`. The "
        "tokens of all sides come of it: with another one, every side has to be registered again.",
    )
    database: str = Field(
        "sqlite+aiosqlite:///plein-relay.db",
        repr=False,
        description="A file, or postgresql+asyncpg://user:password@host/name. Back it up: it alone "
        "knows which message is the copy of which.",
    )
    audit_days: int = Field(
        365, ge=1, description="How long is kept what crossed and what did not, without its words."
    )
    log: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error."
    )


class HttpSettings(Section):
    """What the homeservers of all sides ask. See docs/relay.md."""

    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8097, ge=1, le=65535, description="The port to listen on.")
    url: str | None = Field(
        None,
        pattern=r"^https?://.+[^/]$",
        examples=["https://relay.example.org"],
        description="Where homeservers find it, when that is not this address and port.",
    )


class SideSettings(Section):
    """A homeserver, which has read the file that `plein-relay register <side>` writes. The name of
    each is what people type to link a room there."""

    url: str = Field(
        pattern=r"^https?://[^/]+$",
        examples=["http://localhost:8008"],
        description="Where it answers, without a path.",
    )
    server_name: str = Field(
        min_length=1, examples=["example.org"], description="What Matrix IDs end with."
    )
    plein: str | None = Field(
        None,
        pattern=r"^@.+:.+$",
        examples=["@plein:example.org"],
        description="The account of Plein, where that runs there. Over a link that is for posts "
        "only, nothing is a post but what it calls one.",
    )
    label: str = Field(
        "",
        max_length=60,
        examples=["gemeente Zaanstad"],
        description="What stands behind the names of its people on other sides.",
    )
    language: Literal["nl", "en"] = Field("nl", description="nl or en: what the relay says there.")
    people: Class = Field(
        "citizen",
        description="What its own people are: official, partner or citizen. A link can be for "
        "officials only.",
    )
    visitors: dict[str, Class] = Field(
        default_factory=dict,
        examples=[{"example.com": "partner"}],
        description="And people of other homeservers that it federates with; else citizens.",
    )


class Settings(FileSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX)

    relay: RelaySettings
    http: HttpSettings = Field(default_factory=HttpSettings)
    sides: dict[str, SideSettings] = Field(min_length=2)

    @model_validator(mode="after")
    def _each_side_is_another(self) -> Self:
        for name in self.sides:
            if not name.replace("-", "").isalnum() or name != name.lower() or not name.isascii():
                raise ValueError(f"a side has a name of small letters, digits and -, not {name!r}")
        if len({side.server_name for side in self.sides.values()}) < len(self.sides):
            raise ValueError("two sides have the same server_name")
        return self

    def registration(self, side: str) -> Registration:
        """The tokens come of the secret: so there is one thing to keep, not two for each side."""
        return Registration(
            id=BOT,
            url=f"{self.http.url or f'http://{self.http.host}:{self.http.port}'}/sides/{side}",
            as_token=self._derived("as_token", side),
            hs_token=self._derived("hs_token", side),
            sender=BOT,
            ghosts=GHOSTS,
            passing=True,
        )

    def _derived(self, purpose: str, side: str) -> str:
        secret = self.relay.secret.get_secret_value().encode()
        return hmac.digest(secret, f"{purpose}:{side}".encode(), hashlib.sha256).hex()


def load(path: Path) -> Settings:
    """Raises `ConfigTrouble`."""
    return read(Settings, path, "sides")


def example() -> Iterator[str]:
    """The lines of plein-relay.yaml.example."""
    yield "# Written by `make example`. Copy to plein-relay.yaml and edit the copy."
    yield "# A PLEIN_RELAY_… variable wins from the file: PLEIN_RELAY_HTTP__PORT=8098."
    for name, model in (("relay", RelaySettings), ("http", HttpSettings)):
        yield ""
        yield from section(name, model)
    yield ""
    yield from comment("The homeservers: two at least.")
    yield "sides:"
    yield from section("zaanstad", SideSettings, "  ")
    yield "  purmerend:"
    yield '    url: "https://matrix.example.com"'
    yield '    server_name: "example.com"'
    yield '    label: "gemeente Purmerend"'


if __name__ == "__main__":
    sys.stdout.write("\n".join(example()) + "\n")
