"""Reports and cases"""

import sqlalchemy as sa
from alembic import op

revision = "5d2b90c7e1a4"
down_revision = "d17e5b90c3a8"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = sa.Enum("open", "decided", "withdrawn", name="casestate", native_enum=False, length=32)
DECISIONS = sa.Enum(
    "nothing wrong",
    "warned",
    "muted",
    "taken away",
    "removed",
    "shut out",
    name="decision",
    native_enum=False,
    length=32,
)
COMPLAINTS = sa.Enum(
    "advertising",
    "insulting or threatening",
    "personal data",
    "wrong or misleading",
    "something else",
    name="complaint",
    native_enum=False,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=True),
        sa.Column("person", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("power", NUMBER, nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", DECISIONS, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_cause", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cases_place"), "cases", ["place"])
    op.create_index(
        "ix_cases_open",
        "cases",
        ["place", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "reports",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("reporter", TEXT, nullable=False),
        sa.Column("complaint", COMPLAINTS, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reports")),
        sa.UniqueConstraint("cause", name=op.f("uq_reports_cause")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reports_case"), "reports", ["case"])
    op.create_index(op.f("ix_reports_reporter"), "reports", ["reporter"])
    op.create_table(
        "case_notices",
        sa.Column("event", TEXT, nullable=False),
        sa.Column("case", NUMBER, nullable=False),
        sa.Column("person", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_case_notices")),
    )
    op.create_index(op.f("ix_case_notices_case"), "case_notices", ["case"])
