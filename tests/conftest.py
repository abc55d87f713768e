"""Databases for all tests: SQLite and PostgreSQL, always made by the migrations."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import hypothesis
import pytest

from plein_bot.index.database import Index
from plein_bot.index.schema import migrate
from tests import postgres
from tests.turns import is_its_turn

# A machine that does other things too is slow now and then, and that is no failure.
hypothesis.settings.register_profile(
    "plein", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("plein")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if others := [item for item in items if not is_its_turn(item)]:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if is_its_turn(item)]
    for item in items:
        if "squares" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.interruptions)


@pytest.fixture(scope="session")
async def cluster() -> AsyncIterator[postgres.Cluster]:
    if reason := postgres.missing():
        pytest.skip(reason)
    async with postgres.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
async def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "index.db"
    await migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
async def migrated_postgres(cluster: postgres.Cluster) -> str:
    await cluster.say("CREATE DATABASE migrated TEMPLATE template0")
    await migrate(cluster.url("migrated"))
    return "migrated"


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'index.db')}"


@pytest.fixture
async def postgresql_url(cluster: postgres.Cluster, migrated_postgres: str) -> AsyncIterator[str]:
    async with cluster.database(migrated_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/empty.db"


@pytest.fixture
async def empty_postgresql_url(cluster: postgres.Cluster) -> AsyncIterator[str]:
    async with cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database in which nothing has been made yet."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Index]:
    index = await Index.open(url)
    try:
        yield index
    finally:
        await index.close()


@pytest.fixture
async def index(url: str) -> AsyncIterator[Index]:
    async with opened(url) as index:
        yield index
