"""Objections"""

import sqlalchemy as sa
from alembic import op

revision = "8e41d0b7f263"
down_revision = "3c9e61f7ab20"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("cases", sa.Column("sanction", NUMBER, nullable=True))
    op.create_index(op.f("ix_cases_sanction"), "cases", ["sanction"])
