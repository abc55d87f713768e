"""Web sessions"""

import sqlalchemy as sa
from alembic import op

revision = "c3e0975fb1a8"
down_revision = "41f6c0a8b7d3"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("unsaid", TEXT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("session", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("cause", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_ins_digest")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_ins_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "web_sessions",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_web_sessions")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_sessions_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_sessions_seen_at"), ["seen_at"], unique=False)
