"""Thinking along"""

import sqlalchemy as sa
from alembic import op

revision = "41c7be90d2fa"
down_revision = "9d02b7e4f6a1"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closes_at", NUMBER))
        batch_op.add_column(sa.Column("ended_at", NUMBER))
        batch_op.add_column(sa.Column("outcome", TEXT))
        batch_op.add_column(sa.Column("outcome_by", TEXT))
        batch_op.add_column(sa.Column("outcome_at", NUMBER))
        batch_op.add_column(sa.Column("outcome_event", TEXT))
        batch_op.create_index(batch_op.f("ix_posts_closes_at"), ["closes_at"], unique=False)
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_polls_thread"), ["thread"], unique=False)
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closes_at", sa.DateTime(timezone=True)))
