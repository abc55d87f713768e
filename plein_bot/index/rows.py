"""Writing many rows with one statement."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Table as SqlTable
from sqlalchemy import and_, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.index.tables import Table

T = TypeVar("T")
Row = Mapping[str, Any]
# PostgreSQL takes 32,767 values in a statement, SQLite 32,766.
CHUNK = 5000


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    left = iter(things)
    while chunk := list(islice(left, size)):
        yield chunk


def sql_table(table: type[Table]) -> SqlTable:
    return cast(SqlTable, table.__table__)


def key_columns(table: SqlTable) -> list[str]:
    return [column.name for column in table.primary_key]


def _insert(session: AsyncSession, table: SqlTable) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def put(session: AsyncSession, table: SqlTable, rows: Collection[Row]) -> None:
    """Write rows; those that stand already under the same key are overwritten."""
    if not rows:
        return
    statement = _insert(session, table)
    keys = key_columns(table)
    rest = {name: new for name, new in statement.excluded.items() if name not in keys}
    if rest:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    await _many(session, statement, rows)


async def put_new(
    session: AsyncSession, table: SqlTable, rows: Collection[Row], key: str | tuple[str, ...]
) -> None:
    """Write rows; those of which the key stands already are left as they are."""
    if rows:
        statement = _insert(session, table).on_conflict_do_nothing(
            index_elements=[key] if isinstance(key, str) else key
        )
        await _many(session, statement, rows)


async def drop(session: AsyncSession, table: SqlTable, keys: Collection[Row]) -> None:
    """Delete the rows in which all columns that the keys name have these values."""
    if not keys:
        return
    named = list(next(iter(keys)))
    same = and_(*(table.columns[name] == bindparam(f"_{name}") for name in named))
    values = [{f"_{name}": key[name] for name in named} for key in keys]
    await _many(session, delete(table).where(same), values)


async def _many(session: AsyncSession, statement: Any, rows: Collection[Row]) -> None:
    # The connection's own way of doing one statement for many rows; the session's goes by objects.
    connection = await session.connection()
    for chunk in chunks(rows):
        await connection.execute(statement, chunk)
