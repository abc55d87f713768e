"""Two projections held side by side, row by row, and the one made equal to the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import Text, UniqueConstraint, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.index.rows import CHUNK, Row, drop, key_columns, put, sql_table
from plein_bot.index.tables import Table
from plein_bot.index.tables.base import CanonicalJson
from plein_bot.index.tables.projection import Projection

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TableDifferences:
    """Keys of rows of one table. `before` and `after` count all of its rows."""

    table: str
    before: int
    after: int
    added: tuple[Key, ...]
    gone: tuple[Key, ...]
    changed: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """True where anything differs at all."""

    tables: tuple[TableDifferences, ...]

    def __bool__(self) -> bool:
        return any(table.added or table.gone or table.changed for table in self.tables)


def projection_tables() -> list[SqlTable]:
    """Every table that can be made again, those that others refer to first."""
    made_again = {
        sql_table(mapper.class_)
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, Projection)
    }
    return [table for table in Table.metadata.sorted_tables if table in made_again]


async def compare(old: AsyncSession, new: AsyncSession) -> Differences:
    return Differences(
        tuple([await _compare_table(old, new, table) for table in projection_tables()])
    )


async def make_equal(old: AsyncSession, new: AsyncSession, differences: Differences) -> None:
    """Write into `old` what is different in `new`."""
    tables = {table.name: table for table in projection_tables()}
    for found in reversed(differences.tables):
        table = tables[found.table]
        doomed = found.gone
        if any(isinstance(constraint, UniqueConstraint) for constraint in table.constraints):
            # Rows that swap something unique cannot be overwritten one after another.
            doomed += found.changed
        await drop(old, table, [dict(zip(key_columns(table), key, strict=True)) for key in doomed])
    for found in differences.tables:
        if wanted := {*found.added, *found.changed}:
            table = tables[found.table]
            rows: list[Row] = []
            stream = await new.stream(select(table))
            async for row in stream.mappings():
                if tuple(row[name] for name in key_columns(table)) in wanted:
                    rows.append(dict(row))
                if len(rows) == CHUNK:
                    await put(old, table, rows)
                    rows = []
            await put(old, table, rows)


async def _compare_table(old: AsyncSession, new: AsyncSession, table: SqlTable) -> TableDifferences:
    before = after = 0
    added: list[Key] = []
    gone: list[Key] = []
    changed: list[Key] = []
    left, right = _in_order(old, table), _in_order(new, table)
    mine, theirs = await anext(left, None), await anext(right, None)
    # Both come in the order of their keys: whichever is behind has no counterpart.
    while mine or theirs:
        if theirs is None or (mine and mine[0] < theirs[0]):
            assert mine
            gone.append(mine[0])
            mine, before = await anext(left, None), before + 1
        elif mine is None or theirs[0] < mine[0]:
            added.append(theirs[0])
            theirs, after = await anext(right, None), after + 1
        else:
            if mine[1] != theirs[1]:
                changed.append(mine[0])
            mine, before = await anext(left, None), before + 1
            theirs, after = await anext(right, None), after + 1
    return TableDifferences(table.name, before, after, tuple(added), tuple(gone), tuple(changed))


async def _in_order(session: AsyncSession, table: SqlTable) -> AsyncIterator[tuple[Key, Key]]:
    # JSON is compared as its text, which is canonical.
    values = [
        type_coerce(column, Text) if isinstance(column.type, CanonicalJson) else column
        for column in table.columns
    ]
    keys = list(table.primary_key)
    query = select(*keys, *values).order_by(*keys).execution_options(yield_per=CHUNK)
    async for row in await session.stream(query):
        whole = tuple(row)
        yield whole[: len(keys)], whole[len(keys) :]
