"""What can be wrong with the database that its operator can put right."""

import asyncio
import enum
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

T = TypeVar("T")

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Kind(enum.StrEnum):
    LOCKED = "locked"
    READ_ONLY = "read-only"
    FULL = "full"
    UNREACHABLE = "unreachable"
    SCHEMA_TOO_OLD = "schema too old"
    SCHEMA_TOO_NEW = "schema too new"


class DatabaseTrouble(Exception):
    """The database cannot be used now. Nothing of the transaction has been stored."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail


# SQLite has texts and PostgreSQL codes (its manual, appendix A). A class is two characters.
_TEXTS = {
    "database is locked": Kind.LOCKED,
    "database table is locked": Kind.LOCKED,
    "readonly database": Kind.READ_ONLY,
    "database or disk is full": Kind.FULL,
    "disk i/o error": Kind.FULL,
    "unable to open database file": Kind.UNREACHABLE,
    "file is not a database": Kind.UNREACHABLE,
}
_CODES = {
    "55P03": Kind.LOCKED,
    "25006": Kind.READ_ONLY,
    "53100": Kind.FULL,
    "08": Kind.UNREACHABLE,
    "28": Kind.UNREACHABLE,
    "3D": Kind.UNREACHABLE,
    "53": Kind.UNREACHABLE,
    "57": Kind.UNREACHABLE,
}


def kind_of(error: BaseException) -> Kind | None:
    """What an error of the driver means; None where it is our own mistake."""
    if isinstance(error, OSError | PoolTimeout):
        return Kind.UNREACHABLE
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlstate", None) or ""
    if kind := _CODES.get(code) or _CODES.get(code[:2]):
        return kind
    if error.connection_invalidated:
        return Kind.UNREACHABLE
    return next((kind for text, kind in _TEXTS.items() if text in str(error.orig).lower()), None)


@contextmanager
def told_as_trouble() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if (kind := kind_of(error)) is None:
            raise
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseTrouble(kind, str(cause)) from error


async def waited_out(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Make attempts until the database can be used again, however long that takes."""
    pause = _FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except DatabaseTrouble as trouble:
            logger.error("%s waits for the database: %s", what, trouble)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(2 * pause, _LONGEST_PAUSE)
