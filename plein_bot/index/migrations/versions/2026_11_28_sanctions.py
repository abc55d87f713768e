"""Sanctions"""

import sqlalchemy as sa
from alembic import op

revision = "5a7d13e9c420"
down_revision = "c06d2e8b41f7"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sanctions",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("values", sa.Text(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", TEXT, nullable=True),
        sa.Column("case", NUMBER, nullable=True),
        sa.Column("cause", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sanctions")),
        sa.UniqueConstraint(
            "cause", "kind", "place", "person", name=op.f("uq_sanctions_cause_kind_place_person")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sanctions", schema=None) as batch_op:
        for column in ("place", "person", "case"):
            batch_op.create_index(batch_op.f(f"ix_sanctions_{column}"), [column], unique=False)
