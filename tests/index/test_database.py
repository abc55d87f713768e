import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError

from plein_bot.index import engines
from plein_bot.index.database import Index
from plein_bot.index.schema import migrate, schema_is_current
from plein_bot.index.tables.machinery import CounterRow
from plein_bot.index.trouble import DatabaseTrouble, Kind
from tests.conftest import opened
from tests.postgres import Cluster


async def values(index: Index) -> dict[str, int]:
    async with index.reading() as session:
        return {row.name: row.value for row in await session.scalars(select(CounterRow))}


async def write(index: Index, name: str, value: int) -> None:
    async with index.session() as session:
        await session.merge(CounterRow(name=name, value=value))


async def say(index: Index, *statements: str) -> None:
    async with index.session() as session:
        for statement in statements:
            await session.execute(text(statement))


INSERT = "INSERT INTO counters VALUES ('a', 1)"


async def test_what_fails_halfway_is_not_stored(index: Index) -> None:
    with pytest.raises(DBAPIError):
        await say(index, INSERT, "SELECT nonsense")

    assert await values(index) == {}


async def test_reading_cannot_write(index: Index) -> None:
    async with index.reading() as session:
        with pytest.raises(DBAPIError):
            await session.execute(text(INSERT))

    await say(index, INSERT)
    assert await values(index) == {"a": 1}


async def test_one_reads_while_another_writes(index: Index) -> None:
    await write(index, "a", 1)
    async with index.session() as session:
        await session.merge(CounterRow(name="a", value=2))
        await session.flush()

        assert await values(index) == {"a": 1}

    assert await values(index) == {"a": 2}


async def test_a_transaction_that_reads_before_it_writes_loses_no_update(url: str) -> None:
    """Two processes, each with a pool of its own."""

    async def count(index: Index) -> None:
        async with index.session() as session:
            query = select(CounterRow).where(CounterRow.name == "a").with_for_update()
            row = (await session.scalars(query)).one()
            await asyncio.sleep(0)
            row.value += 1

    async with opened(url) as first, opened(url) as second:
        await write(first, "a", 0)
        async with asyncio.TaskGroup() as tasks:
            for index in [first, second] * 10:
                tasks.create_task(count(index))

        assert await values(first) == {"a": 20}


async def test_a_session_within_a_session_is_refused_instead_of_hanging(sqlite_url: str) -> None:
    async with opened(sqlite_url) as index, index.session():
        with pytest.raises(RuntimeError, match="inside a session"):
            async with index.session():
                pass


async def test_a_database_that_another_program_locks(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_BUSY", 10)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    async with opened(sqlite_url) as index:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseTrouble) as trouble:
            await write(index, "a", 1)
        other.close()

        await write(index, "a", 1)
    assert trouble.value.kind is Kind.LOCKED


async def test_a_database_that_is_full(sqlite_url: str) -> None:
    large = f"INSERT INTO counters VALUES ('{'a' * 1_000_000}', 1)"
    async with opened(sqlite_url) as index:
        with pytest.raises(DatabaseTrouble) as trouble:
            await say(index, "PRAGMA max_page_count = 1", large)
    assert trouble.value.kind is Kind.FULL


async def test_a_server_that_only_lets_us_read(postgresql_url: str) -> None:
    async with opened(postgresql_url) as index:
        with pytest.raises(DatabaseTrouble) as trouble:
            await say(index, "SET TRANSACTION READ ONLY", INSERT)
    assert trouble.value.kind is Kind.READ_ONLY


async def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/index.db"

    for use in (migrate, schema_is_current, Index.open):
        with pytest.raises(DatabaseTrouble) as trouble:
            await use(url)
        assert trouble.value.kind is Kind.UNREACHABLE


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://plein@/plein?host={tmp_path}"

    for use in (migrate, schema_is_current, Index.open):
        with pytest.raises(DatabaseTrouble) as trouble:
            await use(url)
        assert trouble.value.kind is Kind.UNREACHABLE


async def test_a_database_that_is_not_there(cluster: Cluster) -> None:
    with pytest.raises(DatabaseTrouble) as trouble:
        await Index.open(cluster.url("nowhere"))
    assert trouble.value.kind is Kind.UNREACHABLE


async def test_a_connection_that_was_cut_is_made_again(postgresql_url: str) -> None:
    async with opened(postgresql_url) as index:
        with pytest.raises(DatabaseTrouble) as trouble:
            await say(index, INSERT, "SELECT pg_terminate_backend(pg_backend_pid())")
        assert trouble.value.kind is Kind.UNREACHABLE

        await say(index, INSERT)
        assert await values(index) == {"a": 1}


async def test_whoever_is_cancelled_between_a_statement_and_its_rows_leaves_no_lock(
    sqlite_url: str,
) -> None:
    engine = engines.for_writing(sqlite_url)
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver
        await driver.execute("BEGIN IMMEDIATE")
        unread = await driver.execute(
            "INSERT INTO lease (name, holder, until) VALUES ('writer', 'me', 1) RETURNING name"
        )
        await connection.invalidate()
    await engine.dispose()

    with contextlib.closing(
        sqlite3.connect(make_url(sqlite_url).database or "", timeout=0, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT * FROM lease").fetchall() == []
    assert unread
