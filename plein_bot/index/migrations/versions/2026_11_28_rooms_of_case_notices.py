"""Rooms of case notices"""

import sqlalchemy as sa
from alembic import op

revision = "a93c5e17d0f4"
down_revision = "b6f17c2d4e90"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("case_notices", sa.Column("room", TEXT, nullable=True))
    op.add_column("case_notices", sa.Column("edits", TEXT, nullable=True))
    op.add_column(
        "case_notices",
        sa.Column("taken_away", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # Those in staff rooms are known; of a direct chat no more is known than which it is now.
    op.execute(
        "UPDATE case_notices SET room = "
        "(SELECT room_id FROM events WHERE events.event_id = case_notices.event)"
    )
