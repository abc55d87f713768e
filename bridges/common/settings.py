"""How is the configuration of a bridge read, and how is its example written?"""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class ConfigTrouble(Exception):
    """The configuration cannot be used; the text is for the operator."""


class Section(BaseModel):
    """A part of the file. Its docstring and the descriptions of its fields stand in the example."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_all_defaults(cls, value: Any) -> Any:
        return {} if value is None else value


class FileSettings(BaseSettings):
    """What stands in a file; variables of the environment (`env_prefix`) win from it."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="forbid", frozen=True)

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


Chosen = TypeVar("Chosen", bound=FileSettings)


def read(model: type[Chosen], path: Path, such_as: str) -> Chosen:
    """Read the settings; `such_as` is one of their sections.

    Raises `ConfigTrouble`, which names everything that is wrong.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigTrouble(f"{path}: it cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigTrouble(f"{path}: it is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise ConfigTrouble(f"{path}: it must hold sections, such as `{such_as}:`.")
    try:
        return model(**document)
    except ValidationError as error:
        # What was given is not repeated: it may be a secret.
        told = [f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise ConfigTrouble("\n".join(told)) from None


def section(name: str, model: type[Section], indent: str = "") -> Iterator[str]:
    """The lines of a section in the example; what has a default is commented out."""
    yield from comment(model.__doc__, indent)
    yield f"{indent}{name}:"
    for key, field in model.model_fields.items():
        yield from comment(field.description, indent + "  ")
        value = field.examples[0] if field.examples else field.default
        mark = "" if field.is_required() else "#"
        yield f"{indent}  {mark}{key}: {json.dumps(value, ensure_ascii=False)}"


def comment(text: str | None, indent: str = "") -> Iterator[str]:
    assert text, "every setting is documented"
    for line in textwrap.wrap(" ".join(text.split()), width=96 - len(indent)):
        yield f"{indent}# {line}"
