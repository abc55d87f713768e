"""receipts"""

import sqlalchemy as sa
from alembic import op

revision = "3c9e61f7ab20"
down_revision = "b84f02d6a917"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("room_id", "user_id", "thread", name=op.f("pk_receipts")),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipts_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipts_ts"), ["ts"], unique=False)
