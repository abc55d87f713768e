"""The projection made again from the rooms, and put in the place of the old one."""

import tempfile
from collections.abc import AsyncIterator

from sqlalchemy import Table as SqlTable
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.events import WholeRoom
from plein_bot.domain.ids import UserId
from plein_bot.index.carrying import carry_over
from plein_bot.index.comparing import Differences, compare, make_equal
from plein_bot.index.database import Index
from plein_bot.index.folding import fold
from plein_bot.index.rows import put, sql_table
from plein_bot.index.schema import make_shadow
from plein_bot.index.sealed import settle_all
from plein_bot.index.tables.files import FileTextRow
from plein_bot.index.tables.machinery import SyncTokenRow
from plein_bot.index.tables.sealed import SealedRow

_BROUGHT = (FileTextRow, SealedRow)
"""What the rooms do not tell, or not without keys, and the projection is made with."""


class Overtaken(Exception):
    """Something was taken in while the rooms were read; nothing has been changed."""


async def rebuild(
    index: Index, rooms: AsyncIterator[WholeRoom], bot: UserId, *, dry_run: bool = False
) -> Differences:
    """Fold `rooms` into an empty projection, compare, and replace; with `dry_run` only compare.

    Nothing is lost: what the homeserver purged is carried over, and so are rooms it does not show.
    The caller holds the lease and takes nothing in meanwhile. The sync token stays where it is, so
    that what happened in between comes once more, with its work. Raises `Overtaken`.
    """
    with tempfile.TemporaryDirectory(prefix="plein-rebuild-") as directory:
        url = f"sqlite+aiosqlite:///{directory}/shadow.db"
        await make_shadow(url)
        shadow = await Index.open(url)
        try:
            return await _rebuild(index, shadow, rooms, bot, dry_run)
        finally:
            await shadow.close()


async def _rebuild(
    index: Index, shadow: Index, rooms: AsyncIterator[WholeRoom], bot: UserId, dry_run: bool
) -> Differences:
    async with index.reading() as session:
        before = await _tokens(session)
    # One transaction for all of it: the shadow is thrown away, so it need not be safe on disk.
    async with shadow.session() as new:
        async with index.reading() as old:
            for table in _BROUGHT:
                await _bring(old, new, sql_table(table))
        async for room in rooms:
            await fold(new, [room], bot)
        async with index.reading() as old:
            await carry_over(old, new)
            differences = await compare(old, new)
        if not dry_run:
            async with index.session() as old:
                if await _tokens(old) != before:
                    raise Overtaken
                await make_equal(old, new, differences)
                await settle_all(old)
            index.announce()
    return differences


async def _bring(old: AsyncSession, new: AsyncSession, table: SqlTable) -> None:
    stream = await old.stream(select(table).execution_options(yield_per=100))
    async for rows in stream.mappings().partitions(100):
        await put(new, table, [dict(row) for row in rows])


async def _tokens(session: AsyncSession) -> dict[str, str]:
    found = await session.execute(select(SyncTokenRow.bot, SyncTokenRow.next_batch))
    return {bot: token for bot, token in found}
