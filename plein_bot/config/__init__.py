"""Settings: read from config.yaml, overridden by PLEIN_… variables, documented here alone.

`python -m plein_bot.config > config.yaml.example` writes the example; a test keeps them equal.
"""

import json
import os
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from plein_bot.config.sections import (
    WRITTEN,
    DatabaseSettings,
    DataSettings,
    DigestSettings,
    EmailSettings,
    HomeserverSettings,
    LogSettings,
    MailSettings,
    PleinSettings,
    RelaySettings,
    ScannerSettings,
    Section,
    SubsitesSettings,
    WebSettings,
)
from plein_bot.config.values import did_you_mean

PREFIX = "PLEIN_"


class ConfigTrouble(Exception):
    """The configuration cannot be used. The text is for the operator, one line per problem."""

    def __init__(self, source: Path, *problems: str) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.problems = problems


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    homeserver: HomeserverSettings
    plein: PleinSettings = Field(default_factory=PleinSettings)
    subsites: SubsitesSettings = Field(default_factory=SubsitesSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    digest: DigestSettings = Field(default_factory=DigestSettings)
    email: EmailSettings = Field(default_factory=EmailSettings)
    relay: RelaySettings = Field(default_factory=RelaySettings)
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
