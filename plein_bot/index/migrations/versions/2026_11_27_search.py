"""search"""

import sqlalchemy as sa
from alembic import op

revision = "5e9a1c07d2b4"
down_revision = "0d9c5f3a71be"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Not the text but its tokens stand in `words` and `terms`, so that these words are all of a-z, 0-9
# and _, with spaces between them. Whoever makes the table anew for SQLite makes the triggers too.
SQLITE = (
    """
    CREATE VIRTUAL TABLE full_text USING fts5(
        words, terms, content='search', content_rowid='id', columnsize=0,
        tokenize="ascii tokenchars '_'"
    )
    """,
    """
    CREATE TRIGGER full_text_added AFTER INSERT ON search BEGIN
        INSERT INTO full_text (rowid, words, terms) VALUES (new.id, new.words, new.terms);
    END
    """,
    """
    CREATE TRIGGER full_text_gone AFTER DELETE ON search BEGIN
        INSERT INTO full_text (full_text, rowid, words, terms)
        VALUES ('delete', old.id, old.words, old.terms);
    END
    """,
    """
    CREATE TRIGGER full_text_changed AFTER UPDATE OF id, words, terms ON search
    WHEN old.id <> new.id OR old.words <> new.words OR old.terms <> new.terms BEGIN
        INSERT INTO full_text (full_text, rowid, words, terms)
        VALUES ('delete', old.id, old.words, old.terms);
        INSERT INTO full_text (rowid, words, terms) VALUES (new.id, new.words, new.terms);
    END
    """,
)
POSTGRESQL = (
    """
    ALTER TABLE search ADD COLUMN full_text tsvector GENERATED ALWAYS AS (
        array_to_tsvector(string_to_array(ltrim(words || ' ' || terms), ' '))
    ) STORED
    """,
    "CREATE INDEX full_text_index ON search USING gin (full_text) WITH (fastupdate = off)",
)


def upgrade() -> None:
    op.create_table(
        "search",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("latest", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("ts", NUMBER, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
        sa.UniqueConstraint("event_id", name=op.f("uq_search_event_id")),
    )
    with op.batch_alter_table("search", schema=None) as batch_op:
        batch_op.create_index("ix_search_room_id_id", ["room_id", "id"], unique=False)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)

    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_index(batch_op.f("ix_places_public"), ["public"], unique=False)
    op.execute(
        "UPDATE places SET public = true"
        """ WHERE subsite IS NOT NULL AND content LIKE '%"visibility":"public"%'"""
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_state",
            ["room_id", "type", "state_key", "position"],
            unique=False,
            sqlite_where=sa.text("state_key IS NOT NULL"),
            postgresql_where=sa.text("state_key IS NOT NULL"),
        )
