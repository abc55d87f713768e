"""How is the database of a bridge opened, made and brought up to date?

No Alembic here: a bridge has some ten tables that hold what is under way. A new database gets them
all at once; one from before is taken through `steps` from its version on. Both in one transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.ext.asyncio import create_async_engine as engine_of

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""What a bridge calls its indexes and keys."""

Step = Callable[[Connection], None]

# One row: which version of the tables stands here. In no bridge's own list, for all have it.
_SCHEMA = Table(
    "schema_version",
    MetaData(naming_convention=NAMES),
    Column("version", Integer, primary_key=True, autoincrement=False),
)


class NewerDatabase(Exception):
    """A newer bridge worked with this database."""


class Database:
    """Opened by `open`. A session is one transaction, and there is one at a time."""

    tables: ClassVar[MetaData]
    steps: ClassVar[tuple[Step, ...]] = ()
    """Step n brings a database from version n + 1 to version n + 2."""

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
                await connection.run_sync(cls._bring_up_to_date)
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

    @classmethod
    def _bring_up_to_date(cls, connection: Connection) -> None:
        version = 1 + len(cls.steps)
        if not inspect(connection).has_table(_SCHEMA.name):
            _SCHEMA.metadata.create_all(connection)
            cls.tables.create_all(connection)
        else:
            stands = connection.execute(select(_SCHEMA.c.version)).scalar_one()
            if stands > version:
                raise NewerDatabase(f"its tables are version {stands}, this bridge knows {version}")
            for step in cls.steps[stands - 1 :]:
                step(connection)
        connection.execute(delete(_SCHEMA))
        connection.execute(insert(_SCHEMA).values(version=version))


def _engine(url: str) -> AsyncEngine:
    # Parameters are hidden: what people wrote must not get into a log by an error.
    if make_url(url).get_backend_name() != "sqlite":
        return engine_of(url, pool_pre_ping=True, hide_parameters=True)
    engine = engine_of(url, pool_size=1, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        # FULL: what was answered with 200, or with 250, is there after a power cut too.
        for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def say_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
