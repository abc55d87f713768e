"""Reports, the cases that they make, and how these end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plein_bot.domain.cases import Case, CaseState, Complaint, Decision, Report, Target
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.database import Index
from plein_bot.index.tables.cases import CaseNoticeRow, CaseRow, ReportRow
from plein_bot.index.tables.sanctions import SanctionRow


@dataclass(frozen=True, slots=True)
class Notice:
    """Where staff read of a case: in the staff room, or in the direct chat of one person.

    `room` is None where that was not kept.
    """

    event: EventId
    person: UserId | None
    room: RoomId | None


def _case(row: CaseRow) -> Case:
    return Case(
        number=row.number,
        target=Target(row.place, row.event, row.person, row.sanction),
        power=row.power,
        state=row.state,
        opened_at=row.opened_at,
        decision=row.decision,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decided_cause=row.decided_cause,
    )


def _report(row: ReportRow) -> Report:
    return Report(
        number=row.number,
        case=row.case,
        reporter=row.reporter,
        complaint=row.complaint,
        words=row.words,
        reported_at=row.reported_at,
        cause=row.cause,
        withdrawn=row.withdrawn,
    )


async def report(
    index: Index,
    target: Target,
    power: int,
    reporter: UserId,
    complaint: Complaint,
    words: str,
    cause: str,
) -> tuple[Case, Report]:
    """Add what somebody tells to the open case of the same thing, or open one.

    What this cause told before, or this reporter of the same open case, stays as it is.
    """
    now = datetime.now(UTC)
    async with index.session() as session:
        known = await session.scalar(select(ReportRow).where(ReportRow.cause == cause))
        if known is not None:
            case = await session.get_one(CaseRow, known.case)
            return _case(case), _report(known)
        found = await session.scalar(
            select(CaseRow).where(
                CaseRow.place == target.place,
                CaseRow.subject == target.subject,
                CaseRow.state == CaseState.OPEN,
            )
        )
        if found is None:
            found = CaseRow(
                place=target.place,
                event=target.event,
                person=target.person,
                sanction=target.sanction,
                subject=target.subject,
                power=power,
                state=CaseState.OPEN,
                opened_at=now,
            )
            session.add(found)
            await session.flush()
        told = await session.scalar(
            select(ReportRow).where(
                ReportRow.case == found.number,
                ReportRow.reporter == reporter,
                ReportRow.withdrawn.is_(False),
            )
        )
        if told is None:
            told = ReportRow(
                case=found.number,
                reporter=reporter,
                complaint=complaint,
                words=words,
                reported_at=now,
                cause=cause,
                withdrawn=False,
            )
            session.add(told)
            await session.flush()
        return _case(found), _report(told)


async def numbered(index: Index, number: int) -> Case | None:
    async with index.reading() as session:
        row = await session.get(CaseRow, number)
        return _case(row) if row else None


async def objecting_to(index: Index, sanction: int) -> Case | None:
    """The case in which somebody objects to this, or did."""
    found = await _cases(index, CaseRow.sanction == sanction)
    return found[-1] if found else None


async def above(index: Index, numbers: Collection[int], power: int) -> frozenset[int]:
    """Those of these cases of which somebody with this power may not know."""
    query = select(CaseRow.number).where(CaseRow.number.in_(set(numbers)), CaseRow.power > power)
    async with index.reading() as session:
        return frozenset(await session.scalars(query))


async def decided_because_of(index: Index, cause: str) -> Case | None:
    """The case that this cause decided, or is deciding."""
    found = await _cases(index, CaseRow.decided_cause == cause)
    return found[0] if found else None


async def led_to(index: Index, case: int, cause: str) -> None:
    """Remember of what this cause imposed that it came from the case."""
    async with index.session() as session:
        await session.execute(
            update(SanctionRow)
            .where(SanctionRow.cause == cause, SanctionRow.case.is_(None))
            .values(case=case)
        )


async def listed(
    index: Index, places: Collection[RoomId] | None, *, everything: bool
) -> tuple[Case, ...]:
    """What waits in these places, or in all, the longest first; with `everything` what is over."""
    conditions = [] if everything else [CaseRow.state == CaseState.OPEN]
    if places is not None:
        conditions.append(CaseRow.place.in_(places))
    return await _cases(index, *conditions)


async def open_since(index: Index, before: datetime) -> tuple[Case, ...]:
    """What waits since then or longer, in whatever place."""
    return await _cases(index, CaseRow.opened_at <= before, CaseRow.state == CaseState.OPEN)


async def _cases(index: Index, *conditions: ColumnElement[bool]) -> tuple[Case, ...]:
    async with index.reading() as session:
        rows = await session.scalars(select(CaseRow).where(*conditions).order_by(CaseRow.number))
        return tuple(_case(row) for row in rows)


async def reports_of(index: Index, cases: Collection[int]) -> tuple[Report, ...]:
    """What was told of these cases and not withdrawn, in its order."""
    return await _reports(index, ReportRow.case.in_(cases), ReportRow.withdrawn.is_(False))


async def reports_by(index: Index, reporter: UserId) -> tuple[Report, ...]:
    """All that somebody reported, the newest first."""
    return (await _reports(index, ReportRow.reporter == reporter))[::-1]


async def report_numbered(index: Index, number: int) -> Report | None:
    found = await _reports(index, ReportRow.number == number)
    return found[0] if found else None


async def _reports(index: Index, *conditions: ColumnElement[bool]) -> tuple[Report, ...]:
    async with index.reading() as session:
        query = select(ReportRow).where(*conditions).order_by(ReportRow.number)
        return tuple(_report(row) for row in await session.scalars(query))


async def count_since(index: Index, reporter: UserId, moment: datetime, *, but: str) -> int:
    """How many things somebody reported since then, not counting the cause `but`."""
    async with index.reading() as session:
        number = await session.scalar(
            select(func.count())
            .select_from(ReportRow)
            .where(
                ReportRow.reporter == reporter,
                ReportRow.reported_at >= moment,
                ReportRow.cause != but,
            )
        )
    return number or 0


async def withdraw(index: Index, report: Report) -> None:
    """Its words go with it. A case of which nobody is left is withdrawn too, unless decided."""
    async with index.session() as session:
        await session.execute(
            update(ReportRow)
            .where(ReportRow.number == report.number)
            .values(withdrawn=True, words="")
        )
        left = await session.scalar(
            select(func.count())
            .select_from(ReportRow)
            .where(ReportRow.case == report.case, ReportRow.withdrawn.is_(False))
        )
        if not left:
            await session.execute(
                update(CaseRow)
                .where(CaseRow.number == report.case, CaseRow.state == CaseState.OPEN)
                .values(state=CaseState.WITHDRAWN, decided_at=datetime.now(UTC))
            )


async def claim(index: Index, number: int, by: UserId, cause: str) -> bool:
    """Whether it is this cause that decides the case: it was open, and nobody else is at it."""
    async with index.session() as session:
        row = await session.get(CaseRow, number, with_for_update=True)
        if row is None or (row.decided_cause or cause) != cause:
            return False
        if row.state is CaseState.OPEN:
            row.decided_cause, row.decided_by = cause, by
        return row.decided_cause == cause


async def release(index: Index, number: int, cause: str) -> None:
    """Whoever was deciding does not: others may."""
    await _change(
        index,
        number,
        [CaseRow.state == CaseState.OPEN, CaseRow.decided_cause == cause],
        decided_cause=None,
        decided_by=None,
    )


async def decide(index: Index, number: int, how: Decision, cause: str) -> None:
    """End a case that this cause has claimed."""
    await _change(
        index,
        number,
        [CaseRow.state == CaseState.OPEN, CaseRow.decided_cause == cause],
        state=CaseState.DECIDED,
        decision=how,
        decided_at=datetime.now(UTC),
    )


async def reopen(index: Index, number: int) -> bool:
    """Let it be decided anew; not where the same thing was reported again and is open."""
    async with index.session() as session:
        row = await session.get(CaseRow, number, with_for_update=True)
        if row is None or row.state is CaseState.OPEN:
            return row is not None
        if await _open_one(session, row.place, row.subject):
            return False
        row.state, row.decision = CaseState.OPEN, None
        row.decided_at = row.decided_by = row.decided_cause = None
        return True


async def _open_one(session: AsyncSession, place: RoomId, subject: str) -> bool:
    query = select(CaseRow.number).where(
        CaseRow.place == place, CaseRow.subject == subject, CaseRow.state == CaseState.OPEN
    )
    return await session.scalar(query) is not None


async def _change(
    index: Index, number: int, conditions: Collection[ColumnElement[bool]], **values: object
) -> None:
    async with index.session() as session:
        await session.execute(
            update(CaseRow).where(CaseRow.number == number, *conditions).values(**values)
        )


async def noticed(
    index: Index,
    case: int,
    event: EventId,
    person: UserId | None,
    room: RoomId,
    edits: EventId | None = None,
) -> None:
    """Remember a message whose reactions decide, or its edit."""
    async with index.session() as session:
        row = CaseNoticeRow(event=event, case=case, person=person, room=room, edits=edits)
        await session.merge(row)


async def notices_of(index: Index, case: int) -> tuple[Notice, ...]:
    """Those that stand."""
    async with index.reading() as session:
        rows = await session.scalars(
            select(CaseNoticeRow)
            .where(
                CaseNoticeRow.case == case,
                CaseNoticeRow.edits.is_(None),
                CaseNoticeRow.taken_away.is_(False),
            )
            .order_by(CaseNoticeRow.event)
        )
        return tuple(Notice(row.event, row.person, row.room) for row in rows)


async def edits_of(index: Index, notice: EventId) -> tuple[EventId, ...]:
    async with index.reading() as session:
        query = select(CaseNoticeRow.event).where(CaseNoticeRow.edits == notice)
        return tuple(await session.scalars(query.order_by(CaseNoticeRow.event)))


async def notice_is_gone(index: Index, notice: EventId) -> None:
    async with index.session() as session:
        await session.execute(
            update(CaseNoticeRow).where(CaseNoticeRow.event == notice).values(taken_away=True)
        )


async def behind(index: Index, notice: EventId) -> Case | None:
    """The case that is decided by reactions to this."""
    async with index.reading() as session:
        row = await session.scalar(
            select(CaseRow)
            .join(CaseNoticeRow, CaseNoticeRow.case == CaseRow.number)
            .where(CaseNoticeRow.event == notice)
        )
        return _case(row) if row else None
