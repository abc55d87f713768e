"""Which shape the database has, and how it gets the one that this version of Plein expects."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from plein_bot.index import engines
from plein_bot.index.tables import Table
from plein_bot.index.trouble import DatabaseTrouble, Kind, told_as_trouble

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as nobody else takes the same one: "plein" on a telephone's keys.
_MIGRATING = 75346
FULL_TEXT = "full_text"
"""How everything is called that belongs to a full-text index."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection for commands that need a database."""
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    settings.attributes["connection"] = connection
    return settings


async def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to the present schema, making it where there is none.

    All of it or nothing. Two processes may do so at the same time. Another `revision` than the
    newest is for seeing how an older database is brought on. Raises `DatabaseTrouble`.
    """
    engine = engines.for_migrating(url)
    try:
        with told_as_trouble():
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade, revision)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
    if _trouble(connection) is Kind.SCHEMA_TOO_NEW:
        refuse_another_schema(connection)
    command.upgrade(config(connection), revision)


async def make_shadow(url: str) -> None:
    """Make the tables in an empty database that is thrown away when it has been compared.

    Nothing is searched in it, so it has no full-text index.
    """
    engine = engines.for_migrating(url)
    try:
        with told_as_trouble():
            async with engine.begin() as connection:
                await connection.run_sync(Table.metadata.create_all)
                await connection.run_sync(
                    lambda one: MigrationContext.configure(one).stamp(_scripts(), "head")
                )
    finally:
        await engine.dispose()


async def schema_is_current(url: str) -> bool:
    """Whether `Index.open` would accept the database. Raises `DatabaseTrouble`."""
    engine = engines.for_migrating(url)
    try:
        with told_as_trouble():
            async with engine.connect() as connection:
                return await connection.run_sync(_trouble) is None
    finally:
        await engine.dispose()


def refuse_another_schema(connection: Connection) -> None:
    if (kind := _trouble(connection)) is Kind.SCHEMA_TOO_OLD:
        raise DatabaseTrouble(kind, "run `plein migrate`")
    if kind is Kind.SCHEMA_TOO_NEW:
        raise DatabaseTrouble(kind, "a newer version of Plein has used this database")


def is_ours(_item: object, name: str | None, _kind: str, _is_there: bool, _other: object) -> bool:
    """Whether a table, column or index is in the metadata; the full-text indexes are not.

    The databases keep those themselves (`tables/search.py`).
    """
    return not (name or "").startswith(FULL_TEXT)


def _trouble(connection: Connection) -> Kind | None:
    scripts = _scripts()
    standing = MigrationContext.configure(connection).get_current_revision()
    if standing == scripts.get_current_head():
        return None
    try:
        known = standing is None or scripts.get_revision(standing) is not None
    except CommandError:
        known = False
    return Kind.SCHEMA_TOO_OLD if known else Kind.SCHEMA_TOO_NEW


@cache
def _scripts() -> ScriptDirectory:
    """Read once: they are part of the program, and reading them takes longer than a question."""
    return ScriptDirectory.from_config(config())
