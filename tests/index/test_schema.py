import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from plein_bot.index import engines
from plein_bot.index.database import Index
from plein_bot.index.schema import is_ours, migrate, schema_is_current
from plein_bot.index.tables import Table
from plein_bot.index.trouble import DatabaseTrouble, Kind


async def say(url: str, statement: str) -> None:
    engine = engines.for_migrating(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_the_migrations_make_the_tables_that_the_code_expects(url: str) -> None:
    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        return compare_metadata(context, Table.metadata)

    engine = engines.for_migrating(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrating_twice_changes_nothing(url: str) -> None:
    await migrate(url)

    assert await schema_is_current(url)


async def test_an_empty_database_is_not_opened_until_it_is_migrated(empty_url: str) -> None:
    with pytest.raises(DatabaseTrouble) as trouble:
        await Index.open(empty_url)
    assert trouble.value.kind is Kind.SCHEMA_TOO_OLD
    assert not await schema_is_current(empty_url)

    await migrate(empty_url)

    await (await Index.open(empty_url)).close()


async def test_a_database_that_a_newer_plein_has_used_is_left_alone(url: str) -> None:
    await say(url, "UPDATE alembic_version SET version_num = 'later'")

    with pytest.raises(DatabaseTrouble) as trouble:
        await Index.open(url)
    assert trouble.value.kind is Kind.SCHEMA_TOO_NEW
    assert not await schema_is_current(url)
    with pytest.raises(DatabaseTrouble) as trouble:
        await migrate(url)
    assert trouble.value.kind is Kind.SCHEMA_TOO_NEW
