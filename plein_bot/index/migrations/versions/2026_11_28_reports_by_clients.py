"""Reports by clients"""

import sqlalchemy as sa
from alembic import op

revision = "b6f17c2d4e90"
down_revision = "8e41d0b7f263"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "heard_reports",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_heard_reports")),
    )
