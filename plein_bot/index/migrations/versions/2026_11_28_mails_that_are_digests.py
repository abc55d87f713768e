"""Mails that are digests"""

import sqlalchemy as sa
from alembic import op

revision = "c1d84f6a0b72"
down_revision = "a93c5e17d0f4"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("mails", sa.Column("digest", NUMBER, nullable=True))
    op.add_column("mails", sa.Column("since", MOMENT, nullable=True))
    op.add_column("mails", sa.Column("until", MOMENT, nullable=True))
