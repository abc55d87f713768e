"""Databases and homeservers by turns: of each pair a test meets one, and both with PLEIN_EVERY=1.

Which one is always the same for the same test. What asks the database itself, and the main job on
a homeserver, meet both always.
"""

import os
from pathlib import Path
from zlib import crc32

import pytest

from plein_bot.homeserver.settings import Profile
from tests import postgres

_TESTS = Path(__file__).parent
_BOTH_DATABASES = (_TESTS / "index",)
_DATABASES = ("sqlite", "postgresql")


def is_its_turn(item: pytest.Item) -> bool:
    if os.environ.get("PLEIN_EVERY") or not isinstance(item, pytest.Function):
        return True
    if not hasattr(item, "callspec"):
        return True
    given = item.callspec.params
    database = given.get("url")
    on_both = database not in _DATABASES or set(_BOTH_DATABASES) & set(item.path.parents)
    if not on_both and database != _database_of(f"{item.path.stem}::{item.originalname}"):
        return False
    # Polls as the specification has them now on the one database, as clients still make them on
    # the other.
    if "place" in given and database in _DATABASES and not postgres.missing():
        return bool(given["place"]) == (database == "sqlite")
    # People and places are shared in a file, and are expensive to make.
    if given.get("postgresql", own := _database_of(item.path.stem)) != own:
        return False
    profile = given.get("synapse", given.get("homeservers"))
    if profile in tuple(Profile) and not _says_nothing_of_it(item):
        return profile == _one_of(tuple(Profile), item.path.stem)
    return True


def _says_nothing_of_it(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("any_profile", "every_profile"))


def _database_of(name: str) -> str:
    return "sqlite" if postgres.missing() else _one_of(_DATABASES, name)


def _one_of(kinds: tuple[str, ...], name: str) -> str:
    return kinds[crc32(name.encode()) % len(kinds)]
