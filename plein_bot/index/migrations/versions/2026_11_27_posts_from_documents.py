"""Posts from documents"""

import sqlalchemy as sa
from alembic import op

revision = "5b1f0e7c92d4"
down_revision = "b83d60f1e7a9"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # Until now Plein kept the texts of those posts only that it had sent itself.
    op.execute("UPDATE posts SET kept = (card = event_id)")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.alter_column("kept", server_default=None)
    op.create_table(
        "draft_pictures",
        sa.Column("draft", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mime", TEXT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("url", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("draft", "number", name=op.f("pk_draft_pictures")),
    )
