"""The sections of config.yaml: each setting with its default, and what it means."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
from pydantic.config import JsonDict

from plein_bot.config.values import (
    address,
    clamd,
    database,
    matrix_id,
    reachable,
    time_zone,
)
from plein_bot.domain.digests import Often, Timetable
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import PersonClass
from plein_bot.domain.relays import Relay

WRITTEN: JsonDict = {"written": True}  # stands in the example without a # before it

Address = Annotated[str, AfterValidator(address)]
Clamd = Annotated[str, AfterValidator(clamd)]
MatrixId = Annotated[UserId, AfterValidator(matrix_id)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_all_defaults(cls, value: Any) -> Any:
        # YAML reads a section whose every line is commented out as null.
        return {} if value is None else value


class HomeserverSettings(Section):
    """The homeserver, and the bot's account on it: a token with its device, or a password."""

    url: Address = Field(
        examples=["http://localhost:8008"],
        description="Where the client-server API answers, without a path.",
    )
    user_id: MatrixId = Field(
        examples=["@plein:example.org"], description="The bot: an ordinary account, no admin."
    )
    access_token: SecretStr | None = Field(
        None,
        examples=["syt_…"],
        description="Better given as PLEIN_HOMESERVER__ACCESS_TOKEN than written in a file.",
        json_schema_extra=WRITTEN,
    )
    device_id: str | None = Field(
        None,
        examples=["PLEIN"],
        description="The device that the token belongs to; left out, the homeserver is asked.",
    )
    password: SecretStr | None = Field(
        None,
        examples=["…"],
        description="Instead of a token: Plein logs in once and keeps the token in data.folder. "
        "Better given as PLEIN_HOMESERVER__PASSWORD.",
    )
    reserve_account: MatrixId = Field(
        examples=["@plein-reserve:example.org"],
        description="A second account that nobody uses: every room names it as creator, which can "
        "never be added afterwards. It takes over if the bot's account is lost; its password "
        "belongs in the safe.",
    )
    belongs_to: str | None = Field(
        None,
        examples=["zaanstad"],
        pattern=r"^[a-z0-9-]{2,40}$",
        description="The slug of the one organisation that this homeserver admits people of. "
        "Leave it out where others may have an account too: then only a proven e-mail address "
        "says who somebody is.",
    )
    admin_token: SecretStr | None = Field(
        None,
        examples=["syt_…"],
        description="A homeserver admin's token, for a few named calls: lifting the bot's rate "
        "limits, and reading what people report with the button of their client. Everything else "
        "works without.",
    )
    accounts: bool = Field(
        False,
        description="Whether invited people who have no account may make one on this homeserver, "
        "with a password. Needs admin_token; cannot be with belongs_to.",
    )
    appservice_token: SecretStr | None = Field(
        None,
        examples=["…"],
        description="The as_token of a registration that names the bot's account: lifts its rate "
        "limits without an admin. See docs/running.md.",
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.access_token is None) == (self.password is None):
            raise ValueError("give either access_token or password")
        if self.reserve_account == self.user_id:
            raise ValueError("reserve_account must be another account than user_id")
        if self.accounts and self.admin_token is None:
            raise ValueError("accounts needs admin_token, with which Plein makes them")
        if self.accounts and self.belongs_to:
            raise ValueError(
                "accounts is for others than the organisation of belongs_to: leave out one"
            )
        return self


class PleinSettings(Section):
    """The square itself."""

    name: str = Field("Plein", min_length=1, description="What people see it called.")
    language: Literal["nl", "en"] = Field(
        "nl", description="nl or en: for people who have not chosen a language."
    )
    timezone: Annotated[str, AfterValidator(time_zone)] = Field(
        "Europe/Amsterdam", description="For dates in answers, and for what is due on a day."
    )
    operators: tuple[MatrixId, ...] = Field(
        (),
        examples=[["@beheer:example.org"]],
        description="Who manage the square, though not its buildings: no reading, no role there.",
    )


class SubsitesSettings(Section):
    """Who may start a subsite."""

    start: tuple[PersonClass, ...] = Field(
        (PersonClass.OFFICIAL, PersonClass.PARTNER),
        description="Classes of person: official, partner, citizen.",
    )
    daily_maximum: int = Field(10, ge=1, description="How many one person may start in a day.")


class DatabaseSettings(Section):
    """What Plein remembers. Back it up: not all of it stands in the rooms as well."""

    url: Annotated[str, AfterValidator(database)] = Field(
        "sqlite+aiosqlite:///plein.db",
        repr=False,
        description="A file, or for a large square postgresql+asyncpg://user:password@host/name.",
    )


class MailSettings(Section):
    """Outgoing mail: the codes that prove an address. Without a host Plein sends none."""

    host: str | None = Field(
        None, examples=["mail.example.org"], description="The mail server that takes Plein's mail."
    )
    port: int = Field(25, ge=1, le=65535, description="Its port: usually 25, 465 or 587.")
    security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="none, starttls, or tls from the first byte on."
    )
    username: str | None = Field(
        None, examples=["plein"], description="Where the mail server asks for a login."
    )
    password: SecretStr | None = Field(
        None, examples=["…"], description="Better given as PLEIN_MAIL__PASSWORD."
    )
    sender: str = Field(
        "plein@localhost",
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="The address that Plein writes from.",
    )


