"""What lies in the folder of a demo, and whether it is whole."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class DemoTrouble(Exception):
    """The demo cannot go on. The text is for whoever started it."""


# In the order in which they are made: whoever has one of them has all before it, also after a
# power cut. Fewer means that somebody tidied up, and the parts no longer fit together.
_LASTING = (
    "secret",
    "homeserver",
    "homeserver/homeserver.db",
    "accounts.json",
    "plein.db",
    "keys",
    "seeded",
)
_PASSING = (
    "config.yaml",
    "demo.json",
    "plein.db-shm",
    "plein.db-wal",
    "postbag",
    "plein-email.yaml",
    "plein-email-registration.yaml",
    "plein-email.db",
    "plein-email.db-shm",
    "plein-email.db-wal",
)


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def homeserver(self) -> Path:
        return self.path / "homeserver"

    @property
    def database(self) -> Path:
        return self.path / "plein.db"

    @property
    def accounts(self) -> Path:
        return self.path / "accounts.json"

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def card(self) -> Path:
        """For scripts: where everything is, present only while that is so."""
        return self.path / "demo.json"

    @property
    def postbag_secrets(self) -> Path:
        """What plein-email's tokens are made of, and what Plein shows it."""
        return self.path / "postbag"

    @property
    def secret(self) -> str:
        """What all passwords of this demo are made of."""
        return (self.path / "secret").read_text().strip()

    @property
    def is_seeded(self) -> bool:
        """Whether the example square stands. What people changed since is left as it is."""
        return (self.path / "seeded").exists()

    def mark_seeded(self) -> None:
        (self.path / "seeded").touch()

    def clear(self) -> None:
        """Begin anew. Only what a demo makes is removed, whatever else lies there."""
        for name in (*_LASTING, *_PASSING):
            path = self.path / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def prepare(self) -> None:
        self.card.unlink(missing_ok=True)
        there = [name for name in _LASTING if (self.path / name).exists()]
        if there:
            before = _LASTING[: _LASTING.index(there[-1])]
            if missing := [name for name in before if name not in there]:
                raise DemoTrouble(
                    f"The folder {self.path} is half made: it lacks {', '.join(missing)}. "
                    "Begin anew with --fresh."
                )
        else:
            write(self.path / "secret", secrets.token_hex(32))


@contextmanager
def occupied(path: Path, *, fresh: bool) -> Iterator[Folder]:
    """The folder of a demo, ready to be used, by one demo at a time. Raises `DemoTrouble`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DemoTrouble(f"The folder {path} cannot be used: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoTrouble(f"Another demo is running in {path} already.") from None
        folder = Folder(path)
        if fresh:
            folder.clear()
        folder.prepare()
        try:
            yield folder
        finally:
            folder.card.unlink(missing_ok=True)
    finally:
        os.close(lock)  # and the lock is free; also when the process is killed


def write(path: Path, text: str) -> None:
    """Put a whole file in place at once, for its owner's eyes only."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def write_json(path: Path, content: Any) -> None:
    write(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
