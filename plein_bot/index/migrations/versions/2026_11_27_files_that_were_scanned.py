"""files that were scanned"""

import sqlalchemy as sa
from alembic import op

revision = "c4f2a9d81e35"
down_revision = "e17a94c2b0d6"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "file_scans",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("latest", TEXT, nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("finding", TEXT, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_file_scans")),
    )
