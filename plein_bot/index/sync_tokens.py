"""How far into the sync stream the index has got."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.ids import UserId
from plein_bot.index.database import Index
from plein_bot.index.rows import put, sql_table
from plein_bot.index.tables.machinery import SyncTokenRow


async def token(index: Index, bot: UserId) -> str | None:
    """The token to go on from; None where nothing was ever taken in."""
    async with index.reading() as session:
        return await session.scalar(select(SyncTokenRow.next_batch).where(SyncTokenRow.bot == bot))


async def save(session: AsyncSession, bot: UserId, next_batch: str) -> None:
    """Only within the transaction that stores all that came before the token."""
    await put(session, sql_table(SyncTokenRow), [{"bot": bot, "next_batch": next_batch}])
