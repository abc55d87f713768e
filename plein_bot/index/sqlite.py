"""SQLite's connections: what takes microseconds is done at once, what may wait in a thread.

aiosqlite hands every step of every statement to a thread and waits for it, which costs more than
most statements do. Its `_execute` is the one place where that happens.
"""

import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from aiosqlite.core import Connection

LONGEST = 0.02
"""Seconds of statements after which others get their turn."""

# These wait for the disk, for another process, or go through much text.
_LONG = ("BEGIN IMMEDIATE", "PRAGMA", "VACUUM")
_FULL_TEXT = " MATCH "

_CHUNK = 64


class _LettingGo(sqlite3.Connection):
    """A connection that has no lock any more once it is closed.

    Whoever is cancelled between a statement and its rows leaves a cursor behind, and as long as
    nobody has collected that, SQLite keeps the connection with its transaction in the dark
    (its documentation, `sqlite3_close_v2`).
    """

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


class _AtOnce(Connection):
    """What was handed to the thread goes before what comes after it, also when nobody waits."""

    # Each is counted by one thread only.
    _handed = 0
    _done = 0
    _since = 0.0
    # Whether the last statement goes through much text, also for every row that is yet to come.
    _searching = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        late = time.monotonic() - self._since > LONGEST
        statement = args[0] if args and isinstance(args[0], str) else None
        if statement is not None:
            self._searching = _FULL_TEXT in statement
        long = self._searching or _may_wait(fn, statement)
        if late or self._handed != self._done or long:
            answer = await self._hand_over(partial(fn, *args, **kwargs))
            self._since = time.monotonic()
            return answer
        return fn(*args, **kwargs)

    async def _hand_over(self, work: Callable[[], Any]) -> Any:
        def do() -> Any:
            try:
                return work()
            finally:
                self._done += 1

        self._handed += 1
        return await super()._execute(do)  # type: ignore[no-untyped-call]


def _may_wait(fn: Callable[..., Any], statement: str | None) -> bool:
    return fn.__name__ == "commit" or (statement or "").startswith(_LONG)


def connection(*args: Any, **options: Any) -> Connection:
    """For SQLAlchemy, as `aiosqlite.connect` would."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(*args, factory=_LettingGo, **options)

    made = _AtOnce(connect, _CHUNK)
    made._thread.daemon = True
    return made
