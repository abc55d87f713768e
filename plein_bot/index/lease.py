"""One writer at a time: a second process waits for the lease, and takes over."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Integer, cast, delete, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.index.database import Index
from plein_bot.index.tables.base import BigNumber
from plein_bot.index.tables.machinery import LeaseRow
from plein_bot.index.trouble import DatabaseTrouble, Kind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """In seconds. Whoever waits has the lease at most `lasts + look` after its holder died."""

    lasts: float = 8
    renew: float = 2
    look: float = 1

    @property
    def margin(self) -> float:
        """How long before the end its holder stops believing in it, so that two never hold it."""
        return self.lasts / 8


@dataclass
class Lease:
    holder: str
    _lost: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    async def lost(self) -> None:
        """Return when the lease is lost: whoever held it must stop writing."""
        await self._lost.wait()


@asynccontextmanager
async def held(
    index: Index, name: str = "writer", terms: Terms | None = None
) -> AsyncIterator[Lease]:
    """Wait for the lease, however long, and hold it for the length of the block.

    On leaving the block the next one gets it at once.
    """
    terms = terms or Terms()
    lease = Lease(secrets.token_hex(8))
    began = time.monotonic()
    while not await _take_if_free(index, name, lease.holder, terms):
        await asyncio.sleep(terms.look)
        began = time.monotonic()
    renewing = asyncio.create_task(_renew(index, name, lease, terms, began))
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])
        # Where the database is away, the lease runs out by itself.
        with suppress(DatabaseTrouble):
            async with index.session(unseen=True) as session:
                await session.execute(
                    delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == lease.holder)
                )


async def is_held(index: Index, name: str = "writer") -> bool:
    """Whether some process has the lease now, or died with it a moment ago."""
    async with index.reading() as session:
        found = select(LeaseRow.holder).where(
            LeaseRow.name == name, LeaseRow.until >= _now(session)
        )
        return await session.scalar(found) is not None


async def _take_if_free(index: Index, name: str, holder: str, terms: Terms) -> bool:
    try:
        return await _take(index, name, holder, terms)
    except DatabaseTrouble as trouble:
        if trouble.kind is Kind.LOCKED:
            return False
        raise


async def _renew(index: Index, name: str, lease: Lease, terms: Terms, began: float) -> None:
    try:
        while True:
            await asyncio.sleep(terms.renew)
            now = time.monotonic()
            # Counted from before the last question that was answered with yes, which is earlier
            # than the database counts. A process that was stopped for a while notices it here.
            end = began + terms.lasts - terms.margin
            try:
                async with asyncio.timeout(end - now):
                    taken = await _take(index, name, lease.holder, terms)
            except TimeoutError:
                logger.error("The lease %s could not be renewed in time", name)
                return
            except DatabaseTrouble as trouble:
                logger.warning("Renewing the lease %s will be tried again: %s", name, trouble)
                continue
            if not taken:
                logger.error("Another process took the lease %s", name)
                return
            began = now
    finally:
        lease._lost.set()


async def _take(index: Index, name: str, holder: str, terms: Terms) -> bool:
    """Take or renew the lease where nobody else holds it, in one statement."""
    async with index.session(unseen=True) as session:
        now = _now(session)
        until = now + int(terms.lasts * 1000)
        database = session.get_bind().dialect.name
        insert = (postgresql if database == "postgresql" else sqlite).insert(LeaseRow)
        statement = insert.values(name=name, holder=holder, until=until).on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=(LeaseRow.until < now) | (LeaseRow.holder == holder),
        )
        taken = await session.execute(statement.returning(LeaseRow.holder))
        return taken.scalar_one_or_none() is not None


def _now(session: AsyncSession) -> ColumnElement[int]:
    """The database's clock: the only one that processes on several machines have in common."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()) * 1000, BigNumber)
    return cast((func.julianday("now") - 2440587.5) * 86_400_000, Integer)
