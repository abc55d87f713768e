"""Links for passwords"""

import sqlalchemy as sa
from alembic import op

revision = "c06d2e8b41f7"
down_revision = "c3e0975fb1a8"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "password_links",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_password_links")),
    )
    with op.batch_alter_table("password_links", schema=None) as batch_op:
        name = batch_op.f("ix_password_links_address")
        batch_op.create_index(name, ["address"], unique=False)
