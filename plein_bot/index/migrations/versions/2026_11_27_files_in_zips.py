"""files in zips"""

import sqlalchemy as sa
from alembic import op

revision = "2d8e61b7f0a4"
down_revision = "3c8d51f70a9e"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "zipped_files",
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("original", TEXT, nullable=False),
        sa.Column("chat", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("cause", "original", name=op.f("pk_zipped_files")),
    )
    with op.batch_alter_table("zipped_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zipped_files_original"), ["original"], unique=False)
