"""SQLite's connections: quick where they may be, and in order."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosqlite.core import Connection

from plein_bot.index import sqlite

THREADED: dict[str, Any] = {"check_same_thread": False, "isolation_level": None}


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    one = await sqlite.connection(str(tmp_path / "some.db"), **THREADED)
    await one.execute("CREATE TABLE things (n INTEGER)")
    yield one
    await one.close()


async def where_it_is_done(connection: Connection, statement: str) -> str:
    """Which thread runs a statement."""
    await connection.create_function("thread", 0, lambda: threading.current_thread().name)
    await connection.execute("BEGIN IMMEDIATE")  # from here on others have had their turn
    cursor = await connection.execute(statement)
    row = await cursor.fetchone()
    await connection.rollback()
    assert row
    return str(row[0])


async def test_what_is_quick_is_done_at_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LONGEST", 60)
    here = threading.current_thread().name
    assert await where_it_is_done(connection, "SELECT thread()") == here


async def test_what_may_take_long_is_done_in_a_thread(connection: Connection) -> None:
    await connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text)")
    await connection.execute("INSERT INTO texts VALUES ('een blog')")
    here = threading.current_thread().name
    found = "SELECT thread() FROM texts WHERE texts MATCH 'blog'"
    assert await where_it_is_done(connection, found) != here


async def test_what_a_search_has_yet_to_find_is_looked_for_in_a_thread(
    connection: Connection,
) -> None:
    await connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text)")
    await connection.execute("INSERT INTO texts VALUES ('een blog'), ('nog een blog')")
    await connection.create_function("thread", 0, lambda: threading.current_thread().name)
    found = await connection.execute("SELECT thread() FROM texts WHERE texts MATCH 'blog'")
    threads = {row[0] for row in await found.fetchall()}
    assert threading.current_thread().name not in threads


async def test_others_get_their_turn_between_many_statements(connection: Connection) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    end = time.monotonic() + 10 * sqlite.LONGEST
    while time.monotonic() < end:
        await connection.execute("SELECT 1")
    waiting.cancel()
    assert turns > 3


async def test_what_nobody_waits_for_any_more_still_goes_first(connection: Connection) -> None:
    held = threading.Event()
    await connection.create_function("hold", 0, lambda: held.wait(30))
    text = "INSERT INTO things SELECT hold() /* a MATCH may take long */ RETURNING n"
    slow = asyncio.create_task(connection.execute_fetchall(text))
    await asyncio.sleep(0)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    after = asyncio.create_task(connection.execute_fetchall("SELECT count(*) FROM things"))
    await asyncio.sleep(0)
    assert not after.done()
    held.set()
    assert list(await after) == [(1,)]


async def test_a_closed_connection_says_so(connection: Connection) -> None:
    await connection.close()
    with pytest.raises(ValueError, match=r"closed|active"):
        await connection.execute("SELECT 1")


async def test_a_connection_that_is_closed_holds_no_lock(tmp_path: Path) -> None:
    path = str(tmp_path / "other.db")
    one = await sqlite.connection(path, **THREADED)
    await one.execute("CREATE TABLE things (n INTEGER)")
    await one.execute("BEGIN IMMEDIATE")
    await one.execute("INSERT INTO things VALUES (1)")
    await one.close()

    two = sqlite3.connect(path, timeout=0, isolation_level=None)
    two.execute("BEGIN IMMEDIATE")
    assert two.execute("SELECT count(*) FROM things").fetchone() == (0,)
    two.close()
