"""What crossed, and what did not and by which rule? Never what was said."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bridges.homeserver.store.tables import AuditRow

CROSSED = "crossed"
"""The outcome of what came over; any other is the rule by which it did not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`side` is where it went to, `sender` who said it, by the Matrix ID of their own side."""

    link: int
    side: str
    at: float
    kind: str
    size: int
    sender: str
    event_id: str
    outcome: str


async def write(session: AsyncSession, entry: Entry) -> None:
    session.add(
        AuditRow(
            link=entry.link,
            side=entry.side,
            at=entry.at,
            kind=entry.kind,
            size=entry.size,
            sender=entry.sender,
            event_id=entry.event_id,
            outcome=entry.outcome,
        )
    )


async def of_link(session: AsyncSession, link: int, limit: int | None = None) -> Sequence[Entry]:
    """All of a link, the oldest first; with `limit` the last so many."""
    statement = select(AuditRow).where(AuditRow.link == link).order_by(AuditRow.number.desc())
    rows = list(await session.scalars(statement.limit(limit) if limit else statement))
    return [
        Entry(
            row.link,
            row.side,
            row.at,
            row.kind,
            row.size,
            row.sender,
            row.event_id,
            row.outcome,
        )
        for row in reversed(rows)
    ]


async def counted(session: AsyncSession, link: int) -> dict[tuple[str, str], int]:
    """How much had each outcome, by the side that it went to."""
    statement = (
        select(AuditRow.side, AuditRow.outcome, func.count())
        .where(AuditRow.link == link)
        .group_by(AuditRow.side, AuditRow.outcome)
    )
    return {
        (side, outcome): number
        for side, outcome, number in (await session.execute(statement)).all()
    }


async def clear(session: AsyncSession, before: float) -> None:
    await session.execute(delete(AuditRow).where(AuditRow.at < before))
