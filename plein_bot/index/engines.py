"""How each database is opened: for reading, for writing, for changing the schema.

Parameters are hidden: what people wrote must not get into a log by an error about a statement.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from plein_bot.index import sqlite

# How long SQLite waits for another process that writes, in milliseconds.
_BUSY = 10_000


_ARGUMENTS = {"async_creator_fn": sqlite.connection}

# A search looks up hundreds of rows all over the file. Mapped into memory, what the system has at
# hand is read without being copied: in bytes, and as far as this SQLite allows; then in KiB.
_MUCH_AT_HAND = {"mmap_size": str(2**36), "cache_size": "-65536"}

# Of PostgreSQL: one plan for all words would be the plan for none of them, and compiling a plan
# (`jit`) takes longer than any question of ours.
_PLANS = {"server_settings": {"plan_cache_mode": "force_custom_plan", "jit": "off"}}


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def for_writing(url: str) -> AsyncEngine:
    if not is_sqlite(url):
        return create_async_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args=_PLANS
        )
    engine = create_async_engine(
        url, pool_size=1, max_overflow=0, hide_parameters=True, connect_args=_ARGUMENTS
    )
    # IMMEDIATE takes the lock for writing at once. A transaction that begins by reading and then
    # writes cannot get it while another process did so too, and waiting does not help.
    _speak_sqlite(
        engine,
        begin="BEGIN IMMEDIATE",
        pragmas={
            "journal_mode": "WAL",
            # With NORMAL the last commits may be gone after a power cut. The ledger holds promises
            # that were already made to people, and there is one commit per sync, so FULL it is.
            "synchronous": "FULL",
            "foreign_keys": "ON",
        },
    )
    return engine


def for_reading(url: str, writer: AsyncEngine) -> AsyncEngine:
    """An engine that refuses to write. Of SQLite a pool of its own, beside the one writer."""
    if not is_sqlite(url):
        return writer.execution_options(postgresql_readonly=True)
    engine = create_async_engine(url, hide_parameters=True, connect_args=_ARGUMENTS)
    _speak_sqlite(engine, begin="BEGIN", pragmas={"query_only": "ON", **_MUCH_AT_HAND})
    return engine


def for_migrating(url: str) -> AsyncEngine:
    """Without foreign keys: changing a table of SQLite's means making it anew."""
    engine = create_async_engine(url, poolclass=NullPool)
    if is_sqlite(url):
        _speak_sqlite(engine, begin="BEGIN IMMEDIATE", pragmas={"journal_mode": "WAL"})
    return engine


def _speak_sqlite(engine: AsyncEngine, begin: str, pragmas: dict[str, str]) -> None:
    """Let SQLAlchemy begin transactions, in our words, instead of Python's driver."""

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # SQLAlchemy, "SQLite: enabling non-legacy SQLite transactional modes".
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY}")
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def say_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
