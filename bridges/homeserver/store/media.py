"""Which files were brought to which side, and what are those at home?"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.tables import MediaRow, SourceRow


@dataclass(frozen=True, slots=True)
class Source:
    """A file where it comes from. `seen` is what its first bytes tell of its media type, if they
    tell anything; `served` what its homeserver says; `digest` what is in it."""

    uri: str
    digest: str
    size: int
    seen: str
    served: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a file is on the side that it was brought to; empty until it is `filled`."""

    uri: str
    filled: bool


async def source(session: AsyncSession, side: str, uri: str) -> Source | None:
    row = await session.get(SourceRow, (side, uri))
    if row is None:
        return None
    return Source(row.uri, row.digest, row.size, row.mime, row.served)


async def know(session: AsyncSession, side: str, found: Source) -> None:
    await session.merge(
        SourceRow(
            side=side,
            uri=found.uri,
            digest=found.digest,
            size=found.size,
            mime=found.seen,
            served=found.served,
        )
    )


async def address(session: AsyncSession, side: str, digest: str, mime: str) -> Address | None:
    row = await session.get(MediaRow, (side, digest, mime))
    return Address(row.uri, row.filled) if row is not None else None


async def took(session: AsyncSession, side: str, digest: str, mime: str, there: Address) -> None:
    row = MediaRow(side=side, digest=digest, mime=mime, uri=there.uri, filled=there.filled)
    await session.merge(row)


async def forget(session: AsyncSession, side: str, digest: str, mime: str) -> None:
    """The homeserver gave the address up, for it was not filled in time."""
    row = await session.get(MediaRow, (side, digest, mime))
    if row is not None:
        await session.delete(row)
