"""Which files were brought to which side, and what are those at home?"""

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.tables import MediaRow, SourceRow


@dataclass(frozen=True, slots=True)
class Source:
    """A file where it comes from. `seen` is what its first bytes tell of its media type, if they
    tell anything; `digest` what is in it."""

    uri: str
    digest: str
    size: int
    seen: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a file is on the side that it was brought to; empty until it is `filled`."""

    uri: str
    filled: bool


async def source(session: AsyncSession, side: str, uri: str) -> Source | None:
    row = await session.get(SourceRow, (side, uri))
    return Source(row.uri, row.digest, row.size, row.mime) if row is not None else None


async def know(session: AsyncSession, side: str, found: Source) -> None:
    await session.merge(
        SourceRow(side=side, uri=found.uri, digest=found.digest, size=found.size, mime=found.seen)
    )


async def address(session: AsyncSession, side: str, digest: str) -> Address | None:
    row = await session.get(MediaRow, (side, digest))
    return Address(row.uri, row.filled) if row is not None else None


async def took(session: AsyncSession, side: str, digest: str, uri: str, *, filled: bool) -> None:
    await session.merge(MediaRow(side=side, digest=digest, uri=uri, filled=filled))


async def forget(session: AsyncSession, side: str, digest: str) -> None:
    """The homeserver gave the address up, for it was not filled in time."""
    await session.execute(delete(MediaRow).where(MediaRow.side == side, MediaRow.digest == digest))
