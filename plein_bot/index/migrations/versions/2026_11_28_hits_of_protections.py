"""hits of protections"""

import sqlalchemy as sa
from alembic import op

revision = "e5a07c3d9b18"
down_revision = "d41a7c93e5b0"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hits",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("protection", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", TEXT, nullable=True),
        sa.Column("notice", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hits")),
        sa.UniqueConstraint(
            "room_id",
            "person",
            "protection",
            "since",
            name=op.f("uq_hits_room_id_person_protection_since"),
        ),
    )
    op.create_index(op.f("ix_hits_at"), "hits", ["at"])
    op.create_index(op.f("ix_hits_cause"), "hits", ["cause"])
