"""Invitations"""

import sqlalchemy as sa
from alembic import op

revision = "7a1e94c35d20"
down_revision = "41c7be90d2fa"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('sent', 'opened')")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("inviter", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=True),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("uses", NUMBER, nullable=False),
        sa.Column("used", NUMBER, nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("digest", TEXT, nullable=True),
        sa.Column("unsaid", TEXT, nullable=True),
        sa.Column("mail", TEXT, nullable=True),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("guest", TEXT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_cause", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invitations")),
        sa.UniqueConstraint("cause", "guest", name=op.f("uq_invitations_cause_guest")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        for column in ("place", "inviter", "person", "expires_at"):
            name = batch_op.f(f"ix_invitations_{column}")
            batch_op.create_index(name, [column], unique=False)
        batch_op.create_index(
            "ix_invitations_open",
            ["place", "guest"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.create_table(
        "invitation_uses",
        sa.Column("invitation", NUMBER, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("made_here", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("joined_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("invitation", "person", name=op.f("pk_invitation_uses")),
        sa.UniqueConstraint("form", name=op.f("uq_invitation_uses_form")),
    )
    with op.batch_alter_table("invitation_uses", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_uses_person", ["person"], unique=False)
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("html", TEXT, nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("several", sa.Boolean(), nullable=False, server_default=sa.false())
        )
