"""People, places and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "a68ee9cd1bce"
down_revision = "6475605b8eb6"
branch_labels = None
depends_on = None

# Sorted by its bytes, as in SQLite (tables/base.py, Words).
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "actors",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_actors"),
        sa.UniqueConstraint("key", name="uq_actors_key"),
    )
    op.create_table(
        "addresses",
        sa.Column("address", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_addresses"),
    )
    op.create_index("ix_addresses_user_id", "addresses", ["user_id"])

    op.create_table(
        "audit",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("whom", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.UniqueConstraint(
            "cause", "action", "place", "whom", name="uq_audit_cause_action_place_whom"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_place", "audit", ["place"])

    op.create_table(
        "dialogues",
        sa.Column("room", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("notice", TEXT),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text()),
        sa.PrimaryKeyConstraint("room", "person", name="pk_dialogues"),
    )
    op.create_index("ix_dialogues_notice", "dialogues", ["notice"])

    op.create_table(
        "lines",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("understood", sa.Boolean(), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_lines"),
    )
    op.create_index("ix_lines_at", "lines", ["at"])

    op.create_table(
        "preferences",
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("language", TEXT),
        sa.Column("last_place", TEXT),
        sa.PrimaryKeyConstraint("user_id", name="pk_preferences"),
    )
    op.create_table(
        "requests",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", TEXT),
        sa.Column("decided_cause", TEXT),
        sa.Column("notice", TEXT),
        sa.PrimaryKeyConstraint("number", name="pk_requests"),
        sa.UniqueConstraint("place", "person", "cause", name="uq_requests_place_person_cause"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_requests_notice", "requests", ["notice"])
    op.create_index(
        "ix_requests_waiting",
        "requests",
        ["place", "person"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "secrets",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "organisations",
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name="fk_organisations_room_id"),
        sa.PrimaryKeyConstraint("slug", name="pk_organisations"),
    )
    op.create_table(
        "places",
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("subsite", TEXT),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("lookup", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.room_id"], name="fk_places_room_id"),
        sa.PrimaryKeyConstraint("room_id", name="pk_places"),
    )
    op.create_index("ix_places_lookup", "places", ["lookup"])
    op.create_index("ix_places_slug", "places", ["slug"])
    op.create_index("ix_places_subsite", "places", ["subsite"])
