"""files to be read"""

import sqlalchemy as sa
from alembic import op

revision = "9d02b7e4f6a1"
down_revision = "2d8e61b7f0a4"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unread_files",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("latest", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_unread_files")),
    )
    with op.batch_alter_table("unread_files", schema=None) as batch_op:
        batch_op.create_index("ix_unread_files_ts", ["ts", "event_id"], unique=False)
