"""Settings of plein-email: read from plein-email.yaml, overridden by PLEIN_EMAIL_… variables.

`python -m bridges.email.config > plein-email.yaml.example` writes the example.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from bridges.common.registrations import Registration
from bridges.common.settings import FileSettings, Section, read, section
from bridges.email.addresses import GHOSTS, Keys

PREFIX = "PLEIN_EMAIL_"
_SELECTOR = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?$"


class HomeserverSettings(Section):
    """The homeserver, which has read the file that `plein-email register` writes."""

    url: str = Field(
        pattern=r"^https?://[^/]+$",
        examples=["http://localhost:8008"],
        description="Where it answers, without a path.",
    )
    server_name: str = Field(
        min_length=1, examples=["example.org"], description="What Matrix IDs end with."
    )
    bot: str = Field(
        pattern=r"^@[^:\s]+:\S+$",
        examples=["@plein:example.org"],
        description="Plein's own account. Mail goes only to and from rooms that it made.",
    )


class BridgeSettings(Section):
    """The bridge itself."""

    secret: SecretStr = Field(
        min_length=32,
        examples=["…"],
        description="At least 32 characters that nobody can guess: `openssl rand -hex 32`. All "
        "tokens and Matrix IDs come of it: with another one, everybody is somebody else.",
    )
    language: Literal["nl", "en"] = Field("nl", description="nl or en: for mail to strangers.")
    database: str = Field(
        "sqlite+aiosqlite:///plein-email.db",
        repr=False,
        description="A file, or postgresql+asyncpg://user:password@host/name. Back it up.",
    )
    log: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error."
    )


class HttpSettings(Section):
    """What the homeserver, Plein and, through a proxy, browsers ask. See docs/email.md."""

    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8095, ge=1, le=65535, description="The port to listen on.")
    public_url: str = Field(
        "http://127.0.0.1:8095",
        pattern=r"^https?://[^/]+$",
        description="Where browsers find /mail/, on which people confirm and unsubscribe.",
    )
    api_secret: SecretStr | None = Field(
        None, min_length=32, examples=["…"], description="What Plein shows; without it, no API."
    )


class IncomingSettings(Section):
    """Mail to places, as the organisation's mail server passes it on."""

    domain: str = Field(
        pattern=r"^[^@\s]+$",
        examples=["plein.example.org"],
        description="What the addresses of places end with.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    smtp_port: int | None = Field(8025, ge=1, le=65535, description="SMTP; null for none.")
    lmtp_port: int | None = Field(8024, ge=1, le=65535, description="LMTP; null for none.")
    largest: int = Field(
        25_000_000, ge=10_000, le=40_000_000, description="Bytes that a mail may have."
    )
    hourly: int = Field(60, ge=1, description="Mails that one sender may send in an hour.")
    authserv_id: str | None = Field(
        None,
        examples=["mx.example.org"],
        description="The name under which your mail server writes Authentication-Results. Without "
        "it, whoever writes as somebody else is stopped by your mail server only.",
    )


class OutgoingSettings(Section):
    """The mail server that takes what goes out."""

    host: str = Field("127.0.0.1", min_length=1, description="Its name.")
    port: int = Field(25, ge=1, le=65535, description="Its port.")
    security: Literal["none", "starttls", "tls"] = Field(
        "none", description="none, starttls, or tls from the first byte on."
    )
    username: str | None = Field(None, examples=["plein"], description="Where it asks for one.")
    password: SecretStr | None = Field(
        None, examples=["…"], description="Better given as PLEIN_EMAIL_OUTGOING__PASSWORD."
    )
    attached: int = Field(
        5_000_000,
        ge=0,
        description="Bytes of files that go along with a mail; what is larger is named.",
    )
    daily_at: int = Field(17, ge=0, le=23, description="The hour (UTC) of daily mails.")


class DkimSettings(Section):
    """Keys to sign what goes out; none where the mail server above signs. See docs/email.md."""

    rsa_selector: str = Field("plein", pattern=_SELECTOR, description="Its name in DNS.")
    rsa_key: Path | None = Field(
        None,
        examples=["/etc/plein-email/dkim.pem"],
        description="As `openssl genrsa 2048` writes it.",
    )
    ed25519_selector: str = Field("plein-ed", pattern=_SELECTOR, description="Its name in DNS.")
    ed25519_key: Path | None = Field(
        None,
        examples=["/etc/plein-email/dkim-ed.pem"],
        description="Beside the other, not instead: many servers do not know it. "
        "`openssl genpkey -algorithm ed25519` writes one.",
    )

    @property
    def keys(self) -> list[tuple[str, Path]]:
        """Selector and file of each key that there is."""
        both = ((self.rsa_selector, self.rsa_key), (self.ed25519_selector, self.ed25519_key))
        return [(selector, file) for selector, file in both if file is not None]


class Settings(FileSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX)

    homeserver: HomeserverSettings
    bridge: BridgeSettings
    http: HttpSettings = Field(default_factory=HttpSettings)
    incoming: IncomingSettings
    outgoing: OutgoingSettings = Field(default_factory=OutgoingSettings)
    dkim: DkimSettings = Field(default_factory=DkimSettings)

    @property
    def keys(self) -> Keys:
        return Keys(self.bridge.secret.get_secret_value())

    @property
    def registration(self) -> Registration:
        """The tokens come of the secret: so there is one thing to keep, not three."""
        return Registration(
            id="plein-email",
            url=f"http://{self.http.host}:{self.http.port}",
            as_token=self.keys.derived("as_token", length=52),
            hs_token=self.keys.derived("hs_token", length=52),
            sender="plein-email",
            ghosts=GHOSTS,
        )


def load(path: Path) -> Settings:
    """Raises `ConfigTrouble`."""
    return read(Settings, path, "homeserver")


def example() -> Iterator[str]:
    """The lines of plein-email.yaml.example."""
    yield "# Written by `make example`. Copy to plein-email.yaml and edit the copy."
    yield "# A PLEIN_EMAIL_… variable wins from the file: PLEIN_EMAIL_HTTP__PORT=8096."
    for name, field in Settings.model_fields.items():
        model = field.annotation
        assert isinstance(model, type)
        assert issubclass(model, Section)
        yield ""
        yield from section(name, model)


if __name__ == "__main__":
    sys.stdout.write("\n".join(example()) + "\n")
