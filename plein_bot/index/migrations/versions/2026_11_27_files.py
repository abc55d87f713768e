"""files"""

import sqlalchemy as sa
from alembic import op

revision = "b83d60f1e7a9"
down_revision = "5e9a1c07d2b4"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("latest", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("sender", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mime", TEXT, nullable=False),
        sa.Column("size", NUMBER, nullable=True),
        sa.Column("ts", NUMBER, nullable=False),
        sa.Column("folder", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_files")),
    )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index("ix_files_room_id_ts", ["room_id", "ts"], unique=False)
    op.create_table(
        "file_tags",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "tag", name=op.f("pk_file_tags")),
    )
    with op.batch_alter_table("file_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_tags_tag"), ["tag"], unique=False)
    op.create_table(
        "file_copies",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("chat", TEXT, nullable=False),
        sa.Column("original", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_file_copies")),
    )
    with op.batch_alter_table("file_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_copies_original"), ["original"], unique=False)
