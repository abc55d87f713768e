"""Ledger: reports, the cases that they make, and where the staff read of these."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from plein_bot.domain.cases import CaseState, Complaint, Decision
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.index.tables.ledger import Ledger


class CaseRow(Ledger):
    """Something that the staff decide. `number` is what people call it, and given out once.

    `subject` is the event or the person that it is about, or empty for a whole place; where the
    person objects to a `sanction`, it is that. `power` is the role that it takes.
    `decided_cause` decided it, or is doing so now.
    """

    __tablename__ = "cases"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    place: Mapped[RoomId] = mapped_column(index=True)
    event: Mapped[EventId | None]
    person: Mapped[UserId | None]
    sanction: Mapped[int | None] = mapped_column(index=True)
    subject: Mapped[str]
    power: Mapped[int]
    state: Mapped[CaseState]
    opened_at: Mapped[datetime]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UserId | None]
    decided_cause: Mapped[str | None]

    __table_args__ = {"sqlite_autoincrement": True}


# However many report it, the same thing is decided once.
Index(
    "ix_cases_open",
    CaseRow.place,
    CaseRow.subject,
    unique=True,
    sqlite_where=CaseRow.state == CaseState.OPEN,
    postgresql_where=CaseRow.state == CaseState.OPEN,
)


class ReportRow(Ledger):
    """What one person told of a case. `words` are theirs, and may be deleted."""

    __tablename__ = "reports"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case: Mapped[int] = mapped_column(index=True)
    reporter: Mapped[UserId] = mapped_column(index=True)
    complaint: Mapped[Complaint]
    words: Mapped[str]
    reported_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)

    __table_args__ = {"sqlite_autoincrement": True}


class CaseNoticeRow(Ledger):
    """A message whose reactions decide a case. Without a `person` it was put up in a staff room.

    `room` is None of one from before that was kept. `edits` where it only says another one anew.
    `taken_away` once the case is over, or it stands elsewhere.
    """

    __tablename__ = "case_notices"

    event: Mapped[EventId] = mapped_column(primary_key=True)
    case: Mapped[int] = mapped_column(index=True)
    person: Mapped[UserId | None]
    room: Mapped[RoomId | None]
    edits: Mapped[EventId | None]
    taken_away: Mapped[bool] = mapped_column(default=False)


class HeardReportRow(Ledger):
    """The `last` number that was read of what people reported with their clients."""

    __tablename__ = "heard_reports"

    source: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
