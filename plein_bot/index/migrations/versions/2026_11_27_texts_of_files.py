"""texts of files"""

import sqlalchemy as sa
from alembic import op

revision = "e17a94c2b0d6"
down_revision = "5b1f0e7c92d4"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "file_texts",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("latest", TEXT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("mime", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_file_texts")),
    )
    with op.batch_alter_table("file_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_texts_hash"), ["hash"], unique=False)
