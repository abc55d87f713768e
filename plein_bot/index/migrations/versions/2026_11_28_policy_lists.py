"""Policy lists"""

import sqlalchemy as sa
from alembic import op

revision = "d41a7c93e5b0"
down_revision = "5d2b90c7e1a4"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "policy_hits",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("subsite", TEXT, nullable=False),
        sa.Column("list_room", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("notice", TEXT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_cause", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_hits")),
        sa.UniqueConstraint(
            "subsite",
            "person",
            "list_room",
            name=op.f("uq_policy_hits_subsite_person_list_room"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("policy_hits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_hits_notice"), ["notice"], unique=False)
