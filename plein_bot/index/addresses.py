"""E-mail addresses that people proved to be theirs."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, select

from plein_bot.domain.ids import UserId
from plein_bot.domain.verification import VALID, Proof
from plein_bot.index.database import Index
from plein_bot.index.tables.ledger import AddressRow


async def prove(index: Index, user: UserId, address: str, at: datetime) -> None:
    """One address proves one Matrix ID; proving it again moves it."""
    async with index.session() as session:
        await session.merge(AddressRow(address=address.lower(), user_id=user, proven_at=at))


async def owner(index: Index, address: str) -> UserId | None:
    """Who proved an address last."""
    async with index.reading() as session:
        row = await session.get(AddressRow, address.lower())
    return row.user_id if row else None


async def proven_by(index: Index, users: Iterable[UserId]) -> dict[UserId, tuple[str, ...]]:
    """What counts today: an address is proven for a year."""
    found: defaultdict[UserId, list[str]] = defaultdict(list)
    async with index.reading() as session:
        rows = await session.execute(
            select(AddressRow.user_id, AddressRow.address)
            .where(
                AddressRow.user_id.in_(set(users)),
                AddressRow.proven_at > datetime.now(UTC) - VALID,
            )
            .order_by(AddressRow.address)
        )
        for user, address in rows:
            found[user].append(address)
    return {user: tuple(addresses) for user, addresses in found.items()}


async def proven_before(index: Index, moment: datetime) -> tuple[Proof, ...]:
    """What was proven at this moment or before it, also what no longer counts."""
    async with index.reading() as session:
        found = await session.scalars(
            select(AddressRow)
            .where(AddressRow.proven_at <= moment)
            .order_by(AddressRow.proven_at, AddressRow.address)
        )
        return tuple(Proof(row.user_id, row.address, row.proven_at) for row in found)


async def forget(index: Index, proof: Proof) -> None:
    """An address that lapsed; one that was proven again meanwhile stays."""
    async with index.session() as session:
        await session.execute(
            delete(AddressRow).where(
                AddressRow.address == proof.address, AddressRow.proven_at == proof.proven_at
            )
        )
