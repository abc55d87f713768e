import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from plein_bot.domain.audits import Link
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index import audits, chain, engines
from plein_bot.index.database import Index
from plein_bot.index.schema import is_ours, migrate, schema_is_current
from plein_bot.index.tables import Table
from plein_bot.index.trouble import DatabaseTrouble, Kind
from tests.conftest import opened


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


async def test_an_audit_from_before_it_was_a_chain_becomes_one(empty_url: str) -> None:
    await migrate(empty_url, "5a7d13e9c420")
    for number, outcome in ((1, "done"), (2, "begun"), (5, "done")):
        await say(
            empty_url,
            "INSERT INTO audit (number, at, action, actor, place, whom, outcome, cause) VALUES "
            f"({number}, '2026-11-24 10:00:00', 'ban', 'key', '!é', '', '{outcome}', '${number}')",
        )

    await migrate(empty_url)

    async with opened(empty_url) as index:
        before = await chain.examine(index)
        assert isinstance(before, Link)
        assert before.number == 5
        await audits.record(
            index, "$2", "ban", UserId("@a:b"), place=RoomId("!é"), whom=None, outcome="done"
        )
        after = await chain.examine(index, before)
        assert isinstance(after, Link)
        assert after.number == 6
