"""Settings of plein-relay: read from plein-relay.yaml, overridden by PLEIN_RELAY_… variables.

`python -m bridges.homeserver.config > plein-relay.yaml.example` writes the example.
"""

import hashlib
import hmac
import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bridges.common.registrations import Registration
from bridges.homeserver.names import GHOSTS

PREFIX = "PLEIN_RELAY_"
BOT = "plein-relay"
"""The localpart of the relay's own account on every side."""

Class = Literal["official", "partner", "citizen"]


class ConfigTrouble(Exception):
    """The configuration cannot be used; the text is for the operator."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_all_defaults(cls, value: Any) -> Any:
        return {} if value is None else value


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


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    relay: RelaySettings
    http: HttpSettings = Field(default_factory=HttpSettings)
    sides: dict[str, SideSettings] = Field(min_length=2)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

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
    """Read the settings. Raises `ConfigTrouble`, which names everything that is wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigTrouble(f"{path}: it cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigTrouble(f"{path}: it is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise ConfigTrouble(f"{path}: it must hold sections, such as `sides:`.")
    try:
        return Settings(**document)
    except ValidationError as error:
        # What was given is not repeated: it may be a secret.
        told = [f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise ConfigTrouble("\n".join(told)) from None


def example() -> Iterator[str]:
    """The lines of plein-relay.yaml.example."""
    yield "# Written by `make example`. Copy to plein-relay.yaml and edit the copy."
    yield "# A PLEIN_RELAY_… variable wins from the file: PLEIN_RELAY_HTTP__PORT=8098."
    for name, model in (("relay", RelaySettings), ("http", HttpSettings)):
        yield ""
        yield from _section(name, model, "")
    yield ""
    yield from _comment("The homeservers: two at least.", "")
    yield "sides:"
    yield from _section("zaanstad", SideSettings, "  ")
    yield "  purmerend:"
    yield '    url: "https://matrix.example.com"'
    yield '    server_name: "example.com"'
    yield '    label: "gemeente Purmerend"'


def _section(name: str, model: type[Section], indent: str) -> Iterator[str]:
    yield from _comment(model.__doc__, indent)
    yield f"{indent}{name}:"
    for key, field in model.model_fields.items():
        yield from _comment(field.description, indent + "  ")
        value = field.examples[0] if field.examples else field.default
        mark = "" if field.is_required() else "#"
        yield f"{indent}  {mark}{key}: {json.dumps(value, ensure_ascii=False)}"


def _comment(text: str | None, indent: str) -> Iterator[str]:
    assert text, "every setting is documented"
    for line in textwrap.wrap(" ".join(text.split()), width=96 - len(indent)):
        yield f"{indent}# {line}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(example()) + "\n")
