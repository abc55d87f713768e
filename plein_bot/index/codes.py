"""Codes that were mailed to prove an address."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from plein_bot.domain.ids import UserId
from plein_bot.domain.verification import Code
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import CodeRow


async def keep(index: Index, cause: str, code: Code) -> bool:
    """Keep a code that is about to be sent; False where this cause sent one before."""
    async with index.session() as session:
        if await session.get(CodeRow, cause) is not None:
            return False
        session.add(
            CodeRow(
                cause=cause,
                person=code.person,
                address=code.address,
                digest=code.digest,
                sent_at=code.sent_at,
            )
        )
        return True


async def count_since(
    index: Index, person: UserId, address: str, moment: datetime, *, but: str
) -> int:
    """How many went out to this address or for this person, whichever is more."""
    async with index.reading() as session:
        counts = [
            await session.scalar(
                select(func.count())
                .select_from(CodeRow)
                .where(condition, CodeRow.sent_at >= moment, CodeRow.cause != but)
            )
            for condition in (CodeRow.person == person, CodeRow.address == address)
        ]
    return max(count or 0 for count in counts)


async def latest(index: Index, person: UserId) -> Code | None:
    async with index.reading() as session:
        row = await session.scalar(
            select(CodeRow)
            .where(CodeRow.person == person)
            .order_by(CodeRow.sent_at.desc())
            .limit(1)
        )
    if row is None:
        return None
    return Code(row.person, row.address, row.digest, row.sent_at, row.tries)


async def tried(index: Index, code: Code) -> None:
    async with index.session() as session:
        await session.execute(
            update(CodeRow).where(CodeRow.digest == code.digest).values(tries=CodeRow.tries + 1)
        )


async def forget(index: Index, person: UserId) -> None:
    """A code that was used is of use no more; nor are those before it."""
    async with index.session() as session:
        await session.execute(delete(CodeRow).where(CodeRow.person == person))


async def forget_older(index: Index, before: datetime) -> None:
    async with index.session() as session:
        await session.execute(delete(CodeRow).where(CodeRow.sent_at < before))
