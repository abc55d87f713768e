"""Posts of the whole square by their time, and by their short names"""

from alembic import op

revision = "41f6c0a8b7d3"
down_revision = "7a1e94c35d20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_posts_posted_at", "posts", ["posted_at"])
    op.create_index("ix_post_numbers_slug", "post_numbers", ["slug"])
