"""digests"""

import sqlalchemy as sa
from alembic import op

revision = "b84f02d6a917"
down_revision = "e5a07c3d9b18"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("often", sa.String(32), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_digests")),
        sa.UniqueConstraint("user_id", name=op.f("uq_digests_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digests_next_at"), ["next_at"], unique=False)
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsubscribe", TEXT, nullable=False, server_default=""))
