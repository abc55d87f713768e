"""what is sealed"""

import sqlalchemy as sa
from alembic import op

revision = "3c8d51f70a9e"
down_revision = "c4f2a9d81e35"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "sealed",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("type", TEXT, nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_sealed")),
    )
    with op.batch_alter_table("sealed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_room_id"), ["room_id"], unique=False)
        batch_op.create_index(
            "ix_sealed_waiting",
            ["event_id"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
