"""Mailboxes to be confirmed"""

import sqlalchemy as sa
from alembic import op

revision = "7e2b95d0c4a8"
down_revision = "c1d84f6a0b72"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mailbox_confirmations",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("invitation", NUMBER, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("mailed", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_mailbox_confirmations")),
        sa.UniqueConstraint("form", name=op.f("uq_mailbox_confirmations_form")),
    )
    with op.batch_alter_table("mailbox_confirmations", schema=None) as batch_op:
        for column in ("address", "invitation"):
            name = batch_op.f(f"ix_mailbox_confirmations_{column}")
            batch_op.create_index(name, [column], unique=False)
