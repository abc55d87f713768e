"""How often a digest came before it was ended"""

import sqlalchemy as sa
from alembic import op

revision = "2f6c81e09ad5"
down_revision = "7e2b95d0c4a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped", sa.String(32)))