class EmailSettings(Section):
    """People who take part by e-mail only, where the bridge plein-email runs (docs/email.md)."""

    url: Address | None = Field(
        None,
        examples=["http://127.0.0.1:8093"],
        description="Where the bridge answers Plein, without a path.",
    )
    secret: SecretStr | None = Field(
        None,
        examples=["…"],
        description="http.api_secret of the bridge. Better given as PLEIN_EMAIL__SECRET.",
    )
    ghosts: str = Field(
        "mail_",
        pattern=r"^[a-z0-9._=-]{3,40}$",
        description="How the local parts of the bridge's accounts begin. Where url is set, these "
        "are citizens who can have no role and run no commands.",
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.url is None) != (self.secret is None):
            raise ValueError("url and secret belong together: give both, or leave out both")
        return self


class RelaySettings(Section):
    """People of homeservers that do not federate, where plein-relay runs (docs/relay.md)."""

    bot: MatrixId | None = Field(
        None,
        examples=["@plein-relay:example.org"],
        description="The relay's account on this homeserver; without it, none runs here.",
    )
    ghosts: str = Field(
        "relay_",
        pattern=r"^[a-z0-9._=-]{3,40}$",
        description="How the local parts of the relay's other accounts begin. Where bot is set, "
        "these can have no role and run no commands.",
    )
    servers: tuple[str, ...] = Field(
        (),
        examples=[["purmerend.nl"]],
        description="The other homeservers on which the relay runs: their people are what the "
        "register makes of that server. Everybody else who comes by the relay is a citizen.",
    )

    @property
    def relay(self) -> Relay | None:
        servers = tuple(server.lower() for server in self.servers)
        return Relay(self.bot, self.ghosts, servers) if self.bot else None


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class DigestSettings(Section):
    """When people are told what is new for them. Each chooses how often: `digest weekly`."""

    often: Often = Field(
        Often.WEEKLY,
        description="For people with a proven address who have not chosen: daily, weekly, monthly "
        "or never.",
    )
    weekday: Weekday = Field(
        Weekday.MONDAY, description="The day of the weekly one, and of the first week of a month."
    )
    hour: int = Field(7, ge=0, le=23, description="From which hour on they go, by plein.timezone.")
    hours: int = Field(
        4, ge=1, le=24, description="Over how many hours they are spread, each person at their own."
    )

    @property
    def timetable(self) -> Timetable:
        return Timetable(self.often, list(Weekday).index(self.weekday), self.hour, self.hours)


class ScannerSettings(Section):
    """The virus scanner that looks at files first. Without it Plein scans none."""

    clamd: Clamd | None = Field(
        None,
        examples=["/run/clamav/clamd.ctl"],
        description="Where ClamAV's daemon listens: the path of its socket, or a host and port "
        "such as clamav:3310. See docs/running.md.",
    )


class WebSettings(Section):
    """Public pages, /healthz, /readyz and /metrics. A proxy with TLS belongs before them."""

    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8090, ge=1, le=65535, description="The port to listen on.")
    public_url: Address | None = Field(
        None,
        examples=["https://plein.example.org"],
        description="What people type to get here, without a path; left out, there is no proxy.",
    )

    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        examples=[9090],
        description="Another port, which answers /metrics only, and to everybody who reaches it: "
        "close it to others than your monitor. Left out, /metrics is for programs on this machine, "
        "and behind a proxy for nobody.",
    )
    contact: Annotated[str, AfterValidator(reachable)] | None = Field(
        None,
        examples=["mailto:veilig@example.org"],
        description="Where people report a hole or a page that does not work for them: mailto: or "
        "https:. Stands in /.well-known/security.txt and in the statements.",
    )
    accessibility: Path | None = Field(
        None,
        examples=["accessibility.md"],
        description="Your own accessibility statement, in Markdown; its first line is the title. "
        "With accessibility.en.md beside it, readers of English get that one.",
    )
    privacy: Path | None = Field(
        None, examples=["privacy.md"], description="The same for your privacy statement."
    )

    @property
    def statements(self) -> dict[str, str]:
        """The texts of the operators, by name and language. Raises OSError or UnicodeError."""
        found: dict[str, str] = {}
        for name, file in (("accessibility", self.accessibility), ("privacy", self.privacy)):
            if file is None:
                continue
            for code in ("nl", "en"):
                own = file.with_suffix(f".{code}{file.suffix}")
                chosen = own if own.is_file() else file
                found[f"{name}.{code}"] = chosen.read_text(encoding="utf-8")
        return found

    @property
    def address(self) -> str:
        """Where links to pages point."""
        return self.public_url or f"http://{self.host}:{self.port}"


class DataSettings(Section):
    """Files beside the database."""

    folder: Path = Field(
        Path("plein-data"),
        description="The keys of encrypted chats. Back it up with the database, and keep it from "
        "others: whoever has it can read along.",
    )


class LogSettings(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error. What people write shows at debug only."
    )
