"""The chat last spoken in"""

import sqlalchemy as sa
from alembic import op

revision = "0d9c5f3a71be"
down_revision = "6261716879a4"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chat", TEXT))
