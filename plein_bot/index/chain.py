"""The audit as a chain: rows are added at its end, each with the hash of all before it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.audits import START, Broken, Damage, Link, Written, follow, sealed
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.index.database import Index
from plein_bot.index.rows import sql_table
from plein_bot.index.tables.base import storable
from plein_bot.index.tables.ledger import AuditHeadRow, AuditRow

_AT_ONCE = 2000
"""Rows that are walked past in one go: enough to be quick, and nobody waits long."""

_COLUMNS = [sql_table(AuditRow).c[name] for name in (*Written._fields, AuditRow.hash.key)]


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be written down; persons by key. `ends` is the number of what was begun."""

    action: str
    actor: str
    place: RoomId
    whom: str
    outcome: str
    cause: str
    event: EventId | None
    why: str
    ends: int = 0


async def append(session: AsyncSession, lines: Sequence[Line]) -> None:
    """Write these down, in their order, with the numbers that follow the last."""
    if not lines:
        return
    # Locked, so that whoever else writes waits, and goes on from here.
    query = select(AuditHeadRow.number, AuditHeadRow.hash).with_for_update()
    last = Link(*(await session.execute(query)).one())
    now = datetime.now(UTC)
    rows = []
    for line in lines:
        # The hash has to be of what will be read back.
        said: dict[str, Any] = {
            name: storable(value) if isinstance(value, str) else value
            for name, value in asdict(line).items()
        }
        row = Written(number=last.number + 1, at=now, **said)
        last = sealed(last, row)
        rows.append({**row._asdict(), "hash": last.hash})
    await session.execute(insert(AuditRow), rows)
    await session.execute(update(AuditHeadRow).values(number=last.number, hash=last.hash))


async def head(index: Index) -> Link:
    """The last entry, by what was noted when it was written."""
    async with index.reading() as session:
        return Link(*(await session.execute(select(AuditHeadRow.number, AuditHeadRow.hash))).one())


async def examine(index: Index, noted: Link | None = None) -> Link | Broken:
    """Walk the whole chain: its last link, or the first entry that is wrong.

    `noted` is what the bot said elsewhere of one of the entries. It may go on being written
    meanwhile.
    """
    return await _walk(index, START, await head(index), noted)


async def goes_on(index: Index, noted: Link) -> Link | Broken:
    """The last link of the chain where it goes on from one that was noted; else what is wrong."""
    async with index.reading() as session:
        stands = await session.scalar(select(AuditRow.hash).where(AuditRow.number == noted.number))
    if stands is None:
        return Broken(noted.number, Damage.CUT)
    if stands != noted.hash:
        return Broken(noted.number, Damage.REWRITTEN)
    return await _walk(index, noted, await head(index), None)


async def _walk(index: Index, at: Link, until: Link, noted: Link | None) -> Link | Broken:
    if noted and noted.number > until.number:
        return Broken(until.number + 1, Damage.CUT)
    while at.number < until.number:
        query = (
            select(*_COLUMNS)
            .where(AuditRow.number > at.number, AuditRow.number <= until.number)
            .order_by(AuditRow.number)
            .limit(_AT_ONCE)
        )
        async with index.reading() as session:
            rows = (await session.execute(query)).all()
        if not rows:
            return Broken(at.number + 1, Damage.CUT)
        found = follow(at, ((Written(*row[:-1]), row[-1]) for row in rows), noted)
        if isinstance(found, Broken):
            return found
        at = found
    if at.hash != until.hash:
        return Broken(at.number, Damage.CHANGED)
    return await _nothing_behind(index, at)


async def _nothing_behind(index: Index, last: Link) -> Link | Broken:
    async with index.reading() as session:
        query = select(AuditHeadRow.number, select(func.max(AuditRow.number)).scalar_subquery())
        written, there = (await session.execute(query)).one()
    if (there or 0) > written:
        return Broken(written + 1, Damage.ADDED)
    return last
