"""All that the projection holds, to be compared."""

from typing import Any

from sqlalchemy import delete, select

from plein_bot.index.comparing import projection_tables
from plein_bot.index.database import Index
from plein_bot.index.rows import key_columns

Snapshot = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


async def projection(index: Index) -> Snapshot:
    snapshot: Snapshot = {}
    async with index.reading() as session:
        for table in projection_tables():
            rows = (await session.execute(select(table))).mappings()
            keys = key_columns(table)
            snapshot[table.name] = {tuple(row[k] for k in keys): dict(row) for row in rows}
    return snapshot


async def empty(index: Index) -> None:
    async with index.session() as session:
        for table in reversed(projection_tables()):
            await session.execute(delete(table))
