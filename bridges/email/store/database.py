"""How is the database of the bridge opened, made and brought up to date?

No Alembic here: a bridge has ten tables that hold what is under way. A new database gets them all
at once; one from before is taken through `_STEPS` from its version on. Both in one transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from sqlalchemy import Connection, delete, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.ext.asyncio import create_async_engine as engine_of

from bridges.email.store.tables import SchemaRow, Table


def _find_letters_by_author(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE INDEX ix_letters_author ON letters (author)")


def _tell_when_mail_came_back(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN bounced FLOAT")


def _know_mails_by_their_room(connection: Connection) -> None:
    """SQLite changes no primary key, so the table is made anew."""
    for statement in (
        "CREATE TABLE messages_before AS SELECT * FROM messages",
        "DROP TABLE messages",
        "CREATE TABLE messages (message_id TEXT NOT NULL, room_id TEXT NOT NULL, "
        "event_id TEXT NOT NULL, root TEXT NOT NULL, subject TEXT NOT NULL, "
        "CONSTRAINT pk_messages PRIMARY KEY (message_id, room_id))",
        "CREATE INDEX ix_messages_event_id ON messages (event_id)",
        "INSERT INTO messages (message_id, room_id, event_id, root, subject) "
        "SELECT message_id, room_id, event_id, root, subject FROM messages_before",
        "DROP TABLE messages_before",
    ):
        connection.exec_driver_sql(statement)


_STEPS: tuple[Callable[[Connection], None], ...] = (
    _find_letters_by_author,
    _tell_when_mail_came_back,
    _know_mails_by_their_room,
)
"""Step n brings a database from version n + 1 to version n + 2."""

VERSION = 1 + len(_STEPS)


class NewerDatabase(Exception):
    """A newer bridge worked with this database."""


class Store:
    """Opened by `Store.open`. A session is one transaction, and there is one at a time."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database, made or brought up to date. Raises `NewerDatabase`."""
        store = cls(url)
        try:
            async with store._engine.begin() as connection:
                await connection.run_sync(_bring_up_to_date)
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed on leaving the block, rolled back on an exception."""
        async with self._turn, self._sessions.begin() as session:
            yield session


def _bring_up_to_date(connection: Connection) -> None:
    if not inspect(connection).has_table(SchemaRow.__tablename__):
        Table.metadata.create_all(connection)
    else:
        stands = connection.execute(select(SchemaRow.version)).scalar_one()
        if stands > VERSION:
            raise NewerDatabase(f"its tables are version {stands}, this bridge knows {VERSION}")
        for step in _STEPS[stands - 1 :]:
            step(connection)
    connection.execute(delete(SchemaRow))
    connection.execute(insert(SchemaRow).values(version=VERSION))


def _engine(url: str) -> AsyncEngine:
    # Parameters are hidden: what people wrote must not get into a log by an error.
    if make_url(url).get_backend_name() != "sqlite":
        return engine_of(url, pool_pre_ping=True, hide_parameters=True)
    engine = engine_of(url, pool_size=1, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        # FULL: a mail that was answered with 250 is there after a power cut too.
        for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def say_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
