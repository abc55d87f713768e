"""What lies in the folder of a private Synapse, and whether it is whole.

`homeserver.yaml` and `log.yaml` are written anew at every start. The signing key and the
registration secret are made once: with others the same database would be another server.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Any

import yaml

from plein_bot.homeserver.settings import Settings, homeserver_yaml
from plein_bot.homeserver.troubles import HomeserverTrouble, Kind

# In the order in which they are made: whoever has the last one has all.
_LASTING = ("registration_secret", "signing.key", "homeserver.yaml")

_LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    # A banner at every start and complaints about its own bookkeeping at every end would drown
    # the last words.
    "loggers": {
        "synapse.config.logger": {"level": "ERROR"},
        "synapse.logging.context": {"level": "ERROR"},
    },
    "disable_existing_loggers": False,
}


def prepare(settings: Settings) -> None:
    """Make the folder, or check the one that is there and write its configuration anew."""
    folder = settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    if _is_new(folder):
        _write_secret(folder / "registration_secret", secrets.token_urlsafe(32))
        _write_secret(folder / "signing.key", _signing_key())
    else:
        _check(settings)
    (folder / "log.yaml").write_text(yaml.safe_dump(_LOG_CONFIG))
    _write_whole(folder / "homeserver.yaml", yaml.safe_dump(homeserver_yaml(settings)))


def registration_secret(folder: Path) -> str:
    return (folder / "registration_secret").read_text().strip()


def _is_new(folder: Path) -> bool:
    return not any((folder / name).exists() for name in (*_LASTING, "homeserver.db"))


def _check(settings: Settings) -> None:
    folder, port = settings.folder, settings.port
    if missing := tuple(name for name in _LASTING if not (folder / name).exists()):
        raise HomeserverTrouble(Kind.HALF_MADE, folder=folder, port=port, missing=missing)
    try:
        found = str(yaml.safe_load((folder / "homeserver.yaml").read_text())["server_name"])
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, KeyError):
        raise HomeserverTrouble(Kind.SPOILED, folder=folder, port=port) from None
    if found != settings.server_name:
        raise HomeserverTrouble(Kind.OTHER_NAME, folder=folder, port=port, found=found)


def _signing_key() -> str:
    """An Ed25519 key in the file format of signedjson: algorithm, version, unpadded seed."""
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"ed25519 a_{secrets.token_hex(2)} {seed}\n"


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _write_whole(path: Path, text: str) -> None:
    """Never leave half a file where a whole one stood."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)
