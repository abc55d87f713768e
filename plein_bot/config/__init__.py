"""Settings: read from config.yaml, overridden by PLEIN_… variables, documented here alone.

`python -m plein_bot.config > config.yaml.example` writes the example; a test keeps them equal.
"""

import json
import os
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from plein_bot.config.values import (
    address,
    clamd,
    database,
    did_you_mean,
    matrix_id,
    reachable,
    time_zone,
)
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import PersonClass

PREFIX = "PLEIN_"
WRITTEN: JsonDict = {"written": True}  # stands in the example without a # before it


class ConfigTrouble(Exception):
    """The configuration cannot be used. The text is for the operator, one line per problem."""

    def __init__(self, source: Path, *problems: str) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.problems = problems


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
        description="A homeserver admin's token, for a few named calls such as lifting the bot's "
        "rate limits. Everything else works without.",
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


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    homeserver: HomeserverSettings
    plein: PleinSettings = Field(default_factory=PleinSettings)
    subsites: SubsitesSettings = Field(default_factory=SubsitesSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    scanner: ScannerSettings = Field(default_factory=ScannerSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    data: DataSettings = Field(default_factory=DataSettings)
    log: LogSettings = Field(default_factory=LogSettings)

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


def load(path: Path) -> Settings:
    """Read the settings. Raises `ConfigTrouble`, which names everything that is wrong."""
    try:
        return Settings(**_document(path))
    except ValidationError as error:
        raise ConfigTrouble(path, *map(_sentence, error.errors())) from None
    except SettingsError:
        given = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
        raise ConfigTrouble(
            path,
            f"one of the variables {', '.join(given)} cannot be read. "
            'A list is written as ["one", "two"].',
        ) from None


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigTrouble(
            path, "there is no such file. Copy config.yaml.example and edit the copy."
        ) from None
    except OSError as error:
        raise ConfigTrouble(path, f"it cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigTrouble(path, "it is not a text in UTF-8.") from None
    except yaml.YAMLError as error:
        raise ConfigTrouble(path, _syntax(error)) from None
    if document is None:
        return {}
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise ConfigTrouble(path, "it must hold sections, such as `homeserver:` on its own line.")
    return document


def _syntax(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "it holds a character that YAML does not allow."
    line = f"line {error.problem_mark.line + 1} is not YAML: {error.problem}."
    # Matrix IDs begin with the one sign that YAML keeps for itself.
    return f"{line} A Matrix ID stands in quotes." if "'@'" in str(error.problem) else line


def _sentence(error: ErrorDetails) -> str:
    """What pydantic found, in words for somebody who has the file open.

    What was given is repeated by our own checks only: it may be a secret.
    """
    names = [str(part) for part in error["loc"] if isinstance(part, str)]
    where = ".".join(names)
    for number in (part for part in error["loc"] if isinstance(part, int)):
        where += f", number {number + 1}"
    variable = PREFIX + "__".join(names).upper()
    if any(variable == name.upper() for name in os.environ):
        where += f" (from {variable})"
    match error["type"]:
        case "missing":
            return f"{where} is missing."
        case "extra_forbidden":
            known = _settings_beside(names)
            return f"there is no setting {where}.{did_you_mean(names[-1], list(known), names)}"
        case "model_type" | "model_attributes_type":
            return f"{where} must be a section with settings under it."
        case "string_type":
            return f"{where} must be text; put it in quotes."
        case "value_error":
            said = error["msg"].removeprefix("Value error, ")
            return f"{where}: {said}{'' if said.endswith('?') else '.'}"
        case _:
            return f"{where}: {error['msg'].replace('Input should', 'it should')}."


def _settings_beside(names: list[str]) -> Mapping[str, Any]:
    section = Settings.model_fields.get(names[0]) if len(names) > 1 else None
    model = section.annotation if section else Settings
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model.model_fields


def example() -> Iterator[str]:
    """The lines of config.yaml.example."""
    yield "# Written by `make example`. Copy to config.yaml and edit the copy."
    yield "# A PLEIN_… variable wins from the file: PLEIN_WEB__PORT=8091."
    yield "# Relative paths are seen from the folder where plein is started."
    for name, section in Settings.model_fields.items():
        model = section.annotation
        assert isinstance(model, type)
        assert issubclass(model, Section)
        yield ""
        yield from _comment(model.__doc__, indent="")
        yield f"{name}:"
        for key, field in model.model_fields.items():
            yield from _comment(field.description, indent="  ")
            value = field.examples[0] if field.examples else field.default
            # A default is commented out, so that an upgrade may change it.
            mark = "" if field.is_required() or field.json_schema_extra == WRITTEN else "#"
            # Every JSON value is a YAML value.
            yield f"  {mark}{key}: {json.dumps(value, ensure_ascii=False, default=str)}"


def _comment(text: str | None, indent: str) -> Iterator[str]:
    assert text, "every setting is documented"
    for line in textwrap.wrap(" ".join(text.split()), width=96 - len(indent)):
        yield f"{indent}# {line}"
